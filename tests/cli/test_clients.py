"""What commands that send do when the broker stops answering meanwhile."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError

from agents import cluster, kafka, producer_connection, topics
from agents.cli import clients
from agents.cli.clients import send_within
from agents.outgoing import Outgoing
from agents.settings import Settings


class SilentProducer:
    """One whose broker answers no more: it would repeat its sends for ever, also at its end."""

    def __init__(self) -> None:
        self.revoked = self.closed = False

    async def start(self) -> None:
        pass

    async def send_and_wait(self, topic: str, value: bytes, *, key: bytes, partition: int | None) -> Any:
        await asyncio.Event().wait()

    async def stop(self) -> None:
        await asyncio.Event().wait()

    def revoke(self) -> None:
        self.revoked = True

    async def wait_closed(self) -> None:
        self.closed = True


async def test_a_command_ends_though_the_broker_does_not_answer_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def well(*_: Any, **__: Any) -> bool:
        return False

    producer = SilentProducer()
    monkeypatch.setattr(producer_connection, "FLUSH_SECONDS", 0.05)
    monkeypatch.setattr(clients, "reach_broker", well)
    monkeypatch.setattr(topics, "ensure", well)
    for name in ("require", "is_embedded"):
        monkeypatch.setattr(cluster, name, well)
    monkeypatch.setattr(kafka, "producer", lambda *_, **__: producer)
    async with asyncio.timeout(5), clients.connected_producer(Settings()):
        pass
    assert producer.revoked
    assert producer.closed


async def test_who_sends_is_told_that_a_message_is_not_confirmed() -> None:
    producer: Any = SilentProducer()
    with pytest.raises(KafkaTimeoutError, match="no answer for 0 s"):
        await send_within(0.05, producer, Outgoing("articles.raw", b"a", b"{}"))
