"""What the stages do, as components for anybody's German spaCy pipeline."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pipeline.reader.model import Reader, shared_reader


@Language.factory("redefluss_entities")
def make_entities(nlp: Language, name: str) -> ReaderEntities:  # noqa: ARG001
    return ReaderEntities(shared_reader())


class ReaderEntities:
    """Sets `doc.ents` to the names that the reader finds: PER, ORG, LOC and MISC."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __call__(self, doc: Doc) -> Doc:
        reading = self._reader(doc.text)
        tokens = reading.layout.tokens
        spans = (
            doc.char_span(
                int(tokens[found.first, 0]), int(tokens[found.last - 1, 1]), found.type, alignment_mode="expand"
            )
            for found in reading.names
        )
        doc.ents = filter_spans([span for span in spans if isinstance(span, Span)])
        return doc
