"""What the pages and health checks of one worker know of another that has no pages."""

import asyncio
import signal

from tests.support.view import View
from tests.support.waiting import until

PATIENCE_SECONDS = 90


async def told(view: View, line: str) -> None:
    async def is_told() -> bool:
        return line in await view.metrics()

    await until(is_told, PATIENCE_SECONDS)


async def test_a_worker_without_pages_is_known_to_the_one_that_has_them(make_stream):
    stream = await make_stream()
    view = View()
    stream.start_worker(**view.options)
    await view.until_ready(PATIENCE_SECONDS)
    other = stream.start_worker()
    await told(view, 'redefluss_workers{state="alive"} 2')
    await view.until_ready(PATIENCE_SECONDS)  # the partitions that the other has are assigned, as one can see
    other.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(other.wait, PATIENCE_SECONDS) == 0
    await told(view, 'redefluss_workers{state="stopped"} 1')
    await view.until_ready(PATIENCE_SECONDS)
