"""Nothing is published for a partition that may be another worker's, not even what a producer already holds."""

import asyncio
import time

import pytest
from aiokafka.errors import NotEnoughReplicasError

from agents.membership import OwnershipLost
from agents.producer_connection import ProducerConnection
from agents.publisher import Publisher
from agents.settings import Settings
from tests.agents.producers import A, B, C, FakeProducer, publisher
from tests.support.waiting import until


async def test_each_attempt_asks_first_and_none_is_made_once_the_answer_is_no(monkeypatch):
    producer = FakeProducer({b"a": NotEnoughReplicasError(), b"b": NotEnoughReplicasError()})
    sends = await publisher(monkeypatch, producer)
    asked = []

    async def before() -> None:
        asked.append(len(producer.sent))
        if len(asked) > 2:
            raise OwnershipLost

    with pytest.raises(OwnershipLost):
        await sends.send(A, B, C, before=before)
    assert asked[0] == 0
    assert producer.sent[:3] == [b"a", b"b", b"c"]
    assert len(producer.sent) == 4, "one of the two was sent again, then it was another's"
    assert sends.unconfirmed == 0


@pytest.fixture
def two_producers(monkeypatch) -> tuple[FakeProducer, FakeProducer]:
    """What connects first, and what after that; the first one holds what it gets."""
    silent, answering = FakeProducer(), FakeProducer()
    silent.held = True
    producers = iter([silent, answering])

    async def connect(self: ProducerConnection) -> FakeProducer:
        return next(producers)

    monkeypatch.setattr(ProducerConnection, "_connect", connect)
    return silent, answering


async def test_what_is_not_confirmed_is_taken_back_once_it_may_be_another_workers(two_producers):
    """Idempotent producers repeat by themselves without end: it would come after what another worker has published."""
    silent, answering = two_producers
    asked, certain = [], asyncio.Event()

    async def before() -> None:
        asked.append(time.monotonic())
        if len(asked) > 1:
            await certain.wait()

    sends = Publisher(Settings(session_timeout_seconds=1, retry_initial_seconds=0.01), embedded=False)
    await sends.start()
    sending = asyncio.create_task(sends.send(A, B, before=before))
    await until(lambda: len(silent.unconfirmed) == 2)
    silent.unconfirmed[0].set_result(None)
    await until(lambda: silent.revoked)
    assert asked[1] - asked[0] > 0.4, "half a session"
    assert not sending.done()
    assert answering.sent == []
    certain.set()
    await sending
    assert (silent.sent, answering.sent) == ([b"a", b"b"], [b"b"])
    assert silent.unconfirmed[1].cancelled()
    assert silent.closed


async def test_what_is_another_workers_is_taken_back_and_not_sent_again(two_producers):
    silent, answering = two_producers
    asked = []

    async def before() -> None:
        asked.append(True)
        if len(asked) > 1:
            raise OwnershipLost

    sends = Publisher(Settings(session_timeout_seconds=1), embedded=False)
    await sends.start()
    with pytest.raises(OwnershipLost):
        await sends.send(A, before=before)
    assert silent.revoked
    assert answering.sent == []


async def test_a_slow_broker_is_waited_for_as_long_as_it_is_certain_who_has_the_partition(two_producers):
    silent, _ = two_producers
    asked = []

    async def before() -> None:
        asked.append(True)

    sends = Publisher(Settings(session_timeout_seconds=1), embedded=False)
    await sends.start()
    sending = asyncio.create_task(sends.send(A, before=before))
    await until(lambda: len(asked) >= 4)
    assert not silent.revoked
    silent.unconfirmed[0].set_result(None)
    await sending
    assert silent.sent == [b"a"]


async def test_what_no_other_worker_can_have_is_waited_for(monkeypatch):
    producer = FakeProducer()
    producer.held = True
    sends = await publisher(monkeypatch, producer)
    sends._settings = Settings(session_timeout_seconds=1)
    sending = asyncio.create_task(sends.send(A))
    await asyncio.sleep(0.7)
    assert not producer.revoked
    producer.unconfirmed[0].set_result(None)
    await sending
