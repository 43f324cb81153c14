"""How an article's pieces are cut into windows that are read one by one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pipeline.encoder.windows import Window, windows

LONGEST = 384
OVERLAP = 64


def reading_windows(sentence_pieces: npt.NDArray[np.int64], pieces: int) -> list[Window]:
    """Windows of whole sentences, about equally long, of at most LONGEST pieces.

    `sentence_pieces` are the pieces that sentences begin with, in order. Equal windows give all of the text about as
    much to look at, where filling them one by one would leave a short rest.
    """
    number = max(1, math.ceil(pieces / LONGEST))
    size = min(LONGEST, math.ceil(pieces / number) + 24)
    return windows(sentence_pieces.tolist(), pieces, size, OVERLAP)
