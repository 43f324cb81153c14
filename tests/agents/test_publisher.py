"""Sends: all of an article in one attempt, again what failed, together under load, nothing after the end."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import (
    InvalidMessageError,
    InvalidTopicError,
    KafkaConnectionError,
    LeaderNotAvailableError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownError,
    UnknownTopicOrPartitionError,
)

from agents import batching
from agents import publisher as module
from agents.membership import OwnershipLost
from agents.outgoing import Outgoing, TooLarge
from agents.publisher import Publisher
from agents.settings import Settings
from tests.support.waiting import until

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
    assert time.monotonic() - sends.last_failure_at < 5


async def test_what_failed_keeps_its_order(monkeypatch):
    """A state that loses something stands behind the one that gets it, whatever happens between the two."""
    producer = FakeProducer({b"a": [NotEnoughReplicasError()] * 3, b"b": NotEnoughReplicasError()})
    producer.fails[b"c"] = NotEnoughReplicasError()
    sends = await publisher(monkeypatch, producer)
    await sends.send(A, B, C)
    assert producer.sent == [b"a", b"b", b"c", b"a", b"a", b"a", b"b", b"c"]


async def test_once_one_is_through_those_behind_it_do_not_wait(monkeypatch):
    producer = FakeProducer({name: NotEnoughReplicasError() for name in (b"a", b"b", b"c")})
    sends = await publisher(monkeypatch, producer)
    told: list[bool] = []
    sends._on_retry = lambda: told.append(True)
    await sends.send(A, B, C)
    assert told == [True], "one pause for all"


async def test_each_further_attempt_is_told(monkeypatch):
    producer = FakeProducer({b"b": NotEnoughReplicasError()})
    sends = await publisher(monkeypatch, producer)
    told = []
    sends._on_retry = lambda: told.append(len(producer.sent))
    await sends.send(A, B, C)
    assert told == [3]


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
    monkeypatch.setattr(batching, "MAX_WAIT_SECONDS", 1000.0)
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
            raise OwnershipLost

    with pytest.raises(OwnershipLost):
        await sends.send(A, B, C, before=before)
    assert asked[0] == 0
    assert producer.sent[:3] == [b"a", b"b", b"c"]
    assert len(producer.sent) == 4, "one of the two was sent again, then it was another's"
    assert sends.unconfirmed == 0


class Renewed:
    """Producers by turns, as a publisher connects to them, and what became of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *producers: Any) -> None:
        self.waiting = list(producers)
        self.connected = 0
        self.ensured: list[Any] = []
        monkeypatch.setattr(module.kafka, "producer", self.make)
        monkeypatch.setattr(module.kafka, "connect", self.connect)
        monkeypatch.setattr(module.topics, "ensure", self.ensure)

    def make(self, settings: Settings, *, embedded: bool) -> Any:
        return self.waiting.pop(0)

    async def connect(self, producer: Any) -> None:
        if isinstance(getattr(producer, "refuses", None), Exception):
            raise producer.refuses
        self.connected += 1

    async def ensure(self, settings: Settings, names: Any = None) -> list[Any]:
        self.ensured.append(names)
        return []


def patient(**options: Any) -> Publisher:
    settings = Settings(retry_initial_seconds=0.01, topic_prefix="p.", **options)
    return Publisher(settings, embedded=False)


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
    kafka = Renewed(monkeypatch, first, second)
    sends = patient()
    await sends.start()
    await sends.send(Outgoing("p.quotes", b"a", b"v"))
    assert (first.sent, second.sent) == (([b"a"], [b"a"]) if renewed else ([b"a", b"a"], []))
    assert first.stopped == renewed
    assert kafka.ensured == ensured


async def test_a_topic_of_somebody_else_is_not_made(monkeypatch):
    kafka = Renewed(monkeypatch, FakeProducer({b"a": UnknownTopicOrPartitionError()}), FakeProducer())
    sends = patient()
    await sends.start()
    await sends.send(Outgoing("quotes", b"a", b"v"))
    assert kafka.ensured == []


async def test_many_sends_that_fail_together_need_one_new_producer(monkeypatch):
    first = FakeProducer({b"a": UnknownError(), b"b": UnknownError(), b"c": UnknownError()})
    second = FakeProducer()
    kafka = Renewed(monkeypatch, first, second)
    sends = patient()
    await sends.start()
    await sends.send(A, B, C)
    assert sorted(second.sent) == [b"a", b"b", b"c"]
    assert kafka.connected == 2


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


async def test_what_is_seldom_urgent_leaves_with_the_next_message(monkeypatch):
    monkeypatch.setattr(batching, "MAX_WAIT_SECONDS", 1000.0)
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    sends.send_in_background("t", b"seen", b"v")
    await asyncio.sleep(0.02)
    assert producer.sent == []
    await sends.send(A)
    await until(lambda: len(producer.sent) == 2)
    assert set(producer.sent) == {b"a", b"seen"}


async def test_no_message_is_forgotten_when_there_is_no_connection_to_send_them_by(monkeypatch):
    refusing, second = FakeProducer(), FakeProducer()
    refusing.refuses = KafkaConnectionError("away")
    Renewed(monkeypatch, refusing, second)
    await patient().send(A, B)
    assert sorted(second.sent) == [b"a", b"b"]


async def test_partitions_are_asked_for_before_anything_was_sent(monkeypatch):
    Renewed(monkeypatch, FakeProducer())
    assert await patient().partitions("p.quotes") == [0, 1, 2]


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
    kafka = Renewed(monkeypatch, producer, producer)
    sends = patient()
    await sends.start()
    assert await sends.partitions("p.quotes") == [0, 1, 2], "ascending"
    assert kafka.ensured == [["quotes"]]


async def test_a_message_goes_out_as_it_is(monkeypatch):
    producer = FakeProducer()
    Renewed(monkeypatch, producer)
    sends = patient()
    await sends.start()
    await sends.send(Outgoing("p.quotes", b"k", b"v", (("h", b"1"),), 3))
    assert producer.calls == [("p.quotes", b"v", b"k", [("h", b"1")], 3)]


async def test_a_bug_is_no_reason_to_try_again(monkeypatch):
    producer = FakeProducer({b"a": ValueError("a bug")})
    sends = await publisher(monkeypatch, producer)
    with pytest.raises(ValueError, match="a bug"):
        await sends.send(A, B)
    assert producer.sent == [b"a", b"b"]
    assert sends.unconfirmed == 0


async def test_stopping_waits_for_what_was_sent_in_the_background(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    sends.send_in_background("t", b"late", b"v")
    assert producer.sent == []
    await sends.stop()
    assert (producer.sent, producer.stopped) == ([b"late"], True)
    assert not sends._background


async def test_what_is_still_unsent_after_a_while_is_dropped_at_the_end(monkeypatch):
    producer = FakeProducer()
    producer.held = True
    sends = await publisher(monkeypatch, producer)
    monkeypatch.setattr(module, "STOP_SECONDS", 0.05)
    sends.send_in_background("t", b"late", b"v")
    (task,) = sends._background
    await sends.stop()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_a_producer_that_cannot_close_holds_nobody_up(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    producer.close_error = KafkaConnectionError("away")
    await sends.stop()
    assert producer.stopped


async def test_a_silent_broker_is_noticed_and_said_once_in_a_while(monkeypatch, caplog):
    producer = FakeProducer()
    producer.held = True
    sends = await publisher(monkeypatch, producer)
    sends._settings = Settings(publish_timeout_seconds=0.05)
    assert sends.last_failure_at == -math.inf
    sending = [asyncio.create_task(sends.send(message)) for message in (A, B)]
    await until(lambda: sends.last_failure_at > 0)
    await asyncio.sleep(0.05)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.messages[0].startswith("topic has not confirmed for 0 s")
    for future in producer.unconfirmed:
        future.set_result(None)
    await asyncio.gather(*sending)


async def test_a_send_that_was_confirmed_in_time_is_no_trouble(monkeypatch):
    sends = await publisher(monkeypatch, FakeProducer())
    sends._settings = Settings(publish_timeout_seconds=0.05)
    await sends.send(A)
    await asyncio.sleep(0.1)
    assert sends.last_failure_at == -math.inf


async def test_an_operator_is_told_what_the_broker_refuses_and_not_every_time(monkeypatch, caplog):
    producer = FakeProducer({b"a": [TopicAuthorizationFailedError() for _ in range(11)]})
    sends = await publisher(monkeypatch, producer)
    sends._settings = Settings(retry_initial_seconds=0.001, retry_max_seconds=0.002)
    await sends.send(A)
    assert len(producer.sent) == 12
    said = [message for message in caplog.messages if "does not confirm" in message]
    assert len(said) == 5, "1, 2, 4, 8 and 10"
    assert "the log-in lacks the permission WRITE on this topic" in said[0]
    assert "next try in 0.0 s" in said[0]
    caplog.clear()
    producer.fails[b"b"] = NotEnoughReplicasError()
    await sends.send(B)
    assert "NotEnoughReplicasError" in caplog.messages[0]


async def test_a_message_that_is_too_large_names_its_topic_and_is_not_sent_again(monkeypatch):
    for error in (MessageSizeTooLargeError(), RecordListTooLargeError(), InvalidMessageError()):
        producer = FakeProducer({b"a": error})
        sends = await publisher(monkeypatch, producer)
        with pytest.raises(TooLarge, match=rf"0 bytes are more than topic allows \({type(error).__name__}\)"):
            await sends.send(Outgoing("topic", b"a", None))
        assert producer.sent == [b"a"]


async def test_what_is_to_be_sent_soon_waits_for_its_like_and_does_not_hurry_the_others(monkeypatch):
    monkeypatch.setattr(batching, "MAX_WAIT_SECONDS", 1000.0)
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer, busy=lambda: True)
    waiting = asyncio.create_task(sends.send(A))
    await asyncio.sleep(0.02)
    soon = [asyncio.create_task(sends.send(message, soon=True)) for message in (B, C)]
    await asyncio.sleep(0)
    assert producer.sent == [], "two of them leave together"
    await asyncio.gather(*soon)
    assert not waiting.done()
    assert set(producer.sent) == {b"b", b"c"}
    sends._batch.release()
    await waiting
    assert set(producer.sent) == {b"a", b"b", b"c"}


@pytest.fixture
def two_producers(monkeypatch) -> tuple[FakeProducer, FakeProducer]:
    """What connects first, and what after that; the first one holds what it gets."""
    silent, answering = FakeProducer(), FakeProducer()
    silent.held = True
    producers = iter([silent, answering])

    async def connect(self: Publisher) -> FakeProducer:
        return next(producers)

    monkeypatch.setattr(Publisher, "_connect", connect)
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
    await asyncio.sleep(0.1)
    silent.unconfirmed[0].set_result(None)
    while not silent.revoked:
        await asyncio.sleep(0.01)
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
    while len(asked) < 4:
        await asyncio.sleep(0.01)
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


async def test_a_producer_that_does_not_close_is_given_up_and_does_not_go_on(monkeypatch):
    failing, good = FakeProducer({b"a": UnknownError()}), FakeProducer()
    failing.close_error = KafkaConnectionError()
    producers = iter([failing, good])

    async def connect(self: Publisher) -> FakeProducer:
        return next(producers)

    async def ensured(self: Publisher, topic: str) -> None:
        pass

    monkeypatch.setattr(Publisher, "_connect", connect)
    monkeypatch.setattr(Publisher, "_ensure_topic", ensured)
    sends = Publisher(Settings(retry_initial_seconds=0.01), embedded=False)
    await sends.start()
    await sends.send(A)
    assert failing.revoked
    assert failing.closed
    assert good.sent == [b"a"]
