"""What trafilatura takes for a page's article, and how much of each line and its neighbours stands in that."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import trafilatura

from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.normalise import line_text

Matrix = npt.NDArray[np.float32]


EXTRACTOR_COLUMNS = tuple(
    f"trafilatura_{name}" for name in ("taken", "taken-1", "taken+1", "taken_near", "taken_around", "taken_share")
)
_NEAR, _FAR = 3, 10
_PIECE = 4
_FEWEST_WORDS = 2 * _PIECE
_MOST_BLOCKS = 8_000
_MOST_CHILDREN = 3_000
"""Of one element: trafilatura takes time in proportion to their square."""


def extractor_text(root: Any, blocks: int) -> str | None:
    """The words of the text that it takes, joined by spaces; None for pages that have more than an article has, of
    blocks or of elements within one."""
    if not 1 < blocks <= _MOST_BLOCKS or any(len(element) > _MOST_CHILDREN for element in root.iter()):
        return None
    return " ".join(words_of(line_text(trafilatura.extract(root, include_comments=False, fast=True) or "")))


def extractor_rows(lines: Sequence[Line], text: str | None) -> Matrix:
    """`EXTRACTOR_COLUMNS` of each line; -1 where the extractor was not asked or found nothing."""
    rows = np.full((len(lines), len(EXTRACTOR_COLUMNS)), -1, dtype=np.float32)
    if not text:
        return rows
    sizes = np.array([len(" ".join(line.words)) for line in lines], dtype=np.float64)
    taken = np.array(shares_inside(lines, text.split(" ")))
    rows[:, 0] = taken
    rows[1:, 1] = taken[:-1]
    rows[:-1, 2] = taken[1:]
    sums = np.zeros((2, len(lines) + 1))
    sums[:, 1:] = np.cumsum([taken * sizes, sizes], axis=1)
    numbers = np.arange(len(lines))
    for column, width in ((3, _NEAR), (4, _FAR)):
        low, high = np.maximum(0, numbers - width), np.minimum(len(lines), numbers + width + 1)
        inside = sums[:, high] - sums[:, low]
        rows[:, column] = inside[0] / np.maximum(1.0, inside[1])
    rows[:, 5] = len(text) / max(1.0, float(sizes.sum()))
    return rows


def shares_inside(lines: Sequence[Line], words: Sequence[str]) -> list[float]:
    """How much of each line stands in a text of these words, from 0 to 1.

    A short line stands in it as a whole or not at all, a longer one by its runs of four words. The time grows with the
    lines and the text together, not with their product.
    """
    runs = [_runs(line.words) for line in lines]
    wanted: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    for run in chain.from_iterable(runs):
        wanted[len(run)].add(run)
    found: set[tuple[str, ...]] = set()
    for length, of_length in wanted.items():
        found |= of_length.intersection(zip(*(words[start:] for start in range(length)), strict=False))
    return [sum(map(found.__contains__, own)) / len(own) if own else 0.0 for own in runs]


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    """What of a line is looked for: runs of four words that follow each other, of a short line all of it."""
    if not words:
        return []
    if len(words) < _FEWEST_WORDS:
        return [tuple(words)]
    return [tuple(words[start : start + _PIECE]) for start in range(0, len(words) - _PIECE + 1, _PIECE)]
