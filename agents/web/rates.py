"""A stage's rate and backlog over the last half hour, for the charts of the operations page."""

from collections.abc import Sequence
from itertools import pairwise

from agents.backlog import BacklogSample

COURSE_SECONDS = 1800.0
COURSE_PARTS = 30


def rate(samples: Sequence[tuple[float, int]], since: float, until: float) -> float:
    """Messages committed a second between two moments; 0 where nothing is known.

    Args:
        samples: moments (seconds) and the messages committed by then, in order.
    """
    inside = [sample for sample in samples if since <= sample[0] <= until]
    if len(inside) < 2:
        return 0.0
    (begin, first), (end, last) = inside[0], inside[-1]
    return max(0.0, (last - first) / (end - begin)) if end > begin else 0.0


def lag_course(samples: Sequence[BacklogSample], now: float) -> list[int]:
    """What waited in the last half hour, in parts of a minute, oldest first.

    The most of each part, or what was last known where nobody looked.
    """
    most: list[int | None] = [None] * COURSE_PARTS
    for sample in samples:
        part = int((sample.at - (now - COURSE_SECONDS)) / (COURSE_SECONDS / COURSE_PARTS))
        if 0 <= part < COURSE_PARTS:
            most[part] = max(most[part] or 0, sample.lag)
    found, last = [], 0
    for value in most:
        last = last if value is None else value
        found.append(last)
    return found


def course(samples: Sequence[tuple[float, int]], now: float) -> list[float]:
    """Rates of the last half hour, in parts of a minute, oldest first."""
    rates = [0.0] * COURSE_PARTS
    part_seconds = COURSE_SECONDS / COURSE_PARTS
    for (_, former), (moment, later) in pairwise(samples):
        part = int((moment - (now - COURSE_SECONDS)) / part_seconds)
        if 0 <= part < COURSE_PARTS:
            rates[part] += max(0, later - former) / part_seconds
    return [round(value, 2) for value in rates]
