"""Published quotes as gold data has quotes: a row each, with the ranges of its roles."""

from typing import Any

from pipeline.evaluation.conventions import by_conventions
from pipeline.quotes.segmentation import FREE_TYPES
from schemas.records import Quote, QuoteArticle, QuotePart


def annotated(article: QuoteArticle, *, framed: bool = False) -> list[dict[str, Any]]:
    """The record's quotes as the gold data has quotes: neighbouring sentences of free indirect speech in one piece.

    With `framed`, by the conventions of the dataset that annotates frames.
    """
    rows: list[dict[str, Any]] = []
    mentions = {entity.id: [[mention.begin, mention.end] for mention in entity.mentions] for entity in article.entities}
    before: Quote | None = None
    for quote in article.quotes:
        if before is not None and _goes_on(article.text, before, quote):
            rows[-1]["spans"] = [[rows[-1]["spans"][0][0], quote.spans[-1].end]]
        else:
            entity = quote.speaker.entity if framed and quote.speaker is not None else None
            rows.append(as_row(quote) if entity is None else {**as_row(quote), "mentions": mentions.get(entity, [])})
        before = quote
    return by_conventions(article.text, rows) if framed else rows


def _goes_on(text: str, before: Quote, quote: Quote) -> bool:
    if quote.type not in FREE_TYPES or quote.type != before.type:
        return False
    said_by = [(one.speaker.entity, one.speaker.name) if one.speaker is not None else None for one in (before, quote)]
    between = text[before.spans[-1].end : quote.spans[0].begin]
    return said_by[0] == said_by[1] and not between.strip() and "\n" not in between


def as_row(quote: Quote) -> dict[str, Any]:
    """The quote as the gold data has quotes."""

    def ranges(part: QuotePart | None) -> list[list[int]]:
        return [[span.begin, span.end] for span in part.spans] if part is not None else []

    return {
        "spans": [[span.begin, span.end] for span in quote.spans],
        "speaker": ranges(quote.speaker),
        "cue": ranges(quote.cue),
        "frame": ranges(quote.frame),
        "addressee": ranges(quote.addressee),
        "type": quote.type,
        "medium": quote.medium,
    }
