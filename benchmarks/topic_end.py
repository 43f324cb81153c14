"""A topic from its beginning to its end."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents import cluster
from agents.settings import Settings


async def read_to_end(consumer: AIOKafkaConsumer, settings: Settings, topic: str) -> list[Any]:
    """All records of a topic (named with its prefix) up to where it ends now; the consumer is started and stopped."""
    found: list[Any] = []
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in await cluster.partition_numbers(settings, topic)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            batch = await consumer.getmany(timeout_ms=500)
            found.extend(record for records in batch.values() for record in records)
    finally:
        await consumer.stop()
    return found
