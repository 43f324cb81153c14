"""Waiting that ends early when the process is to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_stopped(stop: asyncio.Event, awaited: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> bool:
    """Wait for `awaited`, unless `stop` is set before it ends; whether it ended by itself."""
    task = asyncio.ensure_future(awaited)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
        return True
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return False
