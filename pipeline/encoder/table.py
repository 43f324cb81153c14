"""The word-piece embeddings: one memory-mapped file in 4 bits, shared by every model and every process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2


def unpack(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Packed rows of shape (n, blocks * 18) as float32 of shape (n, blocks * 32).

    A block is a half-precision scale and 32 weights from -8 to 7, the first 16 in the low halves of the bytes.
    """
    blocks = np.ascontiguousarray(rows).reshape(len(rows), -1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)
    nibbles = blocks[:, :, 2:]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=2).astype(np.float32) - 8.0
    unpacked: npt.NDArray[np.float32] = (weights * scales).reshape(len(rows), -1)
    return unpacked


class EmbeddingTable:
    """Embeddings of word pieces, read from the file as they are asked for."""

    def __init__(self, path: Path) -> None:
        self._rows = np.load(path, mmap_mode="r")

    def __len__(self) -> int:
        return len(self._rows)

    def lookup(self, ids: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
        """Embeddings of `ids`, any shape, as float32 with the hidden size as last axis."""
        distinct, where = np.unique(ids, return_inverse=True)
        found: npt.NDArray[np.float32] = unpack(self._rows[distinct])[where.reshape(ids.shape)]
        return found
