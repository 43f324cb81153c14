"""Sending what a thread reads: no further ahead than told, and what goes wrong with reading ends it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

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
