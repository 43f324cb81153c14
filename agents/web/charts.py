"""Small charts as SVG geometry; the templates draw them, without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, in the chart's own units."""

    x: float
    y: float
    width: float
    height: float
    value: float


@dataclass(frozen=True)
class Lines:
    """A chart of lines.

    Attributes:
        points: of each line, as the attribute `points` of an SVG polyline.
        ticks: values of the vertical axis with their heights, the lowest first.
    """

    points: list[str]
    ticks: list[tuple[float, float]]


def bars(
    values: Sequence[float], *, width: float, height: float, gap: float = 1.0, top: float | None = None
) -> list[Bar]:
    """Bars from left to right that fill `width` by `height`; the highest value, or `top`, reaches the top.

    A value above zero is always at least one unit high, so that it can be seen.
    """
    if not values:
        return []
    top = top or max(values) or 1.0
    step = width / len(values)
    found = []
    for index, value in enumerate(values):
        high = max(1.0, value / top * height) if value > 0 else 0.0
        found.append(
            Bar(round(index * step, 2), round(height - high, 2), round(max(step - gap, 0.5), 2), round(high, 2), value)
        )
    return found


def lines(series: Sequence[Sequence[float]], *, width: float, height: float) -> Lines:
    """Lines from left to right that fill `width`, on a common axis from 0 to a round value at the top of `height`."""
    scale = axis(max((value for values in series for value in values), default=0.0))
    points = []
    for values in series:
        step = width / max(1, len(values) - 1)
        places = [
            f"{round(n * step, 1)},{round(height - value / scale[-1] * height, 1)}" for n, value in enumerate(values)
        ]
        points.append(" ".join(places))
    return Lines(points, [(value, round(height - value / scale[-1] * height, 1)) for value in scale])


def axis(highest: float) -> list[float]:
    """Round whole values from 0 to `highest` or a little above, five steps at most."""
    if highest <= 1:
        return [0.0, 1.0]
    unit = 10.0 ** floor(log10(highest / 2))
    step = next(unit * factor for factor in (1, 2, 5, 10) if highest / (unit * factor) <= 5)
    step = max(1.0, step)
    return [step * number for number in range(ceil(highest / step) + 1)]
