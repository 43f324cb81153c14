"""A message on its way to a topic, and what becomes of it at a producer."""

import asyncio
from typing import NamedTuple

from aiokafka.errors import (
    InvalidMessageError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from agents.headers import RawHeaders
from agents.revocable_producer import RevocableProducer

SIZE_ERRORS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidMessageError)


class TooLarge(Exception):
    """The broker will never take this message: it is larger than the topic allows. One line."""


class Outgoing(NamedTuple):
    """A message on its way to `topic` (named with prefix); `partition` None is the one that the key belongs to."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: RawHeaders = ()
    partition: int | None = None


async def enqueue(producer: RevocableProducer, message: Outgoing) -> asyncio.Future[object]:
    """Hand a message to the producer; the future of its confirmation, or of what prevented even that."""
    topic, key, value, headers, partition = message
    try:
        confirmed: asyncio.Future[object] = await producer.send(
            topic, value, key, partition=partition, headers=list(headers)
        )
    except Exception as error:
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_exception(error)
    return confirmed


def outcome_of(confirmed: asyncio.Future[object]) -> object:
    """What came of a send, or that nothing has come of it yet."""
    if not confirmed.done() or confirmed.cancelled():
        confirmed.cancel()
        return KafkaTimeoutError()
    return confirmed.exception() or confirmed.result()


def failure_of(outcome: object, message: Outgoing) -> BaseException | None:
    """What went wrong with a send, if something did; `TooLarge` where its topic will never take the message."""
    if isinstance(outcome, SIZE_ERRORS):
        size = len(message.value or b"")
        return TooLarge(f"{size} bytes are more than {message.topic} allows ({type(outcome).__name__})")
    return outcome if isinstance(outcome, BaseException) else None
