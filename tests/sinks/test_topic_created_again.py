"""A topic that was deleted and created again under a sink's feet: nothing of the new one is skipped."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import TopicPartition

from agents import cluster, topics
from agents.sinks import consumer as module
from agents.sinks.consumer import Sink
from agents.sinks.store import Batch, SinkUnavailable, StoredPosition, WriteResult
from agents.topic_reader import NoSuchTopic, fingerprint, messages_to_end
from tests.sinks.conftest import SinkStream
from tests.sinks.records import article
from tests.support.waiting import until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

TOPIC = "articles.quotes"
numbers = itertools.count()


class KeyStore:
    """A store that keeps the keys of the messages, once it is told to take them."""

    name = "keys"
    batch_bytes = 1_000_000
    flush_seconds = 0.2

    def __init__(self, positions: Mapping[TopicPartition, StoredPosition] | None = None) -> None:
        self.keys: list[str] = []
        self.positions = dict(positions or {})
        self.opened = asyncio.Event()
        self.opened.set()

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        return self.positions

    async def write(self, batch: Batch) -> WriteResult:
        if not self.opened.is_set():
            raise SinkUnavailable("not yet", after_seconds=0.1)
        self.keys += [record.key.decode() for record, _ in batch.messages]
        self.positions |= batch.positions
        return WriteResult({})

    async def close(self) -> None:
        pass


@pytest_asyncio.fixture
async def stream(kafka_broker: str, tmp_path: Path) -> AsyncIterator[SinkStream]:
    made = SinkStream(kafka_broker, f"again{next(numbers)}.", tmp_path, partitions=2)
    await made.prepare()
    yield made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 1.0)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 2.0)


def sink_of(stream: SinkStream, store: KeyStore, said: list[str], *, from_now: bool = False) -> Sink:
    return Sink(stream.settings, store, group=stream.settings.group("sink-keys"), from_now=from_now, say=said.append)


async def delete(stream: SinkStream) -> None:
    async with cluster.admin(stream.settings) as client:
        await client.delete_topics([stream.settings.topic(TOPIC)])
    await until(lambda: gone(stream))


async def gone(stream: SinkStream) -> bool:
    return not await cluster.partition_numbers(stream.settings, stream.settings.topic(TOPIC))


def articles(letter: str, count: int) -> list[tuple[bytes, bytes]]:
    return [(f"{letter}-{number}".encode(), article(f"{letter}-{number}")) for number in range(count)]


@pytest.mark.parametrize("from_now", [False, True])
async def test_it_is_read_from_its_beginning(stream: SinkStream, from_now: bool) -> None:
    store, said = KeyStore(), list[str]()
    sink = sink_of(stream, store, said, from_now=from_now)
    running = asyncio.create_task(sink.run(until_caught_up=False))

    async def stored(letter: str, count: int) -> None:
        def all_there() -> bool:
            running.done() and running.result()
            return {f"{letter}-{number}" for number in range(count)} <= set(store.keys)

        await until(all_there)

    try:
        await until(lambda: sink._assignment.ends)
        await stream.send(*articles("a", 20))
        await stored("a", 20)
        await delete(stream)
        await topics.ensure(stream.settings)
        await stream.send(*articles("b", 60))
        await stored("b", 60)
        await stream.send(*articles("c", 5))
        await stored("c", 5)
    finally:
        sink.stop()
        await asyncio.wait_for(running, 60)
    assert sum("was created again; it is read from its beginning" in line for line in said) == 1
    assert store.keys.count("c-0") <= 2  # once more at most: what was not yet committed


async def test_one_that_is_soon_longer_than_the_former_is_read_from_its_beginning(stream: SinkStream) -> None:
    large = {"meta": {"filler": "x" * 700_000}}
    await stream.send(*((f"a-{n}".encode(), article(f"a-{n}", **large)) for n in range(16)))
    store, said = KeyStore(), list[str]()
    store.opened.clear()  # so that there is something fetched, and nothing is asked of the broker meanwhile
    sink = sink_of(stream, store, said)
    running = asyncio.create_task(sink.run(until_caught_up=False))
    try:
        await until(lambda: any("not yet" in line for line in said))
        await delete(stream)
        await topics.ensure(stream.settings)
        await stream.send(*articles("b", 80))
        store.opened.set()
        await until(lambda: {f"b-{number}" for number in range(80)} <= set(store.keys), 40)
    finally:
        sink.stop()
        await asyncio.wait_for(running, 60)


async def test_one_that_is_deleted_before_all_is_stored_ends_the_command(stream: SinkStream) -> None:
    large = {"meta": {"filler": "x" * 700_000}}
    await stream.send(*((f"a-{n}".encode(), article(f"a-{n}", **large)) for n in range(16)))
    store, said = KeyStore(), list[str]()
    store.opened.clear()
    running = asyncio.create_task(sink_of(stream, store, said).run(until_caught_up=True))

    await until(lambda: any("not yet" in line for line in said))
    await delete(stream)
    store.opened.set()
    with pytest.raises(NoSuchTopic, match=rf"topic {stream.settings.topic(TOPIC)} was deleted"):
        await asyncio.wait_for(running, 60)


@pytest.mark.parametrize(("id_", "read"), [("of the former topic", 8), ("", 4)])
async def test_a_place_in_a_former_topic_is_none_in_the_new_one(stream: SinkStream, id_: str, read: int) -> None:
    """Also where the sink read from the new topic, at the place that it had in the former one, and was killed then."""
    await stream.send(*articles("a", 8))
    messages = [message async for message in messages_to_end(stream.settings, TOPIC)]
    places = {}
    for number in range(2):
        own = [message for message in messages if message.partition == number]
        middle = own[len(own) // 2 - 1]
        mark = f"{fingerprint(middle)} {id_.replace(' ', '-')}".rstrip()
        places[TopicPartition(stream.settings.topic(TOPIC), number)] = StoredPosition(middle.offset + 1, mark)
    store = KeyStore(places)
    await sink_of(stream, store, []).run(until_caught_up=True)
    assert len(store.keys) >= read
    assert (len(store.keys) == 8) is bool(id_)
    again = KeyStore(store.positions)
    await sink_of(stream, again, []).run(until_caught_up=True)
    assert again.keys == []
