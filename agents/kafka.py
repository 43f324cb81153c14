"""aiokafka's clients, made the way this stream needs them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from agents.connection_check import permanent_problem
from agents.revocable_producer import RevocableProducer
from agents.settings import Settings

log = logging.getLogger("redefluss.kafka")

EMBEDDED_CLUSTER_ID = "tansu_cluster"
WAIT_SECONDS = 1.0
SAY_AGAIN_SECONDS = 10.0
CONNECT_SECONDS = 2.0
BATCH_BYTES = 65_536
"""Of one partition in a request: what was ready together leaves together."""
FETCH_BYTES = 1_048_576
"""Fetched at once of a partition; a larger message still comes, alone."""
IDLE_LOOK_SECONDS = 1.0
"""How often a client looks for something to fetch when nothing wakes it; by default five times a second."""

ISOLATION_LEVEL = "read_committed"
"""What a producer has aborted is read by nobody."""


class BrokerUnavailable(Exception):
    """The broker did not answer in time, or refused the connection's credentials: one line."""


async def wait_for_broker(
    settings: Settings, *, timeout_seconds: float | None = None, report: Callable[[str], None] = log.warning
) -> str:
    """Wait until the broker answers, saying so every ten seconds; the cluster's id.

    Raises:
        BrokerUnavailable: not within `timeout_seconds` (None: wait for ever), or for a reason that does not pass: the
            log-in was refused, certificates do not fit, TLS on one side alone.
    """
    loop = asyncio.get_running_loop()
    started, said = loop.time(), -SAY_AGAIN_SECONDS
    while True:
        try:
            async with admin(settings) as client:
                return str((await client.describe_cluster())["cluster_id"])
        except (KafkaError, OSError) as error:
            name = type(error).__name__
            where = ", ".join(settings.bootstrap_servers)
            if "Authentication" in name or "Sasl" in name:
                raise BrokerUnavailable(f"the broker at {where} refused the log-in: {error}") from None
            if (problem := await permanent_problem(settings)) is not None:
                raise BrokerUnavailable(problem) from None
            waited = loop.time() - started
            if timeout_seconds is not None and waited >= timeout_seconds:
                raise BrokerUnavailable(f"no broker at {where}") from None
            if waited - said >= SAY_AGAIN_SECONDS:
                said = waited
                report(f"waiting for the broker at {where}")
        await asyncio.sleep(WAIT_SECONDS)


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
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client for the length of a `with` block."""
    client = AIOKafkaAdminClient(**settings.client_options(), request_timeout_ms=15_000)
    try:
        await connect(client)
        yield client
    finally:
        await client.close()


async def is_embedded(settings: Settings) -> bool:
    """Whether the broker is the embedded one, which lacks batches and idempotence."""
    async with admin(settings) as client:
        return bool((await client.describe_cluster())["cluster_id"] == EMBEDDED_CLUSTER_ID)


async def partitions_of(settings: Settings, *topics: str) -> dict[str, list[int]]:
    """The partitions of topics (named with their prefix); none of one that is not there."""
    async with admin(settings) as client:
        described = await client.describe_topics(list(topics))
    return {item["topic"]: sorted(part["partition"] for part in item["partitions"]) for item in described}


def producer(settings: Settings, *, embedded: bool) -> RevocableProducer:
    """A producer whose sends count once all in-sync copies have them; not started yet.

    Its partitioner is Kafka's own, so that a key is in the same partition of every topic.
    """
    options: dict[str, Any] = {
        "acks": "all",
        "max_request_size": settings.max_message_bytes + 65_536,
        "request_timeout_ms": round(1000 * min(settings.publish_timeout_seconds, settings.session_timeout_seconds / 2)),
        "compression_type": None if settings.compression == "none" else settings.compression,
        "linger_ms": settings.linger_ms,
        "max_batch_size": BATCH_BYTES,
        "enable_idempotence": True,
    }
    if embedded:
        # Its end offsets are wrong after a batch of several records, and it knows no idempotence.
        options |= {"enable_idempotence": False, "max_batch_size": 1, "linger_ms": 0, "compression_type": None}
    return RevocableProducer(**settings.client_options(), **options)


def consumer(settings: Settings, *topics: str, **options: Any) -> AIOKafkaConsumer:
    """A consumer of topics (named with their prefix), without a group unless `group_id` is given; not started yet."""
    defaults: dict[str, Any] = {
        "enable_auto_commit": False,
        "isolation_level": ISOLATION_LEVEL,
        "auto_offset_reset": "earliest",
        "max_partition_fetch_bytes": FETCH_BYTES,
        "fetch_max_wait_ms": 200,
        "consumer_timeout_ms": round(IDLE_LOOK_SECONDS * 1000),
    }
    return AIOKafkaConsumer(*topics, **settings.client_options(), **(defaults | options))
