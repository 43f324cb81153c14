"""Whether confidence keeps its word: of the quotes found with about 80 %, about 80 % should be right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.evaluation.quote_scores import overlap, pair, token_quote
from pipeline.evaluation.quotes import as_row
from pipeline.quotes.candidates import QuoteCandidate

RIGHT = 0.5
"""Token F1 with the gold quote it was paired with from which a quote counts as right."""
_SIZE, _MARGIN = 320, 44


@dataclass(frozen=True)
class Bin:
    """Quotes of like confidence: the mean of it, the share that is right, and how many they are."""

    confidence: float
    right: float
    count: int


def judge(
    documents: Sequence[Mapping[str, Any]], find: Callable[[str], Sequence[QuoteCandidate]]
) -> list[tuple[float, bool]]:
    """Confidence of every quote that `find` finds in the gold documents, and whether it is right."""
    judged = []
    for document in documents:
        found = find(document["text"])
        predicted = [token_quote(as_row(quote), document["tokens"]) for quote in found]
        gold = [token_quote(quote, document["tokens"]) for quote in document["quotes"]]
        right = {id(p): overlap(g, p) >= RIGHT for g, p in pair(gold, predicted) if g is not None and p is not None}
        judged += [
            (quote.confidence, right.get(id(tokens), False)) for quote, tokens in zip(found, predicted, strict=True)
        ]
    return judged


def bins(judged: Sequence[tuple[float, bool]], count: int = 10) -> list[Bin]:
    """The quotes in `count` bins of equal width; empty ones are left out."""
    sorted_in: list[list[tuple[float, bool]]] = [[] for _ in range(count)]
    for confidence, right in judged:
        sorted_in[min(int(confidence * count), count - 1)].append((confidence, right))
    return [
        Bin(float(np.mean([c for c, _ in inside])), float(np.mean([r for _, r in inside])), len(inside))
        for inside in sorted_in
        if inside
    ]


def calibration_error(found: Sequence[Bin]) -> float:
    """The expected calibration error: by how much confidence is off, on average over the quotes."""
    total = sum(one.count for one in found)
    return sum(one.count * abs(one.confidence - one.right) for one in found) / total if total else 0.0


def svg(found: Sequence[Bin], title: str) -> str:
    """A reliability plot; the area of a dot is the number of its quotes."""
    inner = _SIZE - 2 * _MARGIN
    most = max((one.count for one in found), default=1)

    def x(share: float) -> float:
        return round(_MARGIN + share * inner, 1)

    def y(share: float) -> float:
        return round(_SIZE - _MARGIN - share * inner, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif" '
        'font-size="11">',
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="white"/>',
        f'<text x="{_SIZE / 2}" y="20" text-anchor="middle" font-size="13">{title}</text>',
        f'<rect x="{x(0)}" y="{y(1)}" width="{inner}" height="{inner}" fill="none" stroke="#999"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="4 3"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<text x="{x(tick)}" y="{y(0) + 15}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{x(0) - 6}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    points = " ".join(f"{x(one.confidence)},{y(one.right)}" for one in found)
    parts.append(f'<polyline points="{points}" fill="none" stroke="#1f6f8b"/>')
    for one in found:
        radius = round(2 + 8 * (one.count / most) ** 0.5, 1)
        parts.append(
            f'<circle cx="{x(one.confidence)}" cy="{y(one.right)}" r="{radius}" fill="#1f6f8b" fill-opacity="0.6">'
            f"<title>{one.count} quotes</title></circle>"
        )
    parts.append(f'<text x="{_SIZE / 2}" y="{_SIZE - 10}" text-anchor="middle">confidence</text>')
    parts.append(
        f'<text x="14" y="{_SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 {_SIZE / 2})">right</text>'
    )
    return "\n".join([*parts, "</svg>", ""])
