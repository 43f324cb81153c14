"""A topic from its beginning to its end."""

from collections.abc import AsyncIterator
from typing import Any

from aiokafka import TopicPartition

from agents import cluster, kafka
from agents.settings import Settings


async def read_to_end(settings: Settings, topic: str) -> AsyncIterator[Any]:
    """All records of a topic (named with its prefix) up to where it ends now."""
    consumer = kafka.consumer(settings)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in await cluster.partition_numbers(settings, topic)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    yield record
    finally:
        await consumer.stop()
