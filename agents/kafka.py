"""aiokafka's consumers and producers, made the way this stream needs them. What a cluster says: `agents.cluster`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from agents import bounded_records, lost_messages, observed_commits, quick_compression
from agents.partitioner import RememberingPartitioner
from agents.processes import return_large_memory
from agents.revocable_producer import RevocableProducer
from agents.settings import Settings

CONNECT_SECONDS = 2.0
"""Who gives up a client that is just connecting waits for it no longer than this."""
BATCH_BYTES = 65_536
"""Of one partition in a request: what was ready together leaves together."""
FETCH_BYTES = 1_048_576
"""Fetched at once of a partition; a larger message still comes, alone."""
METADATA_AGE_MS = 10_000
"""So old may be what is known of the partitions: readers and writers learn of raised ones at nearly the same time."""
RECORD_OVERHEAD_BYTES = 65_536
"""Of key, headers and layout, beside a message's value."""
IDLE_LOOK_SECONDS = 1.0
"""How often a client looks for something to fetch when nothing wakes it; by default five times a second."""

ISOLATION_LEVEL = "read_committed"
"""What a producer has aborted is read by nobody."""


async def connect(client: AIOKafkaAdminClient | AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Start a client. Who is cancelled meanwhile waits a moment until it has: broken off, it leaves a connection open.

    Raises:
        KafkaError, OSError: the broker does not answer.
    """
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting}, timeout=CONNECT_SECONDS)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise


@asynccontextmanager
async def connected(reader: AIOKafkaConsumer) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer, started for the length of a `with` block.

    Raises:
        KafkaError, OSError: the broker does not answer.
    """
    try:
        await connect(reader)
        yield reader
    finally:
        await reader.stop()


def producer(settings: Settings, *, embedded: bool) -> RevocableProducer:
    """A producer whose sends count once all in-sync copies have them; not started yet.

    Its partitioner is Kafka's own, so that a key is in the same partition of every topic.
    """
    quick_compression.install()
    options: dict[str, Any] = {
        "acks": "all",
        "max_request_size": settings.max_message_bytes + RECORD_OVERHEAD_BYTES,
        "request_timeout_ms": round(1000 * min(settings.publish_timeout_seconds, settings.session_timeout_seconds / 2)),
        "compression_type": None if settings.compression == "none" else settings.compression,
        "linger_ms": settings.linger_ms,
        "max_batch_size": BATCH_BYTES,
        "enable_idempotence": True,
        "metadata_max_age_ms": METADATA_AGE_MS,
        "partitioner": RememberingPartitioner(),
    }
    if embedded:
        # Its end offsets are wrong after a batch of several records, and it knows no idempotence.
        options |= {"enable_idempotence": False, "max_batch_size": 1, "linger_ms": 0, "compression_type": None}
    return RevocableProducer(**settings.client_options(), **options)


def adapt_consumers(settings: Settings) -> None:
    """No consumer of this process inflates more than a message at a time, and none larger than the settings allow;
    large ones leave nothing behind; each goes on fetching as soon as a request has ended, and tells what it misses; a
    commit that was given up fails without a word."""
    return_large_memory()
    bounded_records.install(settings.max_message_bytes + RECORD_OVERHEAD_BYTES)
    lost_messages.install()
    observed_commits.install()


def consumer(settings: Settings, *topics: str, **options: Any) -> AIOKafkaConsumer:
    """A consumer of topics (named with their prefix), without a group unless `group_id` is given; not started yet."""
    adapt_consumers(settings)
    defaults: dict[str, Any] = {
        "enable_auto_commit": False,
        "isolation_level": ISOLATION_LEVEL,
        "auto_offset_reset": "earliest",
        "max_partition_fetch_bytes": FETCH_BYTES,
        "fetch_max_wait_ms": 200,
        "metadata_max_age_ms": METADATA_AGE_MS,
        "consumer_timeout_ms": round(IDLE_LOOK_SECONDS * 1000),
    }
    return AIOKafkaConsumer(*topics, **settings.client_options(), **(defaults | options))
