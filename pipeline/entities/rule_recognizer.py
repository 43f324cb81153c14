"""The recogniser of names that needs no trained model, as a spaCy component."""

from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from pipeline.coverage import Coverage
from pipeline.entities.gazetteer import Gazetteer, load_gazetteer
from pipeline.entities.name_spans import ModelSpan
from pipeline.entities.organisation_patterns import pattern_spans
from pipeline.entities.person_patterns import person_spans
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from schemas.records import EntityType


@Language.factory("redefluss_rules_ner")
def make_rules(nlp: Language, name: str) -> "RuleRecognizer":  # noqa: ARG001
    """The component; it needs sentences and the starter gazetteer, nothing else."""
    return RuleRecognizer(load_gazetteer(None))


class RuleRecognizer:
    """Sets `doc.ents` (PER, ORG, LOC, MISC) by the gazetteer, given names, titles, roles and shapes of names."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of `doc`, replacing those it has."""
        words = TextWords(doc.text, (CharOffset(sentence.start_char) for sentence in doc.sents))
        spans = []
        for begin, end, label in self.find(words):
            span = doc.char_span(begin, end, label=label, alignment_mode="expand")
            if span is not None:
                spans.append(span)
        doc.ents = filter_spans(spans)
        return doc

    def find(self, words: TextWords) -> list[ModelSpan]:
        """Begin, end and type of every name, in reading order, without overlaps."""
        persons: list[ModelSpan] = [(begin, end, "PER") for begin, end in person_spans(words, self.gazetteer)]
        known: list[ModelSpan] = [
            (begin, end, known.entry.type)
            for begin, end, known in self.gazetteer.matches(words)
            if not known.weak or _named_by_context(words, begin, end, known.entry.type)
        ]
        return sorted(_without_overlaps(len(words.text), (*persons, *known, *pattern_spans(words.text))))


def _without_overlaps(length: int, found: Iterable[ModelSpan]) -> list[ModelSpan]:
    """The longest of those `found` in a text of that `length`, and whatever lies beside them."""
    taken = Coverage(length)
    kept: list[ModelSpan] = []
    for span in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
        if not taken.meets(span[0], span[1]):
            taken.add(span[0], span[1])
            kept.append(span)
    return kept


def _named_by_context(words: TextWords, begin: CharOffset, end: CharOffset, entity_type: EntityType) -> bool:
    """Whether a name that is an ordinary word too stands as names do: "(Grüne)", "die Grünen", "in Essen"."""
    before, after = words.text[max(0, begin - 6) : begin], words.text[end : end + 1]
    if entity_type == "LOC":
        return before.endswith((" in ", "In ", " aus ", " nach ", "Nach ", "Aus "))
    return (before.endswith("(") and after == ")") or before.endswith(
        (" die ", "Die ", " den ", " der ", " und ", "\n\n")
    )
