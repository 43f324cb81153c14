"""Texts longer than the encoder sees at once, cut into windows of word pieces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.encoder.pieces import Pieces
from pipeline.encoder.windows import windows
from pipeline.quotes.learned.words import Words

LONGEST = 254
OVERLAP = 60


@dataclass(frozen=True)
class WordPieces:
    """Word pieces of one text.

    `first`, `last`: index of the first and last piece of every word. `starts`: that of the first of every sentence.
    All int64.
    """

    ids: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    starts: NDArray[np.int64]


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
    starts = first[np.flatnonzero(np.diff(words.sentence, prepend=-1))]
    return WordPieces(*(array.astype(np.int64) for array in (pieces.ids, first, last, starts)))


def cut(pieces: WordPieces) -> list[Window]:
    """Windows of at most LONGEST pieces that cover every word, of whole sentences where those are not longer."""
    made: list[Window] = []
    kept = 0
    for window in windows(pieces.starts.tolist(), len(pieces.ids), LONGEST, OVERLAP):
        until = int(np.searchsorted(pieces.first, window.keep_end))
        if until > kept:
            made.append(Window(begin=window.begin, end=window.end, words_begin=kept, words_end=until))
        kept = until
    return made
