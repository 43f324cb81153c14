"""The line classifiers at run time: boosted trees as plain arrays, evaluated by numpy."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

FORESTS = ("page", "news", "text-news", "text-kind")
"""Of the lines of pages, of pages that call themselves news, and of texts from newspapers.

The last one is asked whether a text is from one.
"""
_MANTISSA, _EXPONENT_OF_ONE = 23, 127
"""Of a float of 32 bits: how many bits it has below its exponent, and what that is for 1."""
_TOGETHER = 2000
"""So many rows go through the trees together, for the memory."""


class Forest:
    """Boosted trees for a yes-or-no question.

    All rows pass all splits of all trees at once. A tree's leaves are bits, from
    the left; a row that fails a split loses the leaves on its left, and the
    lowest bit left over is the row's leaf (QuickScorer, Lucchese et al. 2015).

    Args:
        arrays: of all trees' nodes in one row: `feature`, `threshold`, `left`,
            `right` (a leaf is its own child), `value`; `roots` of the trees;
            `names` of the features. No tree has more than 64 leaves.
    """

    def __init__(self, arrays: dict[str, Any]) -> None:
        left, right = arrays["left"].tolist(), arrays["right"].tolist()
        trees = [_Tree(root, left, right) for root in arrays["roots"].tolist()]
        leaves = max(len(tree.leaves) for tree in trees)
        # A row for each tree's first split, second split and so on; trees with fewer get splits that lose nothing.
        shape = (leaves - 1, len(trees))
        nodes, lost = np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=np.min_scalar_type((1 << leaves) - 1))
        values = np.zeros((len(trees), leaves))
        for number, tree in enumerate(trees):
            for place, (node, bits) in enumerate(tree.splits):
                nodes[place, number], lost[place, number] = node, bits
            values[number, : len(tree.leaves)] = arrays["value"][tree.leaves]
        # Many splits ask the same, which is answered once.
        asked = np.stack(
            [arrays["feature"][nodes].ravel(), arrays["threshold"].astype(np.float32)[nodes].ravel()], axis=1
        )
        questions, question = np.unique(asked, axis=0, return_inverse=True)
        self._feature = questions[:, 0].astype(np.intp)
        self._threshold = questions[:, 1, None].astype(np.float32)
        self._question = question.reshape(shape)
        self._lost = lost[:, :, None]
        self._value = values.ravel()
        self._first_leaf = np.arange(0, values.size, leaves, dtype=np.intp)[:, None]
        self.names = [str(name) for name in arrays["names"]]

    def probabilities(self, rows: Floats) -> Scores:
        """The probability of yes for each row of features, in the order of `names`."""
        return logistic(self.log_odds(rows))

    def log_odds(self, rows: Floats) -> Scores:
        """The same as logarithms of the odds."""
        begins = range(0, max(len(rows), 1), _TOGETHER)
        return np.concatenate([self._of_some(rows[begin : begin + _TOGETHER]) for begin in begins])

    def _of_some(self, rows: Floats) -> Scores:
        columns = np.ascontiguousarray(rows.T, dtype=np.float32)
        shape = (len(self._first_leaf), len(rows))
        gone = np.zeros(shape, dtype=self._lost.dtype)
        # Into the same array each time: new ones of this size cost more than what is done with them.
        bits = np.empty_like(gone)
        fails = (columns.take(self._feature, axis=0) > self._threshold).astype(gone.dtype)
        for question, lost in zip(self._question, self._lost, strict=True):
            fails.take(question, axis=0, out=bits, mode="clip")
            np.multiply(bits, lost, out=bits)
            np.bitwise_or(gone, bits, out=gone)
        lowest = np.bitwise_and(np.invert(gone), gone + gone.dtype.type(1))
        leaf = (lowest.astype(np.float32).view(np.int32) >> _MANTISSA) - _EXPONENT_OF_ONE
        return np.asarray(np.ascontiguousarray(self._value.take(self._first_leaf + leaf).T).sum(axis=1))


def logistic(log_odds: Scores) -> Scores:
    """The probabilities that some log-odds stand for."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


class _Tree:
    """The leaves of a tree from left to right, and of each of its splits the bits of the leaves on its left."""

    def __init__(self, root: int, left: list[int], right: list[int]) -> None:
        self.leaves: list[int] = []
        self.splits: list[tuple[int, int]] = []
        self._visit(root, left, right)

    def _visit(self, node: int, left: list[int], right: list[int]) -> None:
        if left[node] == node:
            self.leaves.append(node)
            return
        first = len(self.leaves)
        self._visit(left[node], left, right)
        self.splits.append((node, (1 << len(self.leaves)) - (1 << first)))
        self._visit(right[node], left, right)


@cache
def load(name: str) -> Forest:
    """One of the `FORESTS` that ship."""
    with (files(__package__) / "data" / f"blocks-{name}.npz").open("rb") as file, np.load(file) as arrays:
        return Forest({key: arrays[key] for key in arrays.files})
