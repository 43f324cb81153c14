"""Faust's consumer, without its pauses of a second, and without waking when there is nothing to do.

Faust stops reading a partition while its buffer is full. With all of them full it sleeps for a second, and with some of
them full it waits up to a second for messages of the others, even if a full one has long been emptied: no more than a
buffer of each partition is done in a second, however fast the stage is.
"""

import asyncio
import contextlib
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP

from agents import kafka

LOOK_SECONDS = 0.25
"""How long messages of a partition with room may stay unseen while others have none."""


class QuietThread(AIOKafkaConsumerThread):
    """Faust's thread with a client that is awake only when there is something to do."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        client = super()._create_worker_consumer(transport)
        client._consumer_timeout = kafka.IDLE_LOOK_SECONDS
        return client


class PromptConsumer(Consumer):
    """Reads on as soon as a buffer has room."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._room = asyncio.Event()

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return QuietThread(self, loop=self.loop, beacon=self.beacon)

    def on_buffer_drop(self, tp: TP) -> None:
        """Called by Faust when the buffer of a partition is half empty again."""
        super().on_buffer_drop(tp)
        self._room.set()

    def _full(self) -> set[TP]:
        """Partitions whose buffers are full. In Faust's list there may be some that were given up when they were."""
        full = self._buffered_partitions
        return (full & self.assignment()) - self._get_active_partitions() if full else full

    async def _wait_next_records(self, timeout: float) -> Any:
        if not self._full():
            return await super()._wait_next_records(timeout)
        self._room.clear()
        if self._get_active_partitions():
            found = await super()._wait_next_records(0.0)
            if found[0]:
                return found
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._room.wait(), LOOK_SECONDS)
        return {}, self._get_active_partitions()
