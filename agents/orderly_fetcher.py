"""A fetcher that ends without an error, whatever its requests are about.

aiokafka's fetcher cancels its requests at its end, and waits for each. One that has failed pauses for a moment, as all
do while the broker is away, and is cancelled in that pause. aiokafka passes this on as if whoever ends the consumer
were cancelled: tasks that were to go on ended without an error in the log, other errors were hidden, and what was
to be closed after the consumer stayed open.

What is replaced in aiokafka is not offered publicly; `tests/agents/test_orderly_fetcher.py` fails when it is renamed or
works otherwise.
"""

import asyncio
import contextlib

from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaError


class OrderlyFetcher(Fetcher):  # type: ignore[misc]
    """aiokafka's, whose end waits for its requests and leaves aside what they raise."""

    async def close(self) -> None:
        """Called at the end of the consumer."""
        tasks = {self._fetch_task, *self._pending_tasks}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._pending_tasks.clear()
        with contextlib.suppress(KafkaError):  # of an answer that could not be read: who reads has been told
            await super().close()
