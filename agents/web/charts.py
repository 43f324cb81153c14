"""Small charts as SVG geometry; the templates draw them, without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, in the chart's own units."""

    x: float
    y: float
    width: float
    height: float
    value: float


def bars(values: Sequence[float], *, width: float, height: float, gap: float = 1.0) -> list[Bar]:
    """Bars from left to right that fill `width` by `height`; the highest value reaches the top.

    A value above zero is always at least one unit high, so that it can be seen.
    """
    if not values:
        return []
    top = max(values) or 1.0
    step = width / len(values)
    found = []
    for index, value in enumerate(values):
        high = max(1.0, value / top * height) if value > 0 else 0.0
        found.append(
            Bar(round(index * step, 2), round(height - high, 2), round(max(step - gap, 0.5), 2), round(high, 2), value)
        )
    return found
