"""What the stages do, as components for anybody's German spaCy pipeline.

`nlp.add_pipe("redefluss_entities")` sets `doc.ents`; `nlp.add_pipe("redefluss_quotes")` sets the span groups `quotes`
(labels are types), `speakers` (one a quote that has one) and `mentions` (labels are kinds), the last two with the
entity's id as `kb_id_`, and for every span of `quotes` the extensions `span._.speaker` (a name or None) and
`span._.speaker_confidence`. A quote with its frame in the middle is one span, frame and all, and a span covers every
token that it has a part in. Both take the name of a model: `config={"model": "redefluss-fast"}`.

What loads a saved pipeline has to import this module before `spacy.load`; spaCy's own commands do so with
`--code FILE`, a file that imports it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spacy.language import Language
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans

from pipeline.config import PipelineConfig
from pipeline.errors import ConfigurationError
from pipeline.models.catalogue import reader_folder
from pipeline.models.full_stops import split_full_stops
from pipeline.models.unified_text import UnifiedText
from pipeline.reader.model import shared_reader
from schemas.records import CleanArticle, QuoteArticle

for _name in ("speaker", "speaker_confidence"):
    if not Span.has_extension(_name):
        Span.set_extension(_name, default=None)


@Language.factory("redefluss_entities", default_config={"model": "redefluss"})
def make_entities(nlp: Language, name: str, model: str) -> ReaderEntities:  # noqa: ARG001
    return ReaderEntities(model)


@Language.factory("redefluss_quotes", default_config={"model": "redefluss"})
def make_quotes(nlp: Language, name: str, model: str) -> ArticleQuotes:  # noqa: ARG001
    return ArticleQuotes(model)


class ReaderEntities:
    """Sets `doc.ents` to the names that the reader finds: PER, ORG, LOC and MISC."""

    def __init__(self, model: str) -> None:
        folder = reader_folder(model)
        if folder is None:
            raise ConfigurationError(f"redefluss_entities: {model!r} is no reader")
        self._model, self._reader = model, shared_reader(folder)

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Of the names, for `nlp.evaluate` and `spacy evaluate`."""
        return get_ner_prf(examples)

    def __reduce__(self) -> tuple[type[ReaderEntities], tuple[str]]:
        """A copy, such as one for another process, loads its model itself."""
        return ReaderEntities, (self._model,)

    def __call__(self, doc: Doc) -> Doc:
        unified = UnifiedText(doc.text)
        reading = self._reader(unified.text)
        tokens = reading.layout.tokens
        names = [
            (*unified.original(int(tokens[name.first, 0]), int(tokens[name.last - 1, 1])), name.type)
            for name in reading.names
        ]
        ends = {end for _, end, _ in names}
        split_full_stops(doc, [t.i for t in doc if t.text.endswith(".") and len(t) > 1 and t.idx + len(t) - 1 in ends])
        doc.ents = filter_spans(_present(_span(doc, begin, end, kind) for begin, end, kind in names))
        return doc


class ArticleQuotes:
    """Reads a document as an article, through the stages `entities` and `quotes`."""

    def __init__(self, model: str) -> None:
        from pipeline.entities import EntityExtractor
        from pipeline.quotes import QuoteExtractor

        self._model = model
        config = PipelineConfig(model_de=model, quote_model=model)
        self._entities, self._quotes = EntityExtractor(config), QuoteExtractor(config)

    def __reduce__(self) -> tuple[type[ArticleQuotes], tuple[str]]:
        return ArticleQuotes, (self._model,)

    def __call__(self, doc: Doc) -> Doc:
        unified = UnifiedText(doc.text)
        article = CleanArticle(id="doc", language="de", text=unified.text, content_hash="", simhash="0" * 16)
        read = self._quotes(self._entities(article))
        doc.spans["mentions"] = _present(
            _span(doc, *unified.original(mention.begin, mention.end), mention.kind, entity.id)
            for entity in read.entities
            for mention in entity.mentions
        )
        doc.spans["speakers"] = _present(
            _span(doc, *unified.original(span.begin, span.end), "speaker", quote.speaker.entity or "")
            for quote in read.quotes
            if quote.speaker is not None
            for span in quote.speaker.spans[:1]
        )
        doc.spans["quotes"] = self._quoted(doc, unified, read)
        return doc

    def _quoted(self, doc: Doc, unified: UnifiedText, read: QuoteArticle) -> list[Span]:
        made = []
        for quote in read.quotes:
            span = _span(doc, *unified.original(quote.spans[0].begin, quote.spans[-1].end), quote.type)
            if span is not None:
                span._.speaker = quote.speaker.name if quote.speaker is not None else None
                span._.speaker_confidence = quote.speaker.confidence if quote.speaker is not None else None
                made.append(span)
        return made


def _span(doc: Doc, begin: int, end: int, label: str, entity: str = "") -> Span | None:
    return doc.char_span(begin, end, label, kb_id=entity, alignment_mode="expand")


def _present(spans: Iterable[Span | None]) -> list[Span]:
    return [span for span in spans if span is not None]
