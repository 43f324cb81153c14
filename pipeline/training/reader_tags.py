"""What is right for every token of an annotated text: the tags of its quotes, nominals and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.corpus.model import AnnotatedQuote
from pipeline.evaluation.entity_scores import LabelledSpan
from pipeline.reader.layout import Layout
from pipeline.reader.schema import NAME_TYPES
from pipeline.spans import TokenIndex, TokenRange

Ints = npt.NDArray[np.int64]


def paint_quote(tags: Ints, layout: Layout, quote: AnnotatedQuote, ending: str, names: Sequence[str]) -> None:
    """Write the tags of a quote into those of its layer, unless it lies inside another of it.

    Args:
        tags: (tokens,), changed in place: 0 is outside, any other number a place in `names`.
        ending: what stands behind "B", "C" and "I" in the names of the quote's tags.
    """
    spans = [layout.span(*span) for span in quote.spans]
    spans = [span for span in spans if span.first < span.last]
    if any((tags[s.first : s.last] > 0).any() for s in spans):
        return  # inside another of its layer
    for number, span in enumerate(spans):
        tags[span.first] = names.index(("C" if number else "B") + ending)
        tags[span.first + 1 : span.last] = names.index("I" + ending)


def two_layers(spans: Iterable[TokenRange]) -> tuple[list[TokenRange], list[TokenRange]]:
    """Spans that lie in none, and those that lie in one of these; what lies deeper is left out."""
    outer: list[TokenRange] = []
    inner: list[TokenRange] = []
    for span in sorted(set(spans), key=lambda span: (span.first, -span.last)):
        if not outer or span.first >= outer[-1].last:
            outer.append(span)
        elif span.last <= outer[-1].last and (not inner or span.first >= inner[-1].last):
            inner.append(span)
    return outer, inner


def name_tokens(layout: Layout, spans: Iterable[LabelledSpan]) -> Iterator[tuple[TokenIndex, TokenIndex, str]]:
    """First token, last (excluded) and type of names, the outermost alone."""
    covered = 0
    for begin, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if kind not in NAME_TYPES:
            continue
        span = layout.span(begin, end)
        if span.first < span.last and span.first >= covered:
            yield span.first, span.last, kind
            covered = span.last
