"""Counts for all lines of an article at once: a call for every line costs more than the counting."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.character_kinds import CODES, Bytes, kinds_of, kinds_table

Ints = npt.NDArray[np.intp]

_SPACE, _WORD, _CAPITAL, _DIGIT, _QUOTE, _STOP, _CLOSING = (1 << bit for bit in range(7))
_CLASSES = {
    _SPACE: r"\s",
    _WORD: r"\w",
    _CAPITAL: r"[A-ZÄÖÜÉ]",
    _DIGIT: r"\d",
    _QUOTE: r'[„“"»]',
    _STOP: r"[.!?…]",
    _CLOSING: r"[\"“”»«’'‘)\]]",
}


def bounds(sizes: Sequence[int]) -> Ints:
    """Where each of some runs begins if they follow one another, and where the last ends."""
    return np.fromiter(accumulate(sizes, initial=0), dtype=np.intp, count=len(sizes) + 1)


def tally(found: npt.NDArray[Any], limits: Ints) -> Ints:
    """How many of `found` are not zero, in each of the runs between `limits`."""
    at = found.nonzero()[0].searchsorted(limits)
    return at[1:] - at[:-1]


def character_counts(texts: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Words with a capital, numbers, quotation marks and ends of sentences in each of some normalised lines."""
    limits = bounds([len(text) + 1 for text in texts])
    kinds = kinds_of("\n".join(("", *texts, "")), _kinds())
    before, kinds = kinds[:-1], kinds[1:]
    capitals = np.logical_and(kinds & _CAPITAL, before & _SPACE)
    numbers = np.logical_and(kinds & _DIGIT, ~before & _WORD)
    # What closes brackets and quotations may stand between a sentence's stop and the space or the line's end after it.
    others = np.flatnonzero(kinds & _CLOSING == 0)
    kept = kinds[others]
    ends = others[:-1][np.logical_and(kept[:-1] & _STOP, kept[1:] & _SPACE)].searchsorted(limits)
    counts = (tally(capitals, limits), tally(numbers, limits), tally(kinds & _QUOTE, limits), ends[1:] - ends[:-1])
    return zip(*(count.tolist() for count in counts), strict=True)


def words_of_lines(texts: Sequence[str]) -> list[list[str]]:
    """The words in lower case of each of some normalised lines, as the pattern for words in `lines` finds them."""
    codes = np.frombuffer("\n".join(texts).lower().encode("utf-32-le", "surrogatepass"), dtype="<u4")
    spaced = _spaced().take(codes, mode="clip").tobytes().decode("utf-32-le", "surrogatepass")
    return [line.split() for line in spaced.split("\n")]


@cache
def _spaced() -> npt.NDArray[np.uint32]:
    """Every character itself if it is of words or ends a line, else a space."""
    spaced = np.where(_kinds() & _WORD, np.arange(CODES, dtype="<u4"), np.uint32(ord(" ")))
    spaced[ord("\n")] = ord("\n")
    return np.append(spaced, np.uint32(ord(" ")))


@cache
def _kinds() -> Bytes:
    return kinds_table(_CLASSES)
