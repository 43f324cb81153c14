"""One message from the broker, by its place."""

import asyncio
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from agents.kafka import connect, consumer
from agents.settings import Settings

FETCH_SECONDS = 5.0


class MessageGone(Exception):
    """The broker has deleted the message, or does not answer: one line that says which."""


@dataclass(frozen=True)
class Fetched:
    """A message's value (None: a tombstone) and headers."""

    value: bytes | None
    headers: dict[str, str]


async def fetch(settings: Settings, topic: str, partition: int, offset: int) -> Fetched:
    """The message at `offset`; `topic` is named without the prefix.

    Raises:
        MessageGone: it cannot be had.
    """
    where = f"{topic}/{partition}/{offset}"
    reader = consumer(settings, auto_offset_reset="none", request_timeout_ms=5000)
    place = TopicPartition(settings.topic(topic), partition)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            await connect(reader)
            reader.assign([place])
            reader.seek(place, offset)
            record = await reader.getone(place)
    except TimeoutError:
        raise MessageGone(f"the broker gave no answer about {where}") from None
    except KafkaError as error:
        raise MessageGone(f"the broker does not have {where}: {type(error).__name__}") from None
    finally:
        await reader.stop()
    if record.offset != offset:
        raise MessageGone(f"the broker no longer has {where}")
    return Fetched(record.value, {name: value.decode("utf-8", "replace") for name, value in record.headers})
