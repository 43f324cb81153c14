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
_FARTHEST = max(DILATIONS)
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
        # Of shape (networks, answers, lines, width), in an array with zeros above the first and below the last line.
        begun = own[:, None] + whose[:, None, None] * weight[:, None, -1:]
        networks, answers, lines, width = begun.shape
        padded = np.zeros((networks, answers, lines + 2 * _FARTHEST, width), dtype=np.float32)
        states = np.maximum(begun, 0, out=padded[:, :, _FARTHEST:-_FARTHEST])
        for number, step in enumerate(DILATIONS):
            states += self._convolved(f"convolution.{number}", padded, step)
        of_lines, of_all = self._parts("whole", 2)
        whole = states @ of_lines
        whole += states.mean(axis=2, keepdims=True) @ of_all + self._bias("whole")
        scores = np.maximum(whole, 0, out=whole) @ self._arrays["output.weight"][:, None] + self._bias("output")
        general, newspapers = scores[..., 0].mean(axis=0, dtype=np.float64)
        return general, newspapers

    def _convolved(self, name: str, padded: Floats, step: int) -> Floats:
        """What a layer adds to each line, from the line itself and those `step` lines above and below."""
        lines = padded.shape[2] - 2 * _FARTHEST
        above, own, below = (
            padded[:, :, begin : begin + lines] @ weight
            for begin, weight in zip((_FARTHEST - step, _FARTHEST, _FARTHEST + step), self._parts(name, 3), strict=True)
        )
        own += above
        own += below
        own += self._bias(name)
        rectified: Floats = np.maximum(own, 0, out=own)
        return rectified

    def _parts(self, name: str, number: int) -> list[Floats]:
        """The weights of a layer that sees so many things side by side, for both answers of each network."""
        weight = self._arrays[f"{name}.weight"][:, None]
        size = weight.shape[2] // number
        return [weight[:, :, begin : begin + size] for begin in range(0, number * size, size)]

    def _bias(self, name: str) -> Floats:
        return self._arrays[f"{name}.bias"][:, None]


def _clipped(scaled: Floats) -> Floats:
    return np.minimum(np.maximum(scaled, -MOST_DEVIATIONS), MOST_DEVIATIONS)


@cache
def load() -> LineNetwork:
    """The one that ships."""
    with (files(__package__) / "data" / "lines-text.npz").open("rb") as file, np.load(file) as arrays:
        return LineNetwork({key: arrays[key] for key in arrays.files})
