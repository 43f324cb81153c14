"""Tokens of an article: the one tokenisation that models, rules and training share."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from pipeline.encoder.pieces import Pieces

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+|_+|[^\w\s]")

Ranges = npt.NDArray[np.int64]
"""(n, 2): half-open code points into the text."""


def tokenize(text: str) -> Ranges:
    """Where the tokens of `text` begin and end: runs of letters, numbers, and single signs.

    Hyphenated words are cut at their hyphens, since a name may be one part of them ("US-Zölle").
    """
    found = [match.span() for match in _TOKEN.finditer(text)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def piece_spans(pieces: Pieces, tokens: Ranges) -> Ranges:
    """For every token the pieces that have a part in it, half-open; at least one, also where a piece spans several."""
    if not len(pieces):
        return np.zeros((len(tokens), 2), dtype=np.int64)
    ends = np.maximum.accumulate(pieces.ends)
    begins = np.minimum.accumulate(pieces.begins[::-1])[::-1]
    first = np.minimum(np.searchsorted(ends, tokens[:, 0], side="right"), len(pieces) - 1)
    last = np.maximum(np.searchsorted(begins, tokens[:, 1], side="left"), first + 1)
    return np.stack([first, last], axis=1).astype(np.int64)
