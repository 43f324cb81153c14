"""Producers that do as they are told, and a publisher that sends by one."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from agents.outgoing import Outgoing
from agents.producer_connection import ProducerConnection
from agents.publisher import Publisher
from agents.settings import Settings

A, B, C = (Outgoing("topic", name, b"value of " + name) for name in (b"a", b"b", b"c"))


class FakeProducer:
    """Confirms when told to; fails as `fails` says, once for each key, or as often as there are errors in its list."""

    def __init__(self, fails: dict[bytes, Any] | None = None) -> None:
        self.fails = dict(fails or {})
        self.sent: list[bytes] = []
        self.calls: list[Any] = []
        self.unconfirmed: list[asyncio.Future[None]] = []
        self.held = False
        self.stopped = False
        self.revoked = self.closed = False
        self.refuses: Exception | None = None
        self.refusals: list[Exception] = []
        self.close_error: Exception | None = None

    async def send(
        self, topic: str, value: bytes, key: bytes, headers: Any, partition: int | None = None
    ) -> asyncio.Future[None]:
        self.sent.append(key)
        self.calls.append((topic, value, key, headers, partition))
        error = self.fails.pop(key, None)
        if isinstance(error, list):
            if len(error) > 1:
                self.fails[key] = error[1:]
            error = error[0]
        if isinstance(error, MessageSizeTooLargeError):
            raise error
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if error is not None:
            future.set_exception(error)
        elif self.held:
            self.unconfirmed.append(future)
        else:
            future.set_result(None)
        return future

    async def partitions_for(self, topic: str) -> set[int]:
        if self.refusals:
            raise self.refusals.pop(0)
        return {2, 0, 1}

    async def stop(self) -> None:
        self.stopped = True
        if self.close_error is not None:
            raise self.close_error

    def revoke(self) -> None:
        self.revoked = True

    async def wait_closed(self) -> None:
        self.closed = True


async def publisher(
    monkeypatch: pytest.MonkeyPatch, producer: FakeProducer, busy: Callable[[], bool] = lambda: False
) -> Publisher:
    async def connect(self: ProducerConnection) -> FakeProducer:
        return producer

    monkeypatch.setattr(ProducerConnection, "_connect", connect)
    made = Publisher(Settings(retry_initial_seconds=0.01), embedded=False, busy=busy)
    await made.start()
    return made
