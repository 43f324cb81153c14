"""Text to word pieces with exact offsets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

FIRST, PADDING, LAST = 0, 1, 2


@dataclass(frozen=True)
class Pieces:
    """The pieces of a text: their `ids`, and where each begins and ends in the text (code points, half-open).

    The sign that stands for a space before a word is not counted to the piece.
    """

    ids: npt.NDArray[np.int32]
    begins: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)


class PieceTokenizer:
    """The tokenizer of the shared encoder."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))

    def __call__(self, text: str) -> Pieces:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        offsets = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        begins, ends = offsets.T
        solid = np.arange(len(text) + 1, dtype=np.int32)
        solid[:-1][np.fromiter(map(str.isspace, text), dtype=bool, count=len(text))] = len(text)
        following = np.minimum.accumulate(solid[::-1])[::-1]
        begins = np.minimum(following[begins], ends)
        return Pieces(np.array(encoding.ids, dtype=np.int32), begins, ends)
