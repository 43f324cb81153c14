"""The classifier of lines without markup at run time: small convolutional networks, evaluated by numpy."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

DILATIONS = (1, 2, 4)
"""How far apart the lines are that the layers see, one after the other: in all, the seven above and below each."""
MOST_DEVIATIONS = 5.0
"""Standard deviations beyond which a value is taken for that far."""


class LineNetwork:
    """Networks that differ only by chance, whose answers are averaged.

    Each sees all lines of a text at once: a linear layer for each line, then convolutions of three lines, added to what
    they got (He et al. 2016), then the mean of all lines beside each.

    Args:
        arrays: `mean` and `deviation` of the columns, of shape (columns,); and of all networks together, `input.weight`
            of shape (networks, columns, width), `convolution.K.weight` (networks, 3 * width, width) of the line above,
            the line and the line below, `whole.weight` (networks, 2 * width, width), `output.weight` (networks, width,
            1), each with a `bias` of shape (networks, 1, width), or (networks, 1, 1).
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._arrays: dict[str, Floats] = {name: values.astype(np.float32) for name, values in arrays.items()}

    def log_odds(self, rows: Floats, *, newspaper: bool) -> Scores:
        """That each line of a text is the article's, as logarithms of the odds.

        `rows` has the shape (lines, columns without the last one). That says whether the answer follows the labels of
        `newspaper` pages, where captions, headline and byline are never the article's.
        """
        rows = np.concatenate([rows, np.full((len(rows), 1), newspaper, dtype=np.float32)], axis=1)
        scaled = (rows - self._arrays["mean"]) / self._arrays["deviation"]
        states = self._rectified("input", np.clip(scaled, -MOST_DEVIATIONS, MOST_DEVIATIONS))
        lines = len(rows)
        for number, step in enumerate(DILATIONS):
            padded = np.zeros((len(states), lines + 2 * step, states.shape[2]), dtype=np.float32)
            padded[:, step:-step] = states
            around = np.concatenate([padded[:, :lines], states, padded[:, 2 * step :]], axis=2)
            states += self._rectified(f"convolution.{number}", around)
        whole = np.broadcast_to(states.mean(axis=1, keepdims=True), states.shape)
        answers = self._linear("output", self._rectified("whole", np.concatenate([states, whole], axis=2)))
        return np.asarray(answers[:, :, 0].mean(axis=0, dtype=np.float64))

    def _linear(self, name: str, values: Floats) -> Floats:
        return np.asarray(values @ self._arrays[f"{name}.weight"] + self._arrays[f"{name}.bias"])

    def _rectified(self, name: str, values: Floats) -> Floats:
        return np.maximum(self._linear(name, values), 0)


@cache
def load() -> LineNetwork:
    """The one that ships."""
    with (files(__package__) / "data" / "lines-text.npz").open("rb") as file, np.load(file) as arrays:
        return LineNetwork({key: arrays[key] for key in arrays.files})
