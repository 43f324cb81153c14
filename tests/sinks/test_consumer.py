"""How a sink fetches what it stores."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import NewPartitions, RecordsToDelete
from aiokafka.errors import KafkaTimeoutError

from agents import cluster, kafka
from agents.cli.sink import group_of
from agents.settings import Settings
from agents.sinks import consumer
from agents.sinks.consumer import Sink
from agents.sinks.store import Batch, SinkUnavailable, StoredPosition, WriteResult
from tests.sinks.conftest import SinkStream
from tests.sinks.records import article
from tests.support.waiting import until

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


class PlacesStore(MemoryStore):
    """One that also keeps how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: dict[TopicPartition, StoredPosition] = {}

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        return dict(self.positions)

    async def write(self, batch: Batch) -> WriteResult:
        self.positions |= batch.positions
        return await super().write(batch)


def sink_to(stream: SinkStream, store: MemoryStore, said: list[str] | None = None, *, from_now: bool = False) -> Sink:
    say = ([] if said is None else said).append
    return Sink(stream.settings, store, group=stream.settings.group("sink-memory"), from_now=from_now, say=say)


def memory_sink(stream: SinkStream, said: list[str] | None = None) -> tuple[Sink, MemoryStore]:
    """One whose place is its consumer group."""
    store = MemoryStore()
    return sink_to(stream, store, said), store


class BusyStore(MemoryStore):
    """One that does not take anything so many times, and then tells so long a wait."""

    def __init__(self, times: int, after_seconds: float | None = None) -> None:
        super().__init__()
        self.times, self.after_seconds = times, after_seconds
        self.tries = 0
        self.on_busy = lambda: None

    async def write(self, batch: Batch) -> WriteResult:
        self.tries += 1
        if self.tries > self.times:
            return await super().write(batch)
        self.on_busy()
        raise SinkUnavailable("busy", self.after_seconds)


@pytest.mark.parametrize("after_seconds", [0.0, None])
async def test_a_store_that_asks_to_wait_no_time_is_not_asked_without_a_pause(after_seconds: float | None) -> None:
    store = BusyStore(1000, after_seconds)
    sink = Sink(Settings(retry_initial_seconds=0.2), store, group="sink-memory", from_now=False, say=print)
    sink._batch.positions[TopicPartition("articles.quotes", 0)] = StoredPosition(1, "")
    asyncio.get_running_loop().call_later(0.5, sink.stop)
    assert not await sink._flush()
    await sink._consumer.stop()
    assert store.tries <= 3, "at once, and after 0.2 s each"
    assert (sink.progress.failures, sink.progress.problem) == (store.tries, "busy")


@pytest.mark.parametrize("batch_bytes", [1, 1_000_000], ids=["full", "waiting"])
async def test_where_the_store_takes_at_the_last_try_what_was_read_a_stopped_sink_has_stored_all(
    stream: SinkStream, batch_bytes: int
) -> None:
    await send(stream, "a", 0)
    store = BusyStore(1)
    store.batch_bytes = batch_bytes
    sink = sink_to(stream, store)
    store.on_busy = sink.stop
    assert await sink.run(until_caught_up=False)
    assert store.keys == [b"a"]


class SilentStore(MemoryStore):
    """One that never answers."""

    async def write(self, batch: Batch) -> WriteResult:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_store_that_does_not_answer_is_told_of_and_not_waited_for_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer, "STORE_SECONDS", 0.05)
    said: list[str] = []
    sink = Sink(Settings(), SilentStore(), group="sink-memory", from_now=False, say=said.append)
    sink._batch.positions[TopicPartition("articles.quotes", 0)] = StoredPosition(1, "")
    flushing = asyncio.create_task(sink._flush())
    await until(lambda: sink.progress.problem is not None)
    assert not flushing.done()
    sink.stop()
    assert not await asyncio.wait_for(flushing, 5)
    await sink._consumer.stop()
    assert said[0] == "memory has not answered for 0 s"


async def test_offsets_that_the_broker_did_not_take_are_committed_though_nothing_more_comes(
    stream: SinkStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(stream, "a", 1)
    said: list[str] = []
    sink, store = memory_sink(stream, said)
    commit, failures = sink._consumer.commit, iter([KafkaTimeoutError()])

    async def commit_at_second_try(places: Any) -> None:
        if (error := next(failures, None)) is not None:
            raise error
        await commit(places)

    monkeypatch.setattr(sink._consumer, "commit", commit_at_second_try)
    assert await sink.run(until_caught_up=True)
    assert (store.keys, ["offsets not committed" in line for line in said]) == ([b"a"], [True])
    again, store = memory_sink(stream)
    await again.run(until_caught_up=True)
    assert store.keys == [], "nothing is sent twice"


@pytest.mark.parametrize("asked", ["find", "end_offsets"])
async def test_a_broker_that_is_silent_is_not_waited_for_at_the_end(
    stream: SinkStream, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(consumer, "LOOK_SECONDS", 0.1)
    await send(stream, "a", 1)
    sink, store = memory_sink(stream)
    running = asyncio.create_task(sink.run(until_caught_up=False))
    await until(lambda: store.keys == [b"a"] and sink._is_committed)
    silent = asyncio.Event()

    async def never_answered(*_: Any, **__: Any) -> Any:
        silent.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(sink._assignment if asked == "find" else sink._consumer, asked, never_answered)
    await silent.wait()
    monkeypatch.setattr(consumer, "ANSWER_SECONDS", 0.2)
    sink.stop()
    assert await asyncio.wait_for(running, 5)


async def send(stream: SinkStream, key: str, partition: int) -> None:
    async with stream.producer() as producer:
        topic = stream.settings.topic("articles.quotes")
        await producer.send_and_wait(topic, article(key), key.encode(), partition)


class StallingStore(MemoryStore):
    """One whose first batch takes as long as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def write(self, batch: Batch) -> WriteResult:
        self.begun.set()
        await self.may_go_on.wait()
        return await super().write(batch)


async def test_what_the_broker_deletes_while_the_store_stalls_is_counted(
    stream: SinkStream, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    if stream.embedded:
        pytest.skip("the embedded broker deletes no messages")
    monkeypatch.setattr(consumer, "LOOK_SECONDS", 0.2)
    place = TopicPartition(stream.settings.topic("articles.quotes"), 0)
    await send(stream, "stalled", 0)
    store = StallingStore()
    sink = sink_to(stream, store)
    reading = asyncio.create_task(sink.run(until_caught_up=False))
    try:
        await asyncio.wait_for(store.begun.wait(), 60)
        for number in range(5):
            await send(stream, f"lost-{number}", 0)
        await until(lambda: sink.progress.lag >= 6)  # that is told meanwhile
        async with cluster.admin(stream.settings) as client:
            await client.delete_records({place: RecordsToDelete(before_offset=6)})
        await send(stream, "kept", 0)
        store.may_go_on.set()
        await until(lambda: b"kept" in store.keys)
    finally:
        sink.stop()
        await reading
    lost = 5 - sum(key.startswith(b"lost") for key in store.keys)  # the client may have fetched some of them before
    told = [record.getMessage() for record in caplog.records if record.name == "redefluss.lost_messages"]
    assert told == ([f"{place.topic}/0: {lost} messages were deleted before they were read"] if lost else [])


@pytest.mark.parametrize("kind", [MemoryStore, PlacesStore])
async def test_a_store_filled_from_now_on_misses_nothing_after_its_first_start(
    stream: SinkStream, kind: type[MemoryStore]
) -> None:
    for partition in range(2):
        await send(stream, f"before-{partition}", partition)
    store = kind()
    await sink_to(stream, store, from_now=True).run(until_caught_up=True)
    assert store.keys == []
    for number in range(2):  # the first time no partition has a message that is stored
        for partition in range(number + 1):
            await send(stream, f"stopped-{number}-{partition}", partition)
        await sink_to(stream, store, from_now=True).run(until_caught_up=True)
    assert sorted(store.keys) == [b"stopped-0-0", b"stopped-1-0", b"stopped-1-1"]


@pytest.mark.parametrize("running", [True, False])
async def test_a_store_filled_from_now_on_gets_all_of_a_partition_that_is_found_later(
    stream: SinkStream, monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    if stream.embedded:
        pytest.skip("the embedded broker raises no number of partitions")
    monkeypatch.setattr(consumer, "LOOK_SECONDS", 3.0)
    topic = stream.settings.topic("articles.quotes")
    await send(stream, "before", 0)
    store = PlacesStore()
    sink = sink_to(stream, store, from_now=True)
    reading = asyncio.create_task(sink.run(until_caught_up=not running))
    await until(lambda: store.positions)
    if not running:
        await reading
    async with cluster.admin(stream.settings) as client:
        await client.create_partitions({topic: NewPartitions(3)})

    async def raised() -> bool:
        return len(await cluster.partition_numbers(stream.settings, topic)) == 3

    await until(raised)
    await send(stream, "after", 2)
    if not running:
        reading = asyncio.create_task(sink_to(stream, store, from_now=True).run(until_caught_up=True))
    try:
        await until(lambda: store.keys or reading.done())
    finally:
        sink.stop()
        await reading
    assert store.keys == [b"after"]


async def test_where_the_group_is_the_place_nothing_is_read_again(stream: SinkStream) -> None:
    await stream.send(*((f"a-{number}".encode(), article(f"a-{number}")) for number in range(MESSAGES)))
    first, store = memory_sink(stream)
    await first.run(until_caught_up=True)
    assert len(store.keys) == MESSAGES
    await stream.send((b"b", article("b")))
    second, store = memory_sink(stream)
    await second.run(until_caught_up=True)
    assert store.keys == [b"b"]


@pytest.mark.parametrize(("offset", "read", "words"), [(3, 7, None), (10, 0, None), (11, 10, "another than the one")])
async def test_offsets_that_a_person_has_set_are_where_it_goes_on(
    stream: SinkStream, offset: int, read: int, words: str | None
) -> None:
    place = TopicPartition(stream.settings.topic("articles.quotes"), 1)
    async with stream.producer() as producer:
        for number in range(10):
            await producer.send_and_wait(place.topic, article(f"a-{number}"), b"a-%d" % number, place.partition)
    client = kafka.consumer(stream.settings, group_id=stream.settings.group("sink-memory"))
    await kafka.connect(client)
    client.assign([place])
    await client.commit({place: offset})  # as Kafka's own tool does it: without metadata
    await client.stop()
    said: list[str] = []
    sink, store = memory_sink(stream, said)
    await sink.run(until_caught_up=True)
    assert len(store.keys) == read
    assert [line for line in said if "another" in line] == [line for line in said if words and words in line]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://e.example/in?for=a", "https://e.example/in?for=b", False),
        ("https://e.example/in", "https://e.example/in?", True),
        ("https://user:secret@e.example/in?for=a", "https://user:other@e.example/in?for=a", True),
        ("https://e.example/in", "https://e.example/out", False),
    ],
)
def test_each_address_has_a_group_of_its_own(one: str, other: str, same: bool) -> None:
    settings = Settings()
    assert (group_of(settings, "webhook", one) == group_of(settings, "webhook", other)) is same


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
        await until(lambda: len(store.keys) >= MESSAGES, 20)
        taken = time.monotonic() - started
    finally:
        sink.stop()
        await running
    assert sorted(store.keys) == sorted(f"a-{number}".encode() for number in range(MESSAGES))
    assert fetches <= 2 + 2 * taken, "one for all that came in half a second"
