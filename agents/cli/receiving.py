"""Reading a topic from a chosen place to its end, or for ever."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from agents.cli.errors import CommandError
from agents.settings import Settings
from agents.topics import INTERNAL_TOPICS
from pipeline.stages import TOPICS

POLL_MS = 200


async def partitions_of(consumer: AIOKafkaConsumer, settings: Settings, name: str) -> list[TopicPartition]:
    """The partitions of a topic of the stream, or of any other on the broker.

    Args:
        name: without the prefix of the settings, or with it.

    Raises:
        CommandError: there is none of that name, naming those that are.
    """
    existing = await consumer.topics()
    topic = settings.topic(name) if settings.topic(name) in existing else name
    if topic not in existing:
        known = [known for known in (*TOPICS, *INTERNAL_TOPICS) if settings.topic(known) in existing]
        hint = f"there are {', '.join(known)}" if known else "the broker has none yet: redefluss topics create"
        raise CommandError(f"no topic {name!r}; {hint}")
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise CommandError(f"the broker does not say where the partitions of {topic} are; try again in a moment")
    return [TopicPartition(topic, number) for number in sorted(numbers)]


async def batches(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition], *, from_beginning: bool, until_caught_up: bool
) -> AsyncIterator[list[ConsumerRecord]]:
    """What is on the partitions, in lots as they come; with `until_caught_up` only what was there at the call.

    Raises:
        CommandError: the topic was deleted.
    """
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    if from_beginning:
        await consumer.seek_to_beginning(*partitions)
    else:
        for partition, end in ends.items():
            consumer.seek(partition, end)
    open_partitions = set(partitions)
    while True:
        if until_caught_up:
            for partition in list(open_partitions):
                if await consumer.position(partition) >= ends[partition]:
                    open_partitions.discard(partition)
                    consumer.pause(partition)
            if not open_partitions:
                return
        lots = await consumer.getmany(timeout_ms=POLL_MS)
        if not lots and partitions[0].topic not in await consumer.topics():
            raise CommandError(f"topic {partitions[0].topic} was deleted")
        for partition, records in lots.items():
            wanted = [r for r in records if not until_caught_up or r.offset < ends[partition]]
            if wanted:
                yield wanted
        await asyncio.sleep(0)


def as_json(record: ConsumerRecord) -> Mapping[str, Any]:
    """A message as `redefluss consume` prints it; a value that is no JSON stands in base64 under `value_base64`."""
    from base64 import b64encode

    shown: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": None if record.key is None else record.key.decode("utf-8", "backslashreplace"),
        "headers": {key: (value or b"").decode("utf-8", "backslashreplace") for key, value in record.headers},
    }
    if record.value is None:
        return shown | {"value": None}
    try:
        return shown | {"value": orjson.loads(record.value)}
    except orjson.JSONDecodeError:
        return shown | {"value_base64": b64encode(record.value).decode("ascii")}
