"""From the topics into the store, over the embedded broker."""

import asyncio
import errno
import io
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents import kafka, topics
from agents.broker import BrokerError, EmbeddedBroker
from agents.settings import Settings
from agents.web import collector_supervisor
from agents.web.collector.__main__ import collect
from agents.web.collector.collector import WORKERS_TOPIC
from agents.web.collector_supervisor import CollectorSupervisor
from agents.web.store.access import StoreUnavailable
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.worker_report import WorkerReporter
from schemas.codec import encode
from tests.support.missing import missing
from tests.support.ports import free_port
from tests.support.small_disk import small_disk
from tests.support.waiting import until
from tests.web.articles import quote_article
from tests.web.conftest import FakeStatus

pytestmark = pytest.mark.timeout(600)

REPORT = {"worker": "w1", "host": "h", "pid": 1, "version": "0.2.0", "started_at": 1.0}
FOREIGN: list[Any] = [
    [], {"worker": "w0"}, {"worker": ["w0"]}, {"worker": 2**64 - 1}, {"left": True}, {"program": "sink"},
    REPORT | {"started_at": "yesterday"}, REPORT | {"pool": {"processes": [{"id": 7}]}},
    {"program": "feed", "name": "f", "sources": 5},
]  # fmt: skip
TRAIL = (
    b'[{"stage":"clean","topic":"articles.raw","partition":0,"offset":1,"took_ms":1.5,'
    b'"produced_at":"2026-01-01T00:00:00.000Z","worker":"w","trace":"","timestamp":1767225600000}]'
)
DEEP = b'%s,"more":%s1%s}' % (orjson.dumps(REPORT)[:-1], b'{"m":' * 300, b"}" * 300)
"""It can be read, and not be written again."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(broker=f"kafka://127.0.0.1:{free_port()}", data_dir=tmp_path, partitions=2)


@pytest.fixture
def reader(settings: Settings) -> StoreReader:
    return StoreReader(store_path(settings))


@asynccontextmanager
async def broker(settings: Settings) -> AsyncIterator[None]:
    """A fresh broker with empty topics, always at the same address."""
    try:
        running = EmbeddedBroker(port=int(settings.bootstrap_servers[0].rpartition(":")[2]))
        await asyncio.to_thread(running.start)
    except BrokerError as error:
        missing(error)
    try:
        await topics.ensure(settings)
        yield
    finally:
        await asyncio.to_thread(running.stop)


@asynccontextmanager
async def collecting(settings: Settings) -> AsyncIterator[None]:
    task = asyncio.create_task(collect(settings, store_path(settings)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def send(settings: Settings, topic: str, *values: bytes) -> None:
    producer = kafka.producer(settings, embedded=True)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(settings.topic(topic), value, partition=0)
    finally:
        await producer.stop()


async def eventually(true: Callable[[], Any]) -> None:
    """Wait until it is true, and the store is there to say so."""

    def said() -> Any:
        try:
            return true()
        except StoreUnavailable:
            return None

    await until(said, 90)


def ids(reader: StoreReader) -> set[str]:
    return {line.id for line in reader.articles(limit=100)}


async def test_it_goes_on_where_it_was(settings: Settings, reader: StoreReader) -> None:
    async with broker(settings):
        await send(settings, "articles.quotes", encode(quote_article("a")), encode(quote_article("b")))
        async with collecting(settings):
            await eventually(lambda: ids(reader) == {"a", "b"})
        last = reader.last_sequence()
        await send(settings, "articles.quotes", encode(quote_article("c")))
        async with collecting(settings):
            await eventually(lambda: ids(reader) == {"a", "b", "c"})
        assert reader.last_sequence() == last + 1


async def test_headers_are_kept_though_one_has_no_value(settings: Settings, reader: StoreReader) -> None:
    headers = [("empty", None), ("trail", TRAIL)]
    async with broker(settings):
        producer = kafka.producer(settings, embedded=True)
        await producer.start()
        try:
            value = encode(quote_article("a"))
            await producer.send_and_wait("articles.quotes", value, partition=0, headers=headers)
        finally:
            await producer.stop()
        async with collecting(settings):
            await eventually(lambda: ids(reader) == {"a"})
    found = reader.article("a")
    assert found is not None
    assert [step.stage for step in found.steps] == ["clean"]


@pytest.mark.parametrize("count", [1, 2, 5])
async def test_topics_that_were_made_anew_are_read_from_the_beginning(
    settings: Settings, reader: StoreReader, count: int
) -> None:
    async with broker(settings):
        await send(settings, "articles.quotes", encode(quote_article("alt-1")), encode(quote_article("alt-2")))
        async with collecting(settings):
            await eventually(lambda: len(ids(reader)) == 2)
    async with broker(settings):
        fresh = {f"neu-{number}" for number in range(count)}
        await send(settings, "articles.quotes", *(encode(quote_article(id_)) for id_ in sorted(fresh)))
        async with collecting(settings):
            await eventually(lambda: ids(reader) == fresh | {"alt-1", "alt-2"})


async def test_a_broken_store_is_filled_again(settings: Settings, reader: StoreReader) -> None:
    path = store_path(settings)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database, and long enough to be taken for one" * 100)
    async with broker(settings):
        await send(settings, "articles.quotes", encode(quote_article("a")))
        async with collecting(settings):
            await eventually(lambda: ids(reader) == {"a"})


@pytest.mark.parametrize("lost", ["the folder", "the store alone"])
async def test_a_store_that_is_removed_under_the_collector_is_filled_again(
    settings: Settings, reader: StoreReader, caplog: pytest.LogCaptureFixture, lost: str
) -> None:
    path = store_path(settings)
    async with broker(settings), collecting(settings):
        await send(settings, "articles.quotes", encode(quote_article("a")))
        await eventually(lambda: ids(reader) == {"a"})
        if lost == "the folder":
            shutil.rmtree(path.parent)
        else:
            for file in path.parent.glob("*.sqlite*"):
                file.unlink()
        await eventually(lambda: ids(StoreReader(path)) == {"a"})
        await send(settings, "articles.quotes", encode(quote_article("b")))
        await eventually(lambda: ids(StoreReader(path)) == {"a", "b"})
        assert f"{path} was removed" in caplog.text
        async with collecting(settings):  # the lock is not the one that was removed
            await asyncio.sleep(3)
            assert caplog.text.count("was removed") == 1


async def test_only_one_collector_of_a_host_writes(settings: Settings, reader: StoreReader) -> None:
    async with broker(settings), collecting(settings):
        async with collecting(settings):
            await send(settings, "articles.quotes", encode(quote_article("a")))
            await eventually(lambda: ids(reader) == {"a"})
        await send(settings, "articles.quotes", encode(quote_article("b")))
        await eventually(lambda: ids(reader) == {"a", "b"})


async def test_what_the_broker_knows_and_what_workers_say(
    settings: Settings, reader: StoreReader, caplog: pytest.LogCaptureFixture
) -> None:
    async with broker(settings), collecting(settings):
        await eventually(lambda: reader.state("places"))
        await send(settings, "articles.raw", b"{}", b"{}")
        others = (b"nonsense", DEEP, *map(orjson.dumps, FOREIGN))
        async with asyncio.timeout(90):
            while not reader.workers():  # until it reads the topic
                await send(settings, WORKERS_TOPIC, *others, orjson.dumps(REPORT))
                await asyncio.sleep(0.5)
        await send(settings, WORKERS_TOPIC, orjson.dumps(REPORT | {"host": "elsewhere"}))
        await eventually(lambda: [(said.worker, said.host) for _, said in reader.workers()] == [("w1", "elsewhere")])
        caplog.clear()  # of what was sent before
        await send(settings, WORKERS_TOPIC, *others, orjson.dumps(REPORT | {"worker": "w2"}))
        await eventually(lambda: len(reader.workers()) == 2)
        assert reader.programs("feed") == reader.programs("sink") == []
        told = [record.message for record in caplog.records if "is left out" in record.message]
        assert len(told) == len(others), "one line for each"
        assert "a report on the topic workers is left out: host: Field required" in told
        await send(settings, WORKERS_TOPIC, b'{"worker": "w1", "left": true}')
        await eventually(lambda: {said.worker: said.left for _, said in reader.workers()} == {"w1": True, "w2": False})

        def lag() -> int:
            state = reader.state("places")
            assert state
            return sum(place["lag"] for place in state[1]["clean"])

        await eventually(lambda: lag() == 2)
        broker_state = reader.state("broker")
        assert broker_state
        assert broker_state[1]["ok"]


async def test_what_feeds_and_sinks_say_is_kept_apart_from_the_workers(settings: Settings, reader: StoreReader) -> None:
    async with broker(settings), collecting(settings):
        await eventually(lambda: reader.state("places"))
        async with asyncio.timeout(90):
            while not reader.programs("sink"):  # until it reads the topic
                await send(settings, WORKERS_TOPIC, b'{"program": "sink", "name": "s1", "lag": 56}')
                await asyncio.sleep(0.5)
        assert [(said.name, said.model_extra) for _, said in reader.programs("sink")] == [("s1", {"lag": 56})]
        assert reader.programs("feed") == []
        assert reader.workers() == []


async def test_a_broker_that_goes_is_noticed(settings: Settings, reader: StoreReader) -> None:
    async with collecting(settings):
        async with broker(settings):
            await eventually(lambda: reader.state("broker"))
        await eventually(lambda: (reader.state("broker") or (0, {"ok": True}))[1]["ok"] is False)
        async with broker(settings):
            await send(settings, "articles.quotes", encode(quote_article("danach")))
            await eventually(lambda: "danach" in ids(reader))


def test_stores_of_other_clusters_and_prefixes_are_others(settings: Settings) -> None:
    other = settings.model_copy(update={"topic_prefix": "probe."})
    assert store_path(other) != store_path(settings)
    assert sqlite3.sqlite_version_info >= (3, 24)


async def test_a_full_disk_is_told_to_the_worker(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings = Settings(broker=f"kafka://127.0.0.1:{free_port()}", data_dir=disk)
        async with collecting(settings):
            told = io.StringIO()
            await until(lambda: told.write(capfd.readouterr().out))
    assert told.getvalue().splitlines()[0] == f"{store_path(settings)} cannot be written: database or disk is full"


async def test_a_folder_that_cannot_be_written_is_told_to_the_worker_until_it_can(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    """As where somebody ran a worker, or restored a backup, as another user."""
    path = store_path(settings)
    lock = path.with_suffix(".lock")
    lock.mkdir(parents=True)
    async with collecting(settings):
        told = io.StringIO()
        await until(lambda: told.write(capfd.readouterr().out))
        assert told.getvalue().splitlines()[0] == f"{lock} cannot be written: Is a directory"
        lock.rmdir()
        await until(path.exists)


async def test_what_the_collector_tells_is_known_for_a_while(
    settings: Settings, status: FakeStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = "import sys; print('a.sqlite cannot be written', flush=True); sys.stdin.read()"
    monkeypatch.setattr(collector_supervisor, "module_command", lambda _: [sys.executable, "-c", says])
    supervisor = CollectorSupervisor(settings, WorkerReporter(settings, status), store_path(settings))
    assert supervisor.store_trouble is None
    async with supervisor:
        await until(lambda: supervisor.store_trouble is not None, 30)
        assert supervisor.store_trouble == "a.sqlite cannot be written"
        monkeypatch.setattr(collector_supervisor, "TROUBLE_SECONDS", 0.0)
        assert supervisor.store_trouble is None


async def test_a_collector_for_which_there_is_no_room_is_started_when_there_is(
    settings: Settings, status: FakeStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[bool] = []
    start = asyncio.create_subprocess_exec

    async def refuse_the_second(*command: str, **options: Any) -> asyncio.subprocess.Process:
        starts.append(len(starts) != 1)
        if not starts[-1]:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return await start(*command, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse_the_second)
    monkeypatch.setattr(collector_supervisor, "module_command", lambda _: [sys.executable, "-c", "input()"])
    monkeypatch.setattr(collector_supervisor, "RESTART_SECONDS", 0.05)
    supervisor = CollectorSupervisor(settings, WorkerReporter(settings, status), store_path(settings))
    async with supervisor:
        await until(lambda: len(starts) >= 4)
    assert starts[:3] == [True, False, True]


async def test_reports_that_the_collector_does_not_read_do_not_fill_the_memory(
    settings: Settings, status: FakeStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = "import time; time.sleep(600)"
    monkeypatch.setattr(collector_supervisor, "module_command", lambda _: [sys.executable, "-c", sleeps])
    monkeypatch.setattr(collector_supervisor, "MOST_UNREAD_BYTES", 10_000)
    supervisor = CollectorSupervisor(settings, WorkerReporter(settings, status), store_path(settings))
    await supervisor.on_start()
    process = supervisor._process
    assert process is not None
    assert process.stdin is not None
    try:
        for _ in range(100):
            supervisor._write({"worker": "x" * 10_000})
        assert process.stdin.transport.get_write_buffer_size() < 100_000
    finally:
        process.kill()
        await process.wait()
