"""How a sink fetches what it stores."""

import asyncio
import time
from collections.abc import Mapping

from aiokafka import TopicPartition

from agents.sinks.consumer import Sink
from agents.sinks.store import Batch, StoredPosition, WriteResult
from tests.sinks.records import article

MESSAGES = 20


class MemoryStore:
    """A store that keeps the keys of the messages."""

    name = "memory"
    batch_bytes = 1_000_000
    flush_seconds = 0.5

    def __init__(self) -> None:
        self.keys: list[bytes] = []

    async def open(self) -> Mapping[TopicPartition, StoredPosition] | None:
        return None

    async def write(self, batch: Batch) -> WriteResult:
        self.keys += [record.key for record, _ in batch.messages]
        return WriteResult({})

    async def close(self) -> None:
        pass


async def test_messages_that_come_one_by_one_are_fetched_together(stream, monkeypatch):
    store = MemoryStore()
    sink = Sink(stream.settings, store, group=stream.settings.group("sink-memory"), from_now=False, say=print)
    fetches = 0
    getmany = sink._consumer.getmany

    async def counted(**options):
        nonlocal fetches
        fetches += 1
        return await getmany(**options)

    monkeypatch.setattr(sink._consumer, "getmany", counted)
    started = time.monotonic()
    running = asyncio.create_task(sink.run(until_caught_up=False))
    try:
        async with stream.producer() as producer:
            for number in range(MESSAGES):
                key = f"a-{number}"
                await producer.send_and_wait(stream.settings.topic("articles.quotes"), article(key), key.encode())
                await asyncio.sleep(0.1)
        async with asyncio.timeout(20):
            while len(store.keys) < MESSAGES:
                await asyncio.sleep(0.1)
        taken = time.monotonic() - started
    finally:
        sink.stop()
        await running
    assert sorted(store.keys) == sorted(f"a-{number}".encode() for number in range(MESSAGES))
    assert fetches <= 2 + 2 * taken, "one for all that came in half a second"
