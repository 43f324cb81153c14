"""What extractors take for a page's article, and how much of each line and its neighbours stands in that."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import trafilatura

from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.normalise import line_text

Matrix = npt.NDArray[np.float32]


def _trafilatura(root: Any) -> str:
    return trafilatura.extract(root, include_comments=False, fast=True) or ""


EXTRACTORS: Mapping[str, Callable[[Any], str]] = {"trafilatura": _trafilatura}
"""By name, what takes a parsed page and gives the text of its article, empty if it finds none."""

_COLUMNS = ("taken", "taken-1", "taken+1", "taken_near", "taken_around", "taken_share")
EXTRACTOR_COLUMNS = tuple(f"{name}_{column}" for name in EXTRACTORS for column in _COLUMNS)
_NEAR, _FAR = 3, 10
_PIECE = 4
_FEWEST_WORDS = 2 * _PIECE
_MOST_BLOCKS = 8_000


def extractor_texts(root: Any, blocks: int) -> dict[str, str]:
    """Of each extractor the words of its text, joined by spaces; empty for pages of more blocks than an article has."""
    if not 1 < blocks <= _MOST_BLOCKS:
        return {}
    return {name: " ".join(words_of(line_text(extract(root)))) for name, extract in EXTRACTORS.items()}


def extractor_rows(lines: Sequence[Line], texts: Mapping[str, str]) -> Matrix:
    """`EXTRACTOR_COLUMNS` of each line; -1 where an extractor was not asked or found nothing."""
    joined = [" ".join(line.words) for line in lines]
    sizes = np.array([len(words) for words in joined], dtype=np.float64)
    return np.concatenate([_of_one(lines, joined, sizes, texts.get(name, "")) for name in EXTRACTORS], axis=1)


def _of_one(lines: Sequence[Line], joined: Sequence[str], sizes: npt.NDArray[np.float64], text: str) -> Matrix:
    rows = np.full((len(lines), len(_COLUMNS)), -1, dtype=np.float32)
    if not text:
        return rows
    whole = f" {text} "
    taken = np.array(
        [
            (float(f" {words} " in whole) or share_inside(line.words, whole)) if words else 0.0
            for words, line in zip(joined, lines, strict=True)
        ]
    )
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


def share_inside(words: list[str], text: str) -> float:
    """How much of a longer line stands in `text`, which begins and ends with a space, by runs of four words."""
    if len(words) < _FEWEST_WORDS:
        return 0.0
    pieces = [" ".join(words[start : start + _PIECE]) for start in range(0, len(words) - _PIECE + 1, _PIECE)]
    return sum(f" {piece} " in text for piece in pieces) / len(pieces)
