"""Messages that nobody can read yet, since a producer has begun a transaction before them and not ended it.

To whoever reads only what is committed, a partition seems to end before them.
"""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents import kafka
from agents.settings import Settings


def everything_reader(settings: Settings) -> AIOKafkaConsumer:
    """A consumer that tells where partitions really end; not started yet."""
    return kafka.consumer(settings, isolation_level="read_uncommitted")


async def held_back(settings: Settings, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> int:
    """How many messages of the partitions are held back now; `consumer` is any that reads what is committed."""
    async with kafka.connected(everything_reader(settings)) as reader:
        ends = await reader.end_offsets(list(partitions))
        readable = await consumer.end_offsets(list(partitions))
    return sum(max(0, ends[partition] - readable[partition]) for partition in partitions)
