"""Stretches of a text, in code points and in tokens: two types, so that one is not taken for the other."""

from typing import NamedTuple


class CharRange(NamedTuple):
    """Code points `begin` (included) to `end` (excluded) of an article's text."""

    begin: int
    end: int


class TokenRange(NamedTuple):
    """Tokens `first` (included) to `last` (excluded) of an analysed text."""

    first: int
    last: int
