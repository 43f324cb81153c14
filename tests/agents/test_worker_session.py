"""A worker on one connection: what counts as a stall, when it connects again, and what it closes at its end."""

import asyncio
import gc
import time
from types import SimpleNamespace
from typing import Any

import pytest

from agents import cluster, stall_detector, topic_identity, topics
from agents.pool.fork_server_supervisor import PoolError
from agents.settings import Settings
from agents.status import WorkerStatus
from agents.worker_session import WorkerSession
from pipeline.stages import stage_named
from tests.support.progress_clients import ProgressClients

STAGES = ("clean", "entities")


@pytest.fixture
def pool() -> SimpleNamespace:
    """One that has not got on yet."""
    return SimpleNamespace(broken=None, busy=False, last_progress_at=-float("inf"))


@pytest.fixture
def session(pool: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> WorkerSession:
    """A connected one, which has partitions."""

    async def nothing() -> None:
        pass

    parts: Any = {"stage_apps": None, "pool": pool, "head_start": None}
    settings = Settings(web_enabled=False)
    made = WorkerSession(
        settings,
        [stage_named(name) for name in STAGES],
        status=WorkerStatus(STAGES, settings.model_de),
        stop=asyncio.Event(),
        **parts,
    )
    monkeypatch.setattr(topic_identity, "watch", lambda *_: asyncio.sleep(60))
    monkeypatch.setattr(made, "_publisher", SimpleNamespace(last_failure_at=-1e9))
    monkeypatch.setattr(made, "_shut_down", nothing)
    monkeypatch.setattr(made, "assignment", lambda: {"clean": [0, 1], "entities": [0]})
    return made


async def test_each_topic_is_looked_at_once_at_the_start(session, monkeypatch):
    looked: list[str] = []

    async def ensure(_: Settings, names: Any) -> list[Any]:
        looked.extend(names)
        return []

    async def require(*_: Any) -> None:
        pass

    monkeypatch.setattr(topics, "ensure", ensure)
    monkeypatch.setattr(cluster, "require", require)
    session._settings = Settings()
    await session._check_topics()
    assert {"articles.raw", "articles.seen", "quotes", "workers"} < set(looked)
    assert len(looked) == len(set(looked)), "what differs would be told twice"


async def test_a_message_in_flight_waits_its_turn_while_the_pool_gets_on(session, pool):
    with session._status.handling("clean", 1):
        assert session._stall_candidates(60)["clean"] == [0, 1], "the pool has not got on yet"
        pool.last_progress_at = time.monotonic()
        assert session._stall_candidates(60) == {"clean": [0], "entities": [0]}
        pool.last_progress_at = time.monotonic() - 61
        assert session._stall_candidates(60)["clean"] == [0, 1]
    pool.last_progress_at = time.monotonic()
    assert session._stall_candidates(60)["clean"] == [0, 1]


async def test_at_its_end_it_has_closed_the_clients_that_look_for_stalls(session, monkeypatch):
    clients = ProgressClients()
    monkeypatch.setattr(stall_detector, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(stall_detector, "progress_reader", clients)
    serving = asyncio.create_task(session._serve())
    await asyncio.wait_for(clients.looked.wait(), 5)
    session._stop.set()
    await serving
    assert (clients.opened, clients.closed) == (1, 1)


@pytest.mark.parametrize("state", ["crashed", "failed"])
async def test_it_ends_when_one_of_its_apps_cannot_go_on(session, caplog, state):
    async def nothing() -> None:
        pass

    app = SimpleNamespace(start=nothing, conf=SimpleNamespace(id="g"), crashed=False, failed=False)
    setattr(app, state, True)
    session._apps = [app]
    await asyncio.wait_for(session._serve(), 20)
    assert "g failed; reconnecting" in caplog.text


async def test_stopped_while_its_apps_start_it_leaves_no_error_that_nobody_has_asked_for(session, caplog):
    """asyncio logs that with a traceback when it is dropped."""
    starting = asyncio.Event()

    async def start() -> None:
        starting.set()
        await asyncio.Event().wait()

    session._apps = [SimpleNamespace(start=start), SimpleNamespace(start=start)]
    serving = asyncio.create_task(session._serve())
    await asyncio.wait_for(starting.wait(), 20)
    session._stop.set()
    await asyncio.wait_for(serving, 20)
    await asyncio.sleep(0)
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_it_ends_with_what_is_wrong_when_the_pool_cannot_work(session, pool):
    pool.broken = "no such model"
    with pytest.raises(PoolError, match="no such model"):
        await asyncio.wait_for(session._serve(), 20)
    assert session._status.snapshot()["models"]["detail"] == "no such model"
