"""A quote in tokens, with whom a rule takes for its speaker: what the reader's scorers of speakers are given."""

from collections.abc import Sequence

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.registry import is_carried
from pipeline.reader.layout import Layout
from pipeline.reader.schema import QUOTE_TYPES
from pipeline.reader.speaker_pairs import QuoteSpan
from pipeline.spans import CharOffset


def quote_in_tokens(
    layout: Layout, spans: Sequence[tuple[CharOffset, CharOffset]], quote_type: str, rule: QuoteCandidate | None
) -> QuoteSpan | None:
    """The tokens of the quote at `spans`, in code points; None if one of them has no token.

    Args:
        layout: of the text.
        spans: of the quote, in text order.
        quote_type: "Direct" or one of `QUOTE_TYPES`.
        rule: the quote as a rule has found it, whose speaker is the hint; None if none has.
    """
    tokens = tuple(layout.span(begin, end) for begin, end in spans)
    if any(span.first >= span.last for span in tokens):
        return None
    hint = None
    if rule is not None and rule.speaker_spans:
        words = layout.span(*rule.speaker_spans[0])
        hint = words if words.first < words.last else None
    kind = ("Direct", *QUOTE_TYPES).index(quote_type)
    return QuoteSpan(tokens, kind, hint, rule is not None and is_carried(rule))
