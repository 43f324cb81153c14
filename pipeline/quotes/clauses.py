"""Clauses: what stands between commas, colons, dashes and quoted speech."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.lexicon.words import (
    DETERMINERS,
    RELATIVES,
)
from pipeline.quotes.inserted_frames import apposition_in_frame, breaks_off
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_noun
from pipeline.spans import TokenIndex, TokenRange

SEPARATORS = frozenset(",;:–—")
LONGEST_CLAUSE = 200
"""Tokens after which a clause ends in any case; the longest in news have about sixty."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens `first` (included) to `last` (excluded) between commas, colons, dashes or quoted speech."""

    first: TokenIndex
    last: TokenIndex


def clauses(
    tokens: Sequence[Token], first: TokenIndex, last: TokenIndex, masked: Sequence[TokenRange] = ()
) -> list[Clause]:
    """Splits tokens `first` to `last` at separators; `masked` token ranges (quoted speech) belong to no clause.

    `masked` is sorted. No clause has more than `LONGEST_CLAUSE` tokens, give or take an apposition.
    """
    found: list[Clause] = []
    start = at = first
    depth = number = 0
    while at < last:
        while number < len(masked) and masked[number].last <= at:
            number += 1
        if number < len(masked) and masked[number].first <= at:
            if at > start:
                found.append(Clause(start, at))
            at = start = masked[number].last
            depth = 0
            continue
        if at - start >= LONGEST_CLAUSE:
            found.append(Clause(start, at))
            start = at
        text = tokens[at].text
        depth += (text in "([") - (text in ")]" and depth > 0)
        inserted = _inserted(tokens, at, start, last, first) if text == "," and depth == 0 else None
        if inserted is not None:
            relative = inserted + 1 < last and tokens[inserted + 1].lower in RELATIVES
            framed = tokens[start].lower != "wie" and breaks_off(tokens, first, start)
            at = inserted - (relative or framed)
        elif depth == 0 and text in SEPARATORS:
            if at > start:
                found.append(Clause(start, at))
            start = at + 1
        at += 1
    if last > start:
        found.append(Clause(start, last))
    return found


def _inserted(
    tokens: Sequence[Token], comma: TokenIndex, start: TokenIndex, last: TokenIndex, before: TokenIndex
) -> TokenIndex | None:
    """The comma that closes an apposition in the middle of a clause ("Anna Berg, Leiterin des Amtes, sagte")."""
    if comma <= start or not (is_noun(tokens[comma - 1]) or tokens[comma - 1].text in ')“"'):
        return None
    end = apposition_in_frame(tokens, before, start, comma, last)
    if end is None or end >= last or tokens[end].text != ",":
        return None
    telling = tokens[comma + 1].lower in DETERMINERS or end - comma > 2
    relative = tokens[comma + 1].lower in RELATIVES and not is_noun(tokens[comma + 2])
    return end if telling and not relative else None
