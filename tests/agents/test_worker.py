"""How the worker's parts are connected."""

import asyncio
import errno
import gc
import os
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from agents import cluster, worker_session
from agents import worker as worker_module
from agents.local_store import LocalStoreError
from agents.pool.fork_server_supervisor import PoolError
from agents.settings import Settings
from agents.worker import Worker, WorkerError
from agents.worker_session import WorkerSession


@pytest.fixture
def worker() -> Worker:
    return Worker(Settings(web_enabled=False), ["clean", "entities"], "tests.support.jobs:load")


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

    monkeypatch.setattr(worker_session, "Publisher", Producer)
    monkeypatch.setattr(worker_module, "STORE_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(worker_module, "RESTART_SECONDS", 0.0)
    monkeypatch.setattr(cluster, "wait_for_broker", nothing)
    monkeypatch.setattr(cluster, "is_embedded", nothing)
    monkeypatch.setattr(WorkerSession, "_check_topics", nothing)
    monkeypatch.setattr(worker._stage_apps, "make", fails)
    await worker._connect_and_serve()
    assert open_producers == []
    assert told in caplog.text


async def test_a_pool_that_cannot_work_ends_the_worker(worker, monkeypatch):
    async def fails(_: WorkerSession) -> None:
        raise PoolError("no such model")

    monkeypatch.setattr(WorkerSession, "run", fails)
    with pytest.raises(WorkerError, match="no such model"):
        await worker._connect_and_serve()


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


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_folder_that_takes_nothing_is_a_mistake_unless_that_can_pass(tmp_path, monkeypatch, number) -> None:
    """A supervisor does not start a worker again that ended for a mistake."""

    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(worker_module, "TemporaryFile", refuse)
    mistake = pytest.raises(WorkerError, match="Read-only") if number == errno.EROFS else nullcontext()
    with mistake:
        worker_module._check_writable(tmp_path)
