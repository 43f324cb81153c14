"""The time of the processor that a piece of work takes, as undisturbed as a shared machine allows."""

import gc
import time
from collections.abc import Callable
from typing import Any

TURNS = 3


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the seconds of the processor that it took, garbage collection of all else left out."""
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        result = work()
        return result, time.process_time() - started
    finally:
        gc.enable()


def least_seconds(work: Callable[[], Any]) -> float:
    """Seconds of the processor in the fastest of some turns: others on the machine make single turns slower."""
    return min(timed(work)[1] for _ in range(TURNS))


def is_done_within(work: Callable[[], Any], seconds: float) -> bool:
    """Whether one of some turns takes less of the processor; no further turn once one has."""
    return any(timed(work)[1] < seconds for _ in range(TURNS))
