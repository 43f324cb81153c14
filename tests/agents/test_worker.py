"""How the worker's parts are connected."""

import asyncio
import gc
import time
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from agents import cluster, stall_detector, topic_identity
from agents import worker as worker_module
from agents.local_store import LocalStoreError
from agents.settings import Settings
from agents.stall_detector import StallDetector
from agents.worker import Worker

PLACE = "articles.raw/0/7"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    made = Worker(Settings(web_enabled=False), ["clean", "entities"], "tests.support.jobs:load")
    monkeypatch.setattr(made, "_assignment", lambda: {"clean": [0, 1], "entities": [0]})
    return made


async def test_a_message_in_flight_waits_its_turn_while_the_pool_gets_on(worker):
    with worker.status.handling("clean", "articles.raw", 1, 5):
        assert worker._stall_candidates(60)["clean"] == [0, 1], "the pool has not got on yet"
        worker._pool.last_progress_at = time.monotonic()
        assert worker._stall_candidates(60) == {"clean": [0], "entities": [0]}
        worker._pool.last_progress_at = time.monotonic() - 61
        assert worker._stall_candidates(60)["clean"] == [0, 1]
    worker._pool.last_progress_at = time.monotonic()
    assert worker._stall_candidates(60)["clean"] == [0, 1]


async def test_free_memory_goes_back_now_and_then(worker, monkeypatch):
    monkeypatch.setattr(worker_module, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(worker_module, "RETURN_MEMORY_SECONDS", 0.05)
    given_back = asyncio.Queue()
    monkeypatch.setattr(worker_module, "return_free_memory", lambda: given_back.put_nowait(time.monotonic()))
    heartbeat = asyncio.create_task(worker._heartbeat())
    try:
        first, second = [await asyncio.wait_for(given_back.get(), 5) for _ in range(2)]
    finally:
        heartbeat.cancel()
    assert second - first >= 0.05


class Looks:
    """Stands for `StallDetector.find`: what each look gives."""

    def __init__(self, *finds: Any) -> None:
        self.finds = list(finds)

    async def __call__(self, assignment: Any, now: float) -> str | None:
        found = self.finds.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


async def test_a_stall_is_told_and_trouble_with_the_broker_begins_patience_anew(monkeypatch):
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.01)
    watch = StallDetector(Settings())
    watch._still.see("known", 1, waits=True, now=0.0)
    monkeypatch.setattr(watch, "find", Looks(None, KafkaConnectionError(), PLACE))
    assert await asyncio.wait_for(watch.watch(dict, lambda: -1e9), 5) == PLACE
    assert watch._still.see("known", 1, waits=True, now=9.0) == 0, "forgotten"


@pytest.mark.parametrize(("limit_seconds", "longest_seconds"), [(600, 0.0), (60, 600.0)])
def test_a_message_that_takes_its_whole_time_again_and_again_is_no_stall(limit_seconds: float, longest_seconds: float):
    settings = Settings(time_limit_seconds=limit_seconds, publish_timeout_seconds=10)
    assert StallDetector(settings, longest_seconds).patience_seconds >= 3 * 600


async def test_while_the_broker_refuses_nothing_is_a_stall(monkeypatch):
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.01)
    watch = StallDetector(Settings())
    looks = Looks(PLACE)
    monkeypatch.setattr(watch, "find", looks)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.watch(dict, time.monotonic), 0.2)
    assert looks.finds == [PLACE]


class Clients:
    """Stands for `progress_reader`: counts what is opened and closed, and gives what each look is to find."""

    def __init__(self, *looks: Any) -> None:
        self.looks = list(looks)
        self.opened = self.closed = 0
        self.looked = asyncio.Event()

    @asynccontextmanager
    async def __call__(self, settings: Settings) -> Any:
        self.opened += 1
        try:
            yield self
        finally:
            self.closed += 1

    async def read(self, stages: Any) -> dict[str, list[Any]]:
        found = self.looks.pop(0) if self.looks else None
        if not self.looks:
            self.looked.set()
        if isinstance(found, Exception):
            raise found
        if found is not None:
            await asyncio.sleep(found)
        return {}


async def test_the_clients_that_look_for_stalls_stay_open_until_one_fails(monkeypatch):
    clients = Clients(None, None, KafkaConnectionError(), None, None, 60, None, None)
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(stall_detector, "READ_SECONDS", 0.1)
    monkeypatch.setattr(stall_detector, "progress_reader", clients)
    watching = asyncio.create_task(StallDetector(Settings()).watch(lambda: {"clean": [0]}, lambda: -1e9))
    await asyncio.wait_for(clients.looked.wait(), 5)
    assert (clients.opened, clients.closed) == (3, 2), "one was replaced after an error, one after it hung"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert clients.closed == 3


async def test_a_worker_that_ends_has_closed_the_clients_that_look_for_stalls(worker, monkeypatch):
    async def nothing() -> None:
        pass

    clients = Clients()
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(stall_detector, "progress_reader", clients)
    monkeypatch.setattr(topic_identity, "watch", lambda *_: asyncio.sleep(60))
    monkeypatch.setattr(worker, "_publisher", SimpleNamespace(last_failure_at=-1e9))
    monkeypatch.setattr(worker, "_shut_down", nothing)
    serving = asyncio.create_task(worker._serve())
    await asyncio.wait_for(clients.looked.wait(), 5)
    worker._stop.set()
    await serving
    assert (clients.opened, clients.closed) == (1, 1)


@pytest.mark.parametrize("state", ["crashed", "failed"])
async def test_a_worker_connects_again_when_one_of_its_apps_cannot_go_on(worker, monkeypatch, caplog, state):
    async def nothing() -> None:
        pass

    app = SimpleNamespace(start=nothing, conf=SimpleNamespace(id="g"), crashed=False, failed=False)
    setattr(app, state, True)
    monkeypatch.setattr(topic_identity, "watch", lambda *_: asyncio.sleep(60))
    monkeypatch.setattr(worker, "_publisher", SimpleNamespace(last_failure_at=-1e9))
    monkeypatch.setattr(worker, "_shut_down", nothing)
    worker._apps = [app]
    await asyncio.wait_for(worker._serve(), 20)
    assert "g failed; reconnecting" in caplog.text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            LocalStoreError(Path("/proc"), OSError("No such device")),
            "the local copy in /proc cannot be read or written",
        ),
        (OSError("No such file or directory"), "the connection failed (OSError: No such file or directory)"),
    ],
)
async def test_an_app_that_cannot_be_made_is_told_and_leaves_no_connection_open(
    worker, monkeypatch, caplog, error, told
):
    open_producers = []

    class Producer:
        def __init__(self, *_: Any, **__: Any) -> None:
            self.unconfirmed = 0

        async def start(self) -> None:
            open_producers.append(self)

        async def stop(self) -> None:
            open_producers.remove(self)

    async def nothing(*_: Any) -> None:
        return

    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(worker_module, "Publisher", Producer)
    monkeypatch.setattr(worker_module, "STORE_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(worker_module, "RESTART_SECONDS", 0.0)
    monkeypatch.setattr(cluster, "wait_for_broker", nothing)
    monkeypatch.setattr(cluster, "is_embedded", nothing)
    monkeypatch.setattr(worker, "_check_topics", nothing)
    monkeypatch.setattr(worker._stage_apps, "make", fails)
    await worker._connect_and_serve()
    assert open_producers == []
    assert told in caplog.text


async def test_what_a_worker_has_from_the_start_is_not_collected_again_and_what_is_new_seldom(worker, monkeypatch):
    frozen, thresholds, before = [], [], gc.get_threshold()
    gc.set_threshold(700, 10, 10)

    async def nothing() -> None:
        pass

    async def serve() -> None:
        frozen.append(gc.get_freeze_count())
        thresholds.append(gc.get_threshold())
        worker._stop.set()

    for part, name in ((worker._pool, "start"), (worker._pool, "stop"), (worker, "_heartbeat")):
        monkeypatch.setattr(part, name, nothing)
    monkeypatch.setattr(worker_module, "announce_worker", lambda *_: nothing())
    monkeypatch.setattr(worker, "_connect_and_serve", serve)
    try:
        assert await worker.main() == 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
    assert frozen[0] > 10_000
    assert thresholds[0][0] >= 5 * 700
