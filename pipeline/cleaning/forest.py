"""The block classifier at run time: boosted trees as plain arrays, evaluated by numpy."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Forest:
    """Boosted trees for a yes-or-no question.

    Args:
        arrays: of all trees' nodes in one row: `feature`, `threshold`, `left`,
            `right` (a leaf is its own child), `value`; `roots` of the trees;
            `depth`, the longest way to a leaf; `names` of the features.
    """

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._feature = arrays["feature"].astype(np.intp)
        self._threshold = arrays["threshold"].astype(np.float32)
        self._children = np.stack([arrays["right"], arrays["left"]], axis=1).astype(np.intp).ravel()
        self._value = arrays["value"].astype(np.float64)
        self._roots = arrays["roots"].astype(np.intp)
        self._depth = int(arrays["depth"])
        self.names = [str(name) for name in arrays["names"]]

    def probabilities(self, rows: Floats) -> npt.NDArray[np.float64]:
        """The probability of yes for each row of features, in the order of `names`."""
        cells = np.ascontiguousarray(rows, dtype=np.float32).ravel()
        starts = np.arange(len(rows), dtype=np.intp)[:, None] * rows.shape[1]
        nodes = np.broadcast_to(self._roots, (len(rows), len(self._roots)))
        for _ in range(self._depth):
            goes_left = cells.take(self._feature.take(nodes) + starts) <= self._threshold.take(nodes)
            nodes = self._children.take(2 * nodes + goes_left)
        score = self._value.take(nodes).sum(axis=1)
        return np.asarray(1.0 / (1.0 + np.exp(-score)))


@cache
def load(name: str) -> Forest:
    """The shipped forest "page" (lines with markup) or "text"."""
    with (files(__package__) / "data" / f"blocks-{name}.npz").open("rb") as file, np.load(file) as arrays:
        return Forest({key: arrays[key] for key in arrays.files})
