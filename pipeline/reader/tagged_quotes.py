"""Quotes from the tags of tokens."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.reader.schema import DIRECT_TAGS, OTHER_TAGS, QUOTE_TYPES
from pipeline.reader.scorers import Floats, Ints
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
    tags = best_tags(scores, len(types)).tolist()
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


def best_tags(scores: Floats, types: int) -> Ints:
    """The best tags, (tokens,), where an inside tag only follows a tag of its type.

    That is each token's best one, unless an inside tag does not follow its type. Only the stretch around it is searched
    then: since all other tags may follow any, stretches that begin with another one do not depend on what is before.
    """
    path: Ints = scores.argmax(axis=1)
    kind, inside = (path + 2) // 3, (path > 0) & (path % 3 == 0)
    begins = [0, *np.flatnonzero(~inside).tolist()]
    end = len(path)
    for wrong in np.flatnonzero(inside & (kind != np.concatenate([[0], kind[:-1]])))[::-1].tolist():
        if wrong >= end:
            continue
        before = bisect_right(begins, wrong) - 1
        end = begins[before + 1] if before + 1 < len(begins) else end
        best = _best(scores[begins[before] : end], types, opens=begins[before] == 0)
        while best[0] > 0 and best[0] % 3 == 0:
            before -= 1
            best = _best(scores[begins[before] : end], types, opens=begins[before] == 0)
        path[begins[before] : end] = best
        end = begins[before]
    return path


def _best(scores: Floats, types: int, *, opens: bool) -> list[int]:
    """The best tags of a stretch of text that may begin with an inside tag, unless it `opens` the text."""
    insides = range(3, 1 + 3 * types, 3)
    rows: list[list[float]] = scores.tolist()
    total = rows[0]
    for inside in insides if opens else ():
        total[inside] = -np.inf
    back: list[list[int]] = []
    for row in rows[1:]:
        highest = max(total)
        before = [total.index(highest)] * len(row)
        following = [highest + score for score in row]
        for inside in insides:
            own = max(total[inside - 2 : inside + 1])
            before[inside] = total.index(own, inside - 2)
            following[inside] = own + row[inside]
        back.append(before)
        total = following
    path = [total.index(max(total))]
    for before in reversed(back):
        path.append(before[path[-1]])
    return path[::-1]
