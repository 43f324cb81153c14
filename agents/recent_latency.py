"""Latency of the last minutes, from a histogram that only ever grows."""

from collections import deque
from collections.abc import Mapping

WINDOW_SECONDS = 300.0
STEP_SECONDS = 10.0
"""How far latencies are looked back, and between the moments whose counts are kept for that."""


class RecentLatency:
    """Keeps a few former states of each stage's histogram, and gives the difference to the oldest of them."""

    def __init__(self) -> None:
        self._former: dict[str, deque[tuple[float, dict[float, float]]]] = {}

    def over_window(self, stage: str, counts: Mapping[float, float], now: float) -> dict[float, float]:
        """Cumulative counts by upper bound (seconds) over about the last five minutes.

        Args:
            counts: the same since the start, as they are `now` (seconds on a monotonic clock).
        """
        if not counts:
            return {}
        former = self._former.setdefault(stage, deque())
        if not former:
            former.append((now, dict.fromkeys(counts, 0.0)))
        elif now - former[-1][0] >= STEP_SECONDS:
            former.append((now, dict(counts)))
        while len(former) > 1 and now - former[0][0] > WINDOW_SECONDS:
            former.popleft()
        oldest = former[0][1]
        return {bound: count - oldest.get(bound, 0.0) for bound, count in counts.items()}
