"""Divides an article's word pieces into windows, which are read one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

LONGEST = 384
OVERLAP = 64


@dataclass(frozen=True)
class Window:
    """Pieces from `begin` to `end` are read together; results are kept from `keep_begin` to `keep_end`."""

    begin: int
    end: int
    keep_begin: int
    keep_end: int


def reading_windows(sentence_pieces: npt.NDArray[np.int64], pieces: int) -> list[Window]:
    """Windows of whole sentences, about equally long, of at most LONGEST pieces.

    `sentence_pieces` are the pieces that sentences begin with, in order. Equal windows give all of the text about as
    much to look at, where filling them one by one would leave a short rest.
    """
    number = max(1, math.ceil(pieces / LONGEST))
    size = min(LONGEST, math.ceil(pieces / number) + 24)
    return windows(sentence_pieces.tolist(), pieces, size, OVERLAP)


def windows(starts: Sequence[int], pieces: int, size: int, overlap: int) -> list[Window]:
    """Windows of at most `size` pieces over a text of `pieces` pieces, its sentences starting at `starts`.

    As many whole sentences as fit go into a window. Only a sentence that is longer than a window is cut; its windows
    overlap by `overlap` pieces, half of which are kept from each side.
    """
    bounds = sorted({0, pieces, *(start for start in starts if 0 < start < pieces)})
    made: list[Window] = []
    begin = end = 0
    for start, stop in pairwise(bounds):
        if stop - begin > size and end > begin:
            made.append(Window(begin, end, begin, end))
            begin = end
        if stop - start > size:
            made += _cut(start, stop, size, overlap)
            begin = stop
        end = stop
    if end > begin:
        made.append(Window(begin, end, begin, end))
    return made


def _cut(start: int, stop: int, size: int, overlap: int) -> list[Window]:
    made: list[Window] = []
    begin = start
    while True:
        end = min(begin + size, stop)
        keep_begin = start if begin == start else begin + overlap // 2
        keep_end = stop if end == stop else end - (overlap - overlap // 2)
        made.append(Window(begin, end, keep_begin, keep_end))
        if end == stop:
            return made
        begin = end - overlap
