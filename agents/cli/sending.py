"""Sending articles to the first topic, each one confirmed by the broker."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from agents.cli.articles import ArticleMessage, RefusedInput
from agents.cli.errors import one_line

IN_FLIGHT = 256
"""Messages that wait for their confirmation, at most."""
READ_AHEAD = 4
"""Items that are read before they are asked for: one can have many megabytes."""


@dataclass
class Sent:
    """What became of a number of articles.

    Attributes:
        confirmed: how many the broker has confirmed.
        refused: how many were never sent.
        unconfirmed: how many were sent and not confirmed; they may or may not be on the topic.
    """

    confirmed: int = 0
    refused: int = 0
    unconfirmed: int = 0

    @property
    def complete(self) -> bool:
        """Whether everything was sent and confirmed."""
        return not (self.refused or self.unconfirmed)


async def send(
    producer: AIOKafkaProducer,
    topic: str,
    items: Iterable[ArticleMessage | RefusedInput],
    *,
    confirmed: Callable[[ArticleMessage, RecordMetadata], None] = lambda _message, _place: None,
    refused: Callable[[RefusedInput], None] = lambda _: None,
) -> Sent:
    """Send what can be sent; return when the broker has answered for all of it.

    Args:
        producer: started.
        topic: by its name on the broker.
        items: read one at a time, never further ahead than READ_AHEAD, and than IN_FLIGHT messages that are sent.
        confirmed: told each message and its place on the topic.
        refused: told what could not be sent or was not confirmed.
    """
    result = Sent()
    room = asyncio.Semaphore(IN_FLIGHT)

    def fail(message: ArticleMessage, what: str, error: KafkaError) -> None:
        result.unconfirmed += 1
        refused(RefusedInput(message.origin, f"{what}: {one_line(error)}"))

    async def confirm(message: ArticleMessage, answer: asyncio.Future[RecordMetadata]) -> None:
        try:
            place = await answer
        except KafkaError as error:
            fail(message, "not confirmed by the broker", error)
        else:
            result.confirmed += 1
            confirmed(message, place)
        finally:
            room.release()

    async with asyncio.TaskGroup() as answers:
        async for item in _read_aside(items):
            if isinstance(item, RefusedInput):
                result.refused += 1
                refused(item)
                continue
            await room.acquire()
            try:
                answer = await producer.send(topic, item.value, key=item.key.encode())
            except KafkaError as error:
                room.release()
                fail(item, "not sent", error)
            else:
                answers.create_task(confirm(item, answer))
    return result


async def _read_aside(items: Iterable[ArticleMessage | RefusedInput]) -> AsyncIterator[ArticleMessage | RefusedInput]:
    """The items, which a thread of its own reads: while it waits for standard input, what was read is sent, and Ctrl-C
    ends the command."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[ArticleMessage | RefusedInput | BaseException | None] = asyncio.Queue()
    room = threading.Semaphore(READ_AHEAD)

    def tell(item: ArticleMessage | RefusedInput | BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody asks any more
            loop.call_soon_threadsafe(ready.put_nowait, item)

    def read() -> None:
        try:
            for item in items:
                room.acquire()
                tell(item)
        except BaseException as error:
            tell(error)
        else:
            tell(None)

    threading.Thread(target=read, name="reader", daemon=True).start()
    while (item := await ready.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        room.release()
        yield item
