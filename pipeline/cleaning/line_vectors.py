"""What the words of a line mean: the weighted mean of the vectors of its common words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import product, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

DIMENSIONS = 64
"""Of a vector."""
MOST_WORDS = 400
"""Of a line, the first by which it is known."""
TOGETHER = 256
"""So many lines are looked up together, for the memory."""


class LineVectors:
    """Vectors of lines. Words that are not common do not count; a line without any that is has a vector of zeros.

    Args:
        arrays: `words`, common words in lower case, with "ss" for "ß", one a line; `vectors` of them, of shape (words,
            DIMENSIONS), to any scale; `weights`, how much each counts, of shape (words,).
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        words = str(arrays["words"]).split("\n")
        self._places = {spelt: place for place, word in enumerate(words) for spelt in _spellings(word)}
        weights = np.append(arrays["weights"].astype(np.float32), np.float32(0))[:, None]
        vectors = np.concatenate([arrays["vectors"], np.zeros((1, DIMENSIONS), dtype=np.int8)])
        self._weighted = np.concatenate([vectors * weights, weights], axis=1)

    def rows(self, lines: Sequence[Sequence[str]]) -> Matrix:
        """The vectors of lines, given as their words in lower case; of shape (lines, DIMENSIONS)."""
        parts = [self._of_some(lines[begin : begin + TOGETHER]) for begin in range(0, len(lines), TOGETHER)]
        return np.concatenate([np.zeros((0, DIMENSIONS), dtype=np.float32), *parts])

    def _of_some(self, lines: Sequence[Sequence[str]]) -> Matrix:
        words: list[str] = []
        begins = []
        for line in lines:
            begins.append(len(words))
            words += line[:MOST_WORDS]
            words.append("")  # so that no line is empty
        of_none = repeat(len(self._weighted) - 1)
        places = np.fromiter(map(self._places.get, words, of_none), dtype=np.intp, count=len(words))
        totals = np.add.reduceat(self._weighted.take(places, axis=0), begins, axis=0)
        return np.asarray(totals[:, :-1] / np.where(totals[:, -1:] > 0, totals[:, -1:], 1))


def _spellings(word: str) -> Iterator[str]:
    """A common word, and how it may be spelt with "ß"."""
    return map("".join, product(*(("ss", "ß") if part == "ss" else (part,) for part in re.split("(ss)", word))))


@cache
def load() -> LineVectors:
    """Those that ship."""
    with (files(__package__) / "data" / "words.npz").open("rb") as file, np.load(file) as arrays:
        return LineVectors({name: arrays[name] for name in arrays.files})
