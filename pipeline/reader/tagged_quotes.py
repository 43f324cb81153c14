"""Quotes from the tags of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.reader.schema import DIRECT_TAGS, OTHER_TAGS, QUOTE_TYPES
from pipeline.reader.scorers import Floats
from pipeline.spans import TokenRange, numbered_tokens

_GAP = 60
"""Tokens that may stand between two spans of a quote."""


@dataclass(frozen=True)
class TaggedQuote:
    """A quote in tokens: `spans`, its type, and the mean probability of its tags."""

    spans: tuple[TokenRange, ...]
    type: str
    probability: float


def tagged_quotes(direct: Floats, other: Floats) -> list[TaggedQuote]:
    """The quotes that the log probabilities of tags, (tokens, tags) for each layer, stand for, in text order."""
    found = _layer(direct, DIRECT_TAGS, ("Direct",)) + _layer(other, OTHER_TAGS, QUOTE_TYPES)
    return sorted(found, key=lambda quote: (quote.spans[0][0], -quote.spans[-1][1]))


def _layer(scores: Floats, names: Sequence[str], types: Sequence[str]) -> list[TaggedQuote]:
    if not len(scores):
        return []
    inside = 1 - np.exp(scores[:, 0])
    tags = _path(scores, len(types))
    quotes: list[tuple[list[TokenRange], str]] = []
    before = 0
    for token, tag in numbered_tokens(tags):
        if tag == 0:
            before = 0
            continue
        place, kind = names[tag][0], names[tag].partition("-")[2] or "Direct"
        if before == 0 or place in "BC":
            if place == "C" and quotes and quotes[-1][1] == kind and token - quotes[-1][0][-1][1] <= _GAP:
                quotes[-1][0].append(TokenRange(token, token + 1))
            else:
                quotes.append(([TokenRange(token, token + 1)], kind))
        else:
            first, _ = quotes[-1][0][-1]
            quotes[-1][0][-1] = TokenRange(first, token + 1)
        before = tag
    return [
        TaggedQuote(tuple(spans), kind, float(np.mean(np.concatenate([inside[first:last] for first, last in spans]))))
        for spans, kind in quotes
    ]


def _path(scores: Floats, types: int) -> list[int]:
    """The best tags, (tokens,), where an inside tag only follows a tag of its type."""
    count = 1 + 3 * types
    allowed = np.ones((count, count), dtype=bool)
    for number in range(types):
        inside = 3 + 3 * number
        allowed[:, inside] = False
        allowed[1 + 3 * number : 4 + 3 * number, inside] = True
    penalty = np.where(allowed, 0.0, -1e9).astype(np.float32)
    start = np.where(np.array([tag > 0 and tag % 3 == 0 for tag in range(count)]), -1e9, 0.0)
    total = scores[0] + start
    back = np.zeros(scores.shape, dtype=np.int64)
    for token in range(1, len(scores)):
        options = total[:, None] + penalty
        back[token] = options.argmax(axis=0)
        total = options[back[token], np.arange(count)] + scores[token]
    path = [int(total.argmax())]
    for token in range(len(scores) - 1, 0, -1):
        path.append(int(back[token, path[-1]]))
    return path[::-1]
