"""When a producer is replaced by another, and how one ends that cannot go on."""

import asyncio
import sys
from typing import Any

import pytest
from aiokafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    LeaderNotAvailableError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
    UnknownError,
    UnknownTopicOrPartitionError,
)

from agents import kafka, topics
from agents.outgoing import Outgoing
from agents.producer_connection import ProducerConnection
from agents.publisher import Publisher
from agents.settings import Settings
from tests.agents.producers import A, B, C, FakeProducer, publisher


async def test_after_the_end_nothing_connects_or_counts_as_sent(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    await sends.stop()
    monkeypatch.setattr(ProducerConnection, "_connect", None)
    sending = asyncio.create_task(sends.send(A))
    await asyncio.sleep(0.05)
    assert not sending.done()
    assert producer.sent == []
    sending.cancel()


class Renewed:
    """Producers by turns, as a publisher connects to them, and what became of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *producers: Any) -> None:
        self.waiting = list(producers)
        self.connected = 0
        self.ensured: list[Any] = []
        monkeypatch.setattr(kafka, "producer", self.make)
        monkeypatch.setattr(kafka, "connect", self.connect)
        monkeypatch.setattr(topics, "ensure", self.ensure)

    def make(self, settings: Settings, *, embedded: bool) -> Any:
        return self.waiting.pop(0)

    async def connect(self, producer: Any) -> None:
        if isinstance(getattr(producer, "refuses", None), Exception):
            raise producer.refuses
        self.connected += 1

    async def ensure(self, settings: Settings, names: Any = None) -> list[Any]:
        self.ensured.append(names)
        return []


def patient() -> Publisher:
    return Publisher(Settings(retry_initial_seconds=0.01, topic_prefix="p."), embedded=False)


@pytest.mark.parametrize(
    ("error", "renewed", "ensured"),
    [
        (NotEnoughReplicasError(), False, []),
        (TopicAuthorizationFailedError(), False, []),
        (InvalidTopicError(), False, []),
        (UnknownError(), True, [["quotes"]]),
        (OSError("broken"), True, [["quotes"]]),
        (UnknownTopicOrPartitionError(), True, [["quotes"]]),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_producer_is_replaced_unless_it_can_go_on(monkeypatch, error, renewed, ensured):
    first, second = FakeProducer({b"a": error}), FakeProducer()
    connections = Renewed(monkeypatch, first, second)
    sends = patient()
    await sends.start()
    await sends.send(Outgoing("p.quotes", b"a", b"v"))
    assert (first.sent, second.sent) == (([b"a"], [b"a"]) if renewed else ([b"a", b"a"], []))
    assert first.stopped == renewed
    assert connections.ensured == ensured


async def test_a_topic_of_somebody_else_is_not_made(monkeypatch):
    connections = Renewed(monkeypatch, FakeProducer({b"a": UnknownTopicOrPartitionError()}), FakeProducer())
    sends = patient()
    await sends.start()
    await sends.send(Outgoing("quotes", b"a", b"v"))
    assert connections.ensured == []


async def test_many_sends_that_fail_together_need_one_new_producer(monkeypatch):
    first = FakeProducer({b"a": UnknownError(), b"b": UnknownError(), b"c": UnknownError()})
    second = FakeProducer()
    connections = Renewed(monkeypatch, first, second)
    sends = patient()
    await sends.start()
    await sends.send(A, B, C)
    assert sorted(second.sent) == [b"a", b"b", b"c"]
    assert connections.connected == 2


async def test_a_producer_that_cannot_be_replaced_yet_is_asked_for_again(monkeypatch):
    refusing, second = FakeProducer(), FakeProducer()
    refusing.refuses = KafkaConnectionError("away")
    Renewed(monkeypatch, FakeProducer({b"a": UnknownError()}), refusing, second)
    sends = patient()
    await sends.start()
    await sends.send(A)
    assert second.sent == [b"a"]
    assert refusing.stopped, "what it had begun is ended"


async def test_a_broker_that_is_away_at_the_start_is_told(monkeypatch):
    refusing = FakeProducer()
    refusing.refuses = KafkaConnectionError("away")
    Renewed(monkeypatch, refusing)
    with pytest.raises(KafkaConnectionError):
        await patient().start()
    assert refusing.stopped


async def test_no_message_is_forgotten_when_there_is_no_connection_to_send_them_by(monkeypatch):
    refusing, second = FakeProducer(), FakeProducer()
    refusing.refuses = KafkaConnectionError("away")
    Renewed(monkeypatch, refusing, second)
    await patient().send(A, B)
    assert sorted(second.sent) == [b"a", b"b"]


async def test_partitions_are_asked_for_before_anything_was_sent(monkeypatch):
    Renewed(monkeypatch, FakeProducer())
    assert await patient().partitions("p.quotes") == [0, 1, 2]


async def test_nothing_is_set_up_for_retries_where_nothing_has_failed(monkeypatch):
    """It takes a megabyte to import, and thirty times as long as the answer to each question for partitions."""
    Renewed(monkeypatch, FakeProducer())
    monkeypatch.setitem(sys.modules, "tenacity", None)
    sends = patient()
    await sends.send(A)
    assert await sends.partitions("p.quotes") == [0, 1, 2]


async def test_a_send_before_the_connection_makes_one(monkeypatch):
    producer = FakeProducer()
    Renewed(monkeypatch, producer)
    sends = patient()
    await sends.send(A)
    assert producer.sent == [b"a"]
    assert await sends.partitions("p.quotes") == [0, 1, 2]


async def test_partitions_are_asked_for_until_the_broker_tells(monkeypatch):
    producer = FakeProducer()
    producer.refusals = [UnknownTopicOrPartitionError(), LeaderNotAvailableError()]
    connections = Renewed(monkeypatch, producer, producer)
    sends = patient()
    await sends.start()
    assert await sends.partitions("p.quotes") == [0, 1, 2], "ascending"
    assert connections.ensured == [["quotes"]]


async def test_a_producer_that_cannot_close_holds_nobody_up(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    producer.close_error = KafkaConnectionError("away")
    await sends.stop()
    assert producer.stopped


async def test_a_producer_that_does_not_close_is_given_up_and_does_not_go_on(monkeypatch):
    failing, good = FakeProducer({b"a": UnknownError()}), FakeProducer()
    failing.close_error = KafkaConnectionError()
    producers = iter([failing, good])

    async def connect(self: ProducerConnection) -> FakeProducer:
        return next(producers)

    async def ensured(self: ProducerConnection, topic: str) -> None:
        pass

    monkeypatch.setattr(ProducerConnection, "_connect", connect)
    monkeypatch.setattr(ProducerConnection, "_ensure_topic", ensured)
    sends = Publisher(Settings(retry_initial_seconds=0.01), embedded=False)
    await sends.start()
    await sends.send(A)
    assert failing.revoked
    assert failing.closed
    assert good.sent == [b"a"]
