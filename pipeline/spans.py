"""Places in a text and stretches of it, in code points and in tokens: types of their own, never mixed up.

Only the type checker tells `CharOffset` from `TokenIndex`. A place with a distance added is a place; a plain number, or
a place of the other kind, where one is asked for is an error. At run time both are `int`, and the helpers are the
built-in functions that they stand for, so that they cost nothing in the loops over every token.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar, final

from schemas.spans import CharOffset

__all__ = [
    "CharOffset",
    "CharRange",
    "TokenIndex",
    "TokenRange",
    "char_span",
    "first_behind",
    "first_from",
    "numbered_tokens",
    "token_indices",
    "trimmed",
]

if TYPE_CHECKING:
    from schemas.spans import Place

    _T = TypeVar("_T")

    @final
    class TokenIndex(Place):
        """The number of tokens of a text that come before a place among them."""

    def char_span(match: re.Match[str], group: int | str = 0, /) -> tuple[CharOffset, CharOffset]: ...
    def token_indices(first: TokenIndex, last: TokenIndex, step: int = 1, /) -> Sequence[TokenIndex]: ...
    def first_from(begins: Sequence[CharOffset], place: CharOffset, /) -> TokenIndex:
        """The first of the tokens, which have these begins (or ends), that is not before `place`."""

    def first_behind(ends: Sequence[CharOffset], place: CharOffset, /) -> TokenIndex:
        """The first of the tokens, which have these ends (or begins), that is behind `place`."""

    def numbered_tokens(tokens: Iterable[_T], first: TokenIndex = ..., /) -> Iterator[tuple[TokenIndex, _T]]: ...
else:
    TokenIndex = int
    char_span = re.Match.span
    token_indices = range
    numbered_tokens = enumerate
    first_from, first_behind = bisect_left, bisect_right


class CharRange(NamedTuple):
    """Code points `begin` (included) to `end` (excluded) of an article's text."""

    begin: CharOffset
    end: CharOffset


class TokenRange(NamedTuple):
    """Tokens `first` (included) to `last` (excluded) of an analysed text."""

    first: TokenIndex
    last: TokenIndex


def trimmed(text: str, begin: CharOffset, end: CharOffset, signs: str | None = None) -> CharRange:
    """The code points without spaces, or without any of `signs`, at both ends; empty if there is nothing else."""
    words = text[begin:end].lstrip(signs)
    begin = end - len(words)
    return CharRange(begin, begin + len(words.rstrip(signs)))
