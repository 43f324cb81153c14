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

    def log_odds(self, rows: Floats) -> tuple[Scores, Scores]:
        """That each line of a text is the article's, as logarithms of the odds, twice.

        The first answer follows the labels of pages of all kinds, the second one those of newspapers, where captions,
        headline and byline are never the article's. `rows` has the shape (lines, columns without the last one, which
        says whose labels are followed).
        """
        mean, deviation, weight = (self._arrays[name] for name in ("mean", "deviation", "input.weight"))
        whose = _clipped((np.array([0, 1], dtype=np.float32) - mean[-1]) / deviation[-1])
        own = _clipped((rows - mean[:-1]) / deviation[:-1]) @ weight[:, :-1] + self._arrays["input.bias"]
        # Of shape (networks, answers, lines, width).
        states = np.maximum(own[:, None] + whose[:, None, None] * weight[:, None, -1:], 0)
        width = states.shape[3]
        for number, step in enumerate(DILATIONS):
            around = np.zeros((*states.shape[:3], 3 * width), dtype=np.float32)
            around[:, :, step:, :width] = states[:, :, :-step]
            around[..., width:-width] = states
            around[:, :, :-step, -width:] = states[:, :, step:]
            states += self._rectified(f"convolution.{number}", around)
        whole = np.empty((*states.shape[:3], 2 * width), dtype=np.float32)
        whole[..., :width] = states
        whole[..., width:] = states.mean(axis=2, keepdims=True)
        answers = self._linear("output", self._rectified("whole", whole))
        general, newspapers = answers[..., 0].mean(axis=0, dtype=np.float64)
        return general, newspapers

    def _linear(self, name: str, values: Floats) -> Floats:
        """Both answers of a network in one product, (networks, answers, lines, inputs) to as many outputs."""
        networks, answers, lines, inputs = values.shape
        together = values.reshape(networks, answers * lines, inputs)
        product = together @ self._arrays[f"{name}.weight"]
        product += self._arrays[f"{name}.bias"]
        return product.reshape(networks, answers, lines, -1)

    def _rectified(self, name: str, values: Floats) -> Floats:
        linear = self._linear(name, values)
        return np.maximum(linear, 0, out=linear)


def _clipped(scaled: Floats) -> Floats:
    return np.minimum(np.maximum(scaled, -MOST_DEVIATIONS), MOST_DEVIATIONS)


@cache
def load() -> LineNetwork:
    """The one that ships."""
    with (files(__package__) / "data" / "lines-text.npz").open("rb") as file, np.load(file) as arrays:
        return LineNetwork({key: arrays[key] for key in arrays.files})
