"""How often one client may ask for what is expensive."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """A token bucket: `burst` at once, then `per_second`."""

    per_second: float
    burst: int


LOOKUPS = Allowance(per_second=15, burst=60)
SEARCHES = Allowance(per_second=5, burst=20)
RECORDS = Allowance(per_second=2, burst=10)
LOGINS = Allowance(per_second=0.2, burst=5)
REPLAYS = Allowance(per_second=5, burst=20)

_CLIENTS_REMEMBERED = 10_000


class Limiter:
    """Counts by client and allowance."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, Allowance], tuple[float, float]] = OrderedDict()

    def wait_seconds(self, client: str, allowance: Allowance, *, count: bool = True) -> float:
        """0 if the client may go on, which is counted if `count`; else how long it has to wait."""
        now = self._clock()
        key = client, allowance
        left, seen = self._buckets.pop(key, (float(allowance.burst), now))
        left = min(float(allowance.burst), left + (now - seen) * allowance.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / allowance.per_second
        self._buckets[key] = (left if wait or not count else left - 1, now)
        if len(self._buckets) > _CLIENTS_REMEMBERED:
            self._buckets.popitem(last=False)
        return wait
