"""Waiting for what another task or process brings about."""

import asyncio
import inspect
from collections.abc import Callable

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.01, 0.25
"""Between two looks; it doubles, so that what takes long to come is not slowed down by looking for it."""


async def until(holds: Callable[[], object], seconds: float = 60.0, what: Callable[[], str] = lambda: "") -> None:
    """Wait until a function, or a coroutine function, gives something true.

    Args:
        holds: asked again and again.
        seconds: how long at most.
        what: is asked in the end, for what to say of it.

    Raises:
        AssertionError: it did not in time.
    """
    pause = FIRST_PAUSE_SECONDS
    try:
        async with asyncio.timeout(seconds) as limit:
            while True:
                found = holds()
                if inspect.isawaitable(found):
                    found = await found
                if found:
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    except TimeoutError:
        if not limit.expired():
            raise
    raise AssertionError(f"not within {seconds:g} s: {what()}")
