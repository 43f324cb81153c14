"""Words and the pieces they are read from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.encoder.pieces import Pieces


def first_pieces(pieces: Pieces, words: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """For every word (begin, end) in the text, the index of the first piece that has a part in it.

    Pieces that are only a space belong to no word. A piece may be the first of several words ("“.").
    """
    solid = np.flatnonzero(pieces.ends > pieces.begins)
    if not len(solid):
        return np.zeros(len(words), dtype=np.int64)
    begins = np.array([begin for begin, _ in words], dtype=np.int32)
    # Ends never fall, so the first piece ending behind a word's begin has a part in the word.
    found = np.searchsorted(np.maximum.accumulate(pieces.ends[solid]), begins, side="right")
    first: npt.NDArray[np.int64] = solid[np.minimum(found, len(solid) - 1)]
    return first
