"""The annotated corpora as spaCy trains on them, for `spacy train --code`: what the recogniser learns from, no more."""

from collections.abc import Callable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.training import Example
from spacy.util import filter_spans, registry

from pipeline.evaluation.entity_scores import NEWS_TYPES
from pipeline.training.annotated_names import held_out, read

WATCHED = 20
"""One document of so many is not learned from: training ends when these are found no better."""


def annotated(data: Path, files: list[str], watched: bool) -> Callable[[Language], Iterator[Example]]:
    """The documents of `files` in the folder `data` that are not held out, of these the watched ones or all others."""
    learned = [document for file in files for document in read(Path(data) / file) if not held_out(document)]
    chosen = [document for number, document in enumerate(learned) if (number % WATCHED == 0) == watched]

    def examples(nlp: Language) -> Iterator[Example]:
        for document in chosen:
            words = nlp.make_doc(document.text)
            wanted = words.copy()
            mentions = [mention for mention in document.mentions if mention[2] in NEWS_TYPES]
            spans = [wanted.char_span(begin, end, label=kind) for begin, end, kind in mentions]
            wanted.set_ents(filter_spans([span for span in spans if span is not None]))
            yield Example(words, wanted)

    return examples


registry.readers.register("redefluss.annotated.v1", func=annotated)
