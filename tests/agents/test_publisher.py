"""Sends: all of an article in one attempt, again what failed, together under load."""

import asyncio
import gc
import math
import time

import pytest
from aiokafka.errors import (
    InvalidMessageError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)

from agents import batching
from agents import publisher as module
from agents.outgoing import Outgoing, TooLarge
from agents.settings import Settings
from tests.agents.producers import A, B, C, FakeProducer, publisher
from tests.support.waiting import until


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


async def test_a_message_goes_out_as_it_is(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    await sends.send(Outgoing("p.quotes", b"k", b"v", (("h", b"1"),), 3))
    assert producer.calls == [("p.quotes", b"v", b"k", [("h", b"1")], 3)]


async def test_a_bug_is_no_reason_to_try_again(monkeypatch):
    producer = FakeProducer({b"a": ValueError("a bug")})
    sends = await publisher(monkeypatch, producer)
    with pytest.raises(ValueError, match="a bug"):
        await sends.send(A, B)
    assert producer.sent == [b"a", b"b"]
    assert sends.unconfirmed == 0


async def test_what_was_sent_in_the_background_is_waited_for_and_goes_at_once(monkeypatch):
    monkeypatch.setattr(batching, "MAX_WAIT_SECONDS", 1000.0)
    producer = FakeProducer()
    producer.held = True
    sends = await publisher(monkeypatch, producer)
    await sends.background_sent()
    sends.send_in_background("t", b"seen", b"v")
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(sends.background_sent())
    await until(lambda: producer.sent == [b"seen"])
    sends.send_in_background("t", b"later", b"v")
    assert not waiting.done()
    producer.unconfirmed[0].set_result(None)
    await asyncio.wait_for(waiting, 5)
    monkeypatch.setattr(module, "STOP_SECONDS", 0.01)
    await sends.stop()


async def test_stopping_waits_for_what_was_sent_in_the_background(monkeypatch):
    producer = FakeProducer()
    sends = await publisher(monkeypatch, producer)
    sends.send_in_background("t", b"late", b"v")
    assert producer.sent == []
    await sends.stop()
    assert (producer.sent, producer.stopped) == ([b"late"], True)
    assert not sends._background


async def test_what_is_too_large_to_be_sent_in_the_background_is_told_in_a_line(monkeypatch, caplog):
    sends = await publisher(monkeypatch, FakeProducer({b"a": MessageSizeTooLargeError()}))
    sends.send_in_background("p.articles.seen", b"a", b"v" * 10)
    await sends.background_sent()
    await sends.stop()
    gc.collect()  # what nobody has asked a task for is told when it is gone
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("redefluss.publisher", "not sent: 10 bytes are more than p.articles.seen allows (MessageSizeTooLargeError)")
    ]


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
