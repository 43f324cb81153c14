"""How the worker's parts are connected."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from agents import standstill
from agents.settings import Settings
from agents.standstill import Standstill
from agents.worker import Worker

PLACE = "articles.raw/0/7"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    made = Worker(Settings(web_enabled=False), ["clean", "entities"], "tests.support.jobs:load")
    monkeypatch.setattr(made, "_assignment", lambda: {"articles.raw": [0, 1], "articles.cleaned": [0]})
    return made


async def test_messages_are_released_when_the_pool_has_little_left(worker):
    released: list[bool] = []

    class Recorder:
        def release(self) -> None:
            released.append(True)

    worker._pool._hand_out()  # there is no publisher yet
    worker._publisher = Recorder()
    worker._pool._hand_out()
    assert released == [True]


async def test_a_message_in_flight_is_come_to_while_the_pool_gets_on(worker):
    with worker.status.handling("clean", "articles.raw", 1, 5):
        assert worker._unattended(60)["articles.raw"] == [0, 1], "the pool has not got on yet"
        worker._pool.ended_at = time.monotonic()
        assert worker._unattended(60) == {"articles.raw": [0], "articles.cleaned": [0]}
        worker._pool.ended_at = time.monotonic() - 61
        assert worker._unattended(60)["articles.raw"] == [0, 1]
    worker._pool.ended_at = time.monotonic()
    assert worker._unattended(60)["articles.raw"] == [0, 1]


class Looks:
    """Stands for `Standstill.find`: what each look gives."""

    def __init__(self, *finds: Any) -> None:
        self.finds = list(finds)

    async def __call__(self, assignment: Any, now: float) -> str | None:
        found = self.finds.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


async def test_standstill_is_told_and_trouble_with_the_broker_begins_patience_anew(monkeypatch):
    monkeypatch.setattr(standstill, "CHECK_SECONDS", 0.01)
    watch = Standstill(Settings())
    watch._since = {"known": (1, 0.0)}
    monkeypatch.setattr(watch, "find", Looks(None, KafkaConnectionError(), PLACE))
    assert await asyncio.wait_for(watch.watch(dict, lambda: -1e9), 5) == PLACE
    assert watch._since == {}


async def test_while_the_broker_refuses_nothing_is_a_standstill(monkeypatch):
    monkeypatch.setattr(standstill, "CHECK_SECONDS", 0.01)
    watch = Standstill(Settings())
    looks = Looks(PLACE)
    monkeypatch.setattr(watch, "find", looks)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.watch(dict, time.monotonic), 0.2)
    assert looks.finds == [PLACE]
