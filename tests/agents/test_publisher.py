"""Sends: all of an article in one attempt, again what failed, together under load, nothing after the end."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError, NotEnoughReplicasError

from agents.membership import Superseded
from agents.publisher import Outgoing, Publisher, TooLarge
from agents.settings import Settings

A, B, C = (Outgoing("topic", name, b"value of " + name) for name in (b"a", b"b", b"c"))


class FakeProducer:
    """Confirms when told to; fails as `fails` says, once for each key."""

    def __init__(self, fails: dict[bytes, Exception] | None = None) -> None:
        self.fails = dict(fails or {})
        self.sent: list[bytes] = []
        self.unconfirmed: list[asyncio.Future[None]] = []
        self.held = False

    async def send(
        self, topic: str, value: bytes, key: bytes, headers: Any, partition: int | None = None
    ) -> asyncio.Future[None]:
        self.sent.append(key)
        error = self.fails.pop(key, None)
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

    async def stop(self) -> None:
        pass


async def publisher(
    monkeypatch: pytest.MonkeyPatch, producer: FakeProducer, busy: Callable[[], bool] = lambda: False
) -> Publisher:
    async def connect(self: Publisher) -> FakeProducer:
        return producer

    monkeypatch.setattr(Publisher, "_connect", connect)
    made = Publisher(Settings(retry_initial_seconds=0.01), embedded=False, busy=busy)
    await made.start()
    return made


async def test_returns_when_all_are_confirmed(monkeypatch):
    producer = FakeProducer()
    producer.held = True
    sends = await publisher(monkeypatch, producer)
    sending = asyncio.create_task(sends.send(A, B, C))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert producer.sent == [b"a", b"b", b"c"]
    assert sends.unconfirmed == 3
    for future in producer.unconfirmed[:2]:
        future.set_result(None)
    await asyncio.sleep(0.01)
    assert not sending.done()
    producer.unconfirmed[2].set_result(None)
    await sending
    assert sends.unconfirmed == 0


async def test_what_failed_is_sent_again_and_only_that(monkeypatch):
    producer = FakeProducer({b"b": NotEnoughReplicasError()})
    sends = await publisher(monkeypatch, producer)
    await sends.send(A, B, C)
    assert producer.sent == [b"a", b"b", b"c", b"b"]
    assert time.monotonic() - sends.troubled_at < 5


async def test_one_too_large_is_told_once_the_others_are_confirmed(monkeypatch):
    producer = FakeProducer({b"a": MessageSizeTooLargeError(), b"c": NotEnoughReplicasError()})
    sends = await publisher(monkeypatch, producer)
    with pytest.raises(TooLarge, match=r"10 bytes are more than topic allows"):
        await sends.send(A, B, C)
    assert producer.sent == [b"a", b"b", b"c", b"c"]


async def test_after_the_end_nothing_connects_or_counts_as_sent(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    await sends.stop()
    monkeypatch.setattr(Publisher, "_connect", None)
    sending = asyncio.create_task(sends.send(A))
    await asyncio.sleep(0.05)
    assert not sending.done()
    assert producer.sent == []
    sending.cancel()


async def test_under_load_messages_wait_for_each_other_and_are_taken_along(monkeypatch):
    producer, load = FakeProducer(), [True]
    sends = await publisher(monkeypatch, producer, busy=lambda: load[0])
    waiting = asyncio.create_task(sends.send(A))
    await asyncio.sleep(0.02)
    assert producer.sent == []
    load[0] = False
    await asyncio.gather(sends.send(C), waiting)
    assert set(producer.sent[-2:]) == {b"a", b"c"}


async def test_each_attempt_asks_first_and_none_is_made_once_the_answer_is_no(monkeypatch):
    producer = FakeProducer({b"a": NotEnoughReplicasError(), b"b": NotEnoughReplicasError()})
    sends = await publisher(monkeypatch, producer)
    asked = []

    async def before() -> None:
        asked.append(len(producer.sent))
        if len(asked) > 2:
            raise Superseded

    with pytest.raises(Superseded):
        await sends.send(A, B, C, before=before)
    assert asked[0] == 0
    assert producer.sent[:3] == [b"a", b"b", b"c"]
    assert len(producer.sent) == 4, "one of the two was sent again, then it was another's"
    assert sends.unconfirmed == 0
