"""The trained layers above the encoder, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.reader.schema import HEADS

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
AROUND = 4
"""Tokens in front of and behind a quote that tell who says it."""


@dataclass(frozen=True)
class Linear:
    """value · weight + bias, weight of shape (inputs, outputs)."""

    weight: Floats
    bias: Floats

    def __call__(self, value: Floats) -> Floats:
        result: Floats = value @ self.weight + self.bias
        return result


@dataclass(frozen=True)
class PairScorer:
    """Scores of pairs from the product of two projected vectors and what is known of the pair."""

    left: Linear
    right: Linear
    hidden: Linear
    out: Linear
    nothing: Linear

    def __call__(
        self, left: Floats, right: Floats, pairs: tuple[Ints, Ints], features: Floats
    ) -> tuple[Floats, Floats]:
        """Scores (pairs, outputs), and of "none of them" for each item on the left (items, outputs).

        `left` is (items, width), `right` (mentions, width), `pairs` their rows, `features` (pairs, n).
        """
        items, mentions = self.left(left), self.right(right)
        joint = np.concatenate([items[pairs[0]] * mentions[pairs[1]], features], axis=1)
        return self.out(np.maximum(self.hidden(joint), 0)), self.nothing(np.maximum(items, 0))


class Scorers:
    """All layers above the encoder, read from one file."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self.arrays = {name: stored[name].astype(np.float32) for name in stored.files}
        self.heads = {name: self._linear(f"heads.{name}") for name in HEADS}
        self.mention = self._linear("mention")
        self.medium = self._linear("medium")
        self.antecedents = self._pairs("antecedents")
        self.speakers = self._pairs("speakers")

    def _linear(self, name: str) -> Linear:
        return Linear(self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"])

    def _pairs(self, name: str) -> PairScorer:
        return PairScorer(*(self._linear(f"{name}.{part}") for part in ("left", "right", "hidden", "out", "nothing")))


class Vectors:
    """Vectors (n, width), and the means of stretches of them."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._total = np.zeros((len(values) + 1, values.shape[1]), dtype=np.float32)
        total = np.zeros(values.shape[1])
        for row, value in enumerate(values, start=1):  # four times as fast as a sum over columns
            total += value
            self._total[row] = total

    def __len__(self) -> int:
        return len(self.values)

    def mean(self, spans: Ints) -> Floats:
        """Means over the half-open `spans` (m, 2); zero for empty ones."""
        lengths = np.maximum(spans[:, 1] - spans[:, 0], 1)[:, None]
        result: Floats = ((self._total[spans[:, 1]] - self._total[spans[:, 0]]) / lengths).astype(np.float32)
        return result


def mention_vectors(states: Vectors, spans: Ints) -> Floats:
    """First and last token and mean of the half-open token `spans` (m, 2): (m, 3 * width)."""
    return np.concatenate([states.values[spans[:, 0]], states.values[spans[:, 1] - 1], states.mean(spans)], axis=1)


def quote_vectors(states: Vectors, spans: Ints) -> Floats:
    """Mean of a quote, of what is in front of it and of what is behind it: (quotes, 3 * width)."""
    before = np.stack([np.maximum(spans[:, 0] - AROUND, 0), spans[:, 0]], axis=1)
    behind = np.stack([spans[:, 1], np.minimum(spans[:, 1] + AROUND, len(states))], axis=1)
    return np.concatenate([states.mean(spans), states.mean(before), states.mean(behind)], axis=1)


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of probabilities along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
