"""Clauses: what stands between commas, colons, dashes and quoted speech."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.lexicon.words import (
    DETERMINERS,
    RELATIVES,
)
from pipeline.quotes.phrases import (
    apposition,
    is_noun,
)
from pipeline.quotes.text import Token
from pipeline.spans import TokenIndex, TokenRange

SEPARATORS = frozenset(",;:–—")


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens `first` (included) to `last` (excluded) between commas, colons, dashes or quoted speech."""

    first: TokenIndex
    last: TokenIndex


def clauses(
    tokens: Sequence[Token], first: TokenIndex, last: TokenIndex, masked: Sequence[TokenRange] = ()
) -> list[Clause]:
    """Splits tokens `first` to `last` at separators; `masked` token ranges (quoted speech) belong to no clause."""
    found: list[Clause] = []
    start = at = first
    depth = 0
    while at < last:
        mask = next((m for m in masked if m[0] <= at < m[1]), None)
        if mask is not None:
            if at > start:
                found.append(Clause(start, at))
            at = start = mask[1]
            depth = 0
            continue
        text = tokens[at].text
        depth += (text in "([") - (text in ")]" and depth > 0)
        inserted = _inserted(tokens, at, start, last) if text == "," and depth == 0 else None
        if inserted is not None and tokens[inserted + 1].lower not in RELATIVES:
            at = inserted
        elif inserted is not None:
            at = inserted - 1
        elif depth == 0 and text in SEPARATORS:
            if at > start:
                found.append(Clause(start, at))
            start = at + 1
        at += 1
    if last > start:
        found.append(Clause(start, last))
    return found


def _inserted(tokens: Sequence[Token], comma: TokenIndex, start: TokenIndex, last: TokenIndex) -> TokenIndex | None:
    """The comma that closes an apposition in the middle of a clause ("Anna Berg, Leiterin des Amtes, sagte")."""
    if comma <= start or not (is_noun(tokens[comma - 1]) or tokens[comma - 1].text in ')“"'):
        return None
    end = apposition(tokens, comma, last)
    if end is None or end >= last or tokens[end].text != ",":
        return None
    telling = tokens[comma + 1].lower in DETERMINERS or end - comma > 2
    relative = tokens[comma + 1].lower in RELATIVES and not is_noun(tokens[comma + 2])
    return end if telling and not relative else None
