"""Sending what a thread reads: no further ahead than told, and what goes wrong with reading ends it."""

import asyncio
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from agents.cli.articles import ArticleMessage, RefusedInput
from agents.cli.sending import IN_FLIGHT, READ_AHEAD, send


class Producer:
    """Takes each message and confirms it, once it is let."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.open = asyncio.Event()

    async def send(self, topic: str, value: bytes, key: bytes) -> asyncio.Future[Any]:
        await self.open.wait()
        self.sent.append(value)
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(None)
        return answer


def message(number: int) -> ArticleMessage:
    return ArticleMessage(f"a:{number}", str(number), b"%d" % number)


async def test_little_is_read_ahead_of_a_broker_that_takes_nothing() -> None:
    read: list[int] = []

    def items() -> Iterator[ArticleMessage | RefusedInput]:
        for number in range(3 * IN_FLIGHT):
            read.append(number)
            yield message(number)

    producer: Any = Producer()
    sending = asyncio.create_task(send(producer, "t", items()))
    await asyncio.sleep(0.2)
    assert len(read) <= READ_AHEAD + 2
    producer.open.set()
    result = await sending
    assert (result.confirmed, result.complete) == (3 * IN_FLIGHT, True)
    assert producer.sent == [b"%d" % number for number in range(3 * IN_FLIGHT)]


@pytest.mark.parametrize("error", [ValueError("no"), GeneratorExit()])
async def test_an_error_of_reading_ends_it(error: BaseException) -> None:
    def items() -> Iterator[ArticleMessage | RefusedInput]:
        yield message(1)
        yield RefusedInput("a:2", "no article")
        raise error

    producer: Any = Producer()
    producer.open.set()
    with pytest.raises((type(error), BaseExceptionGroup)):
        await asyncio.wait_for(send(producer, "t", items()), 20)
    assert producer.sent == [b"1"]


async def test_what_the_broker_does_not_take_holds_up_nothing_else_and_is_told() -> None:
    class Refusing(Producer):
        async def send(self, topic: str, value: bytes, key: bytes) -> asyncio.Future[Any]:
            if value == b"2":
                raise MessageSizeTooLargeError("too\n large")
            answer = await super().send(topic, value, key)
            if value == b"3":
                answer = asyncio.get_running_loop().create_future()
                answer.set_exception(KafkaTimeoutError("too late"))
            return answer

    producer: Any = Refusing()
    producer.open.set()
    confirmed: list[str] = []
    told: list[RefusedInput] = []
    result = await send(
        producer,
        "t",
        [message(1), message(2), RefusedInput("b", "empty"), message(3), message(4)],
        confirmed=lambda item, _: confirmed.append(item.key),
        refused=told.append,
    )
    assert (confirmed, result.confirmed, result.complete) == (["1", "4"], 2, False)
    assert (result.refused, result.unconfirmed) == (1, 2)
    assert sorted((problem.origin, problem.reason) for problem in told) == [
        ("a:2", "not sent: [Error 10] MessageSizeTooLargeError: too large"),
        ("a:3", "not confirmed by the broker: KafkaTimeoutError: too late"),
        ("b", "empty"),
    ]


async def test_what_is_refused_is_counted_and_not_kept() -> None:
    """An archive can have millions of items that are no articles."""
    alive: WeakSet[RefusedInput] = WeakSet()

    def items() -> Iterator[ArticleMessage | RefusedInput]:
        for number in range(1_000):
            item = RefusedInput(f"a:{number}", "empty")
            alive.add(item)
            yield item

    producer: Any = Producer()
    result = await send(producer, "t", items())
    assert (result.refused, result.complete) == (1_000, False)
    assert len(alive) <= READ_AHEAD


async def test_room_is_made_for_the_next_message_by_each_that_failed() -> None:
    """There is room for a few at a time: without it, sending would stand still after as many failures."""

    class Broken(Producer):
        async def send(self, topic: str, value: bytes, key: bytes) -> asyncio.Future[Any]:
            if int(value) % 2:
                raise KafkaTimeoutError
            answer = asyncio.get_running_loop().create_future()
            answer.set_exception(KafkaTimeoutError())
            return answer

    producer: Any = Broken()
    number = 3 * IN_FLIGHT
    result = await asyncio.wait_for(send(producer, "t", map(message, range(number))), 60)
    assert (result.unconfirmed, result.confirmed) == (number, 0)
