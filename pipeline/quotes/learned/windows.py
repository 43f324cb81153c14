"""Texts longer than the encoder sees at once, cut into overlapping windows of word pieces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.encoder.pieces import Pieces
from pipeline.quotes.learned.words import Words

LONGEST = 318
OVERLAP = 72


@dataclass(frozen=True)
class WordPieces:
    """Word pieces of one text. `first`, `last`: index of the first and last piece of every word, int64."""

    ids: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """Pieces `begin` to `end` (half-open) are seen together; of their words `words_begin` to `words_end` are kept."""

    begin: int
    end: int
    words_begin: int
    words_end: int

    def places(self, pieces: WordPieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in the window the kept words begin and end: their first and their last pieces, counted from its begin.

        Of a word that is longer than a window the pieces outside are taken for those at the border.
        """
        kept = slice(self.words_begin, self.words_end)
        last = self.end - self.begin - 1
        return np.clip(pieces.first[kept] - self.begin, 0, last), np.clip(pieces.last[kept] - self.begin, 0, last)


def align(pieces: Pieces, words: Words) -> WordPieces:
    """Which pieces make up which word; both come from the same text."""
    top = max(len(pieces) - 1, 0)
    ends, begins = np.maximum.accumulate(pieces.ends), np.maximum.accumulate(pieces.begins)
    first = np.minimum(np.searchsorted(ends, words.begin, side="right"), top)
    last = np.clip(np.searchsorted(begins, words.end, side="left") - 1, first, top)
    return WordPieces(ids=pieces.ids.astype(np.int64), first=first.astype(np.int64), last=last.astype(np.int64))


def cut(pieces: WordPieces) -> list[Window]:
    """Windows of at most LONGEST pieces that cover every word; a word is kept by the one that sees most around it."""
    total, count = len(pieces.ids), len(pieces.first)
    if not count:
        return []
    if total <= LONGEST:
        return [Window(begin=0, end=total, words_begin=0, words_end=count)]
    number = -(-(total - OVERLAP) // (LONGEST - OVERLAP))
    stride = (total - OVERLAP) / number
    windows: list[Window] = []
    kept = 0
    for i in range(number):
        begin = int(i * stride)
        end = total if i == number - 1 else min(int((i + 1) * stride) + OVERLAP, begin + LONGEST)
        border = total if i == number - 1 else end - OVERLAP // 2
        until = count if i == number - 1 else max(int(np.searchsorted(pieces.last, border)), kept)
        if until > kept:
            windows.append(Window(begin=begin, end=end, words_begin=kept, words_end=until))
        kept = until
    return windows
