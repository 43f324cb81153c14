"""Features that tell the text of a newspaper from others: of its paragraphs, and of what stands around them."""

from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.features import names

Floats = npt.NDArray[np.float32]

_OF_PARAGRAPHS = (
    "sentences", "digits", "quotes", "ends_sentence", "reporting", "past", "captions", "you", "function_words", "year",
    "connective", "word_length", "capitals", "commas", "exclaims", "characters",
)  # fmt: skip
_OF_LINES = (
    "byline", "time", "agency", "credit", "photographer", "turn", "bullet", "running_time", "key_value", "caption_cue",
    "reason",
)  # fmt: skip
_ANYWHERE = ("byline", "time", "agency", "credit", "photographer")
TEXT_COLUMNS = (
    *(f"mean_{name}" for name in _OF_PARAGRAPHS), *(f"share_{name}" for name in _OF_LINES),
    *(f"any_{name}" for name in _ANYWHERE), "lines", "text", "paragraphs", "text_share",
)  # fmt: skip
"""Means are over the characters of the paragraphs, shares are of all lines."""


def text_row(rows: Floats) -> Floats:
    """`TEXT_COLUMNS` of a text as one row, from the `features` of its lines, of which there is at least one."""
    paragraphs, of_paragraphs, of_lines, anywhere = _places()
    sizes = np.expm1(rows[:, 0].astype(np.float64))
    is_paragraph = rows[:, paragraphs] > 0
    inside = sizes * is_paragraph
    weights = inside if inside.any() else sizes
    there = rows[:, of_lines] > 0
    rest = np.log1p((len(rows), inside.sum(), is_paragraph.sum()))
    parts = [
        weights @ rows[:, of_paragraphs] / weights.sum(),
        there.mean(axis=0),
        (rows[:, anywhere] > 0).any(axis=0),
        rest,
        [inside.sum() / sizes.sum()],
    ]
    return np.concatenate(parts)[None].astype(np.float32)


@cache
def _places() -> tuple[int, list[int], list[int], list[int]]:
    columns = names(markup=False)
    of = columns.index
    return (
        of("paragraph"),
        [of(name) for name in _OF_PARAGRAPHS],
        [of(name) for name in _OF_LINES],
        [of(name) for name in _ANYWHERE],
    )
