"""aiokafka's clients, made the way this stream needs them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    NoError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from agents import bounded_records, lost_messages, quick_compression
from agents.authorized_operations import GroupRequest, TopicsRequest, topic_id
from agents.connection_check import permanent_problem
from agents.permissions import BITS, MissingPermission, Need, Operation
from agents.processes import return_large_memory
from agents.revocable_producer import RevocableProducer
from agents.settings import Settings

log = logging.getLogger("redefluss.kafka")

EMBEDDED_CLUSTER_ID = "tansu_cluster"
WAIT_SECONDS = 1.0
SAY_AGAIN_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 3.0
"""After which a broker that refuses us is asked again: one that is stopping ends connections as if it did."""
CONNECT_SECONDS = 2.0
"""Who gives up a client that is just connecting waits for it no longer than this."""
COORDINATOR_TRIES, COORDINATOR_SECONDS = 10, 0.5
"""How often, and after which pause, a new cluster is asked for a group's coordinator: it has none at first."""
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


class BrokerUnavailable(Exception):
    """The broker did not answer in time: one line."""


class BrokerRefuses(Exception):
    """The broker takes no connection with these settings for TLS and log-in, and will not by itself: one line."""


async def wait_for_broker(
    settings: Settings, *, timeout_seconds: float | None = None, report: Callable[[str], None] = log.warning
) -> str:
    """Wait until the broker answers, saying so every ten seconds; the cluster's id.

    Raises:
        BrokerUnavailable: not within `timeout_seconds` (None: wait for ever).
        BrokerRefuses: twice the log-in was refused, certificates did not fit, or TLS or a log-in was on one side alone.
    """
    loop = asyncio.get_running_loop()
    started, said = loop.time(), -SAY_AGAIN_SECONDS
    while True:
        try:
            async with admin(settings) as client:
                cluster = (await client.describe_cluster())["cluster_id"]
                if cluster is None:  # so aiokafka reads the refusal of a token
                    raise KafkaConnectionError("the broker tells of no cluster")
                return str(cluster)
        except (KafkaError, OSError):
            where = ", ".join(settings.bootstrap_servers)
            if await permanent_problem(settings) is not None:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
                if (problem := await permanent_problem(settings)) is not None:
                    raise BrokerRefuses(problem) from None
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


@dataclass(frozen=True)
class TopicDescription:
    """What the broker says of a topic.

    Attributes:
        hidden: the log-in lacks DESCRIBE, so that nobody says whether it is there.
        partitions: as the protocol has them; none if it is not there.
        operations: a bit for each operation that the log-in may do (`permissions.BITS`); None: the broker does not say.
        id: another one for a topic of the same name that was created anew; None: the broker does not say.
    """

    hidden: bool
    partitions: Sequence[Mapping[str, Any]]
    operations: int | None
    id: str | None = None

    @property
    def numbers(self) -> list[int]:
        """The partitions' numbers, ascending."""
        return sorted(partition["partition"] for partition in self.partitions)


class Admin(AIOKafkaAdminClient):  # type: ignore[misc]
    """aiokafka's, with answers that tell what is not there from what may not be seen."""

    async def topics(self, names: Iterable[str]) -> dict[str, TopicDescription]:
        """What there is of topics (named with their prefix); none is created by asking.

        Raises:
            KafkaError: the broker does not answer, or one of them has no leader yet.
        """
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        found = {}
        for topic in (await self._send_request(TopicsRequest(wanted))).to_object()["topics"]:
            error, operations = for_code(topic["error_code"]), topic["authorized_operations"]
            if error not in {NoError, UnknownTopicOrPartitionError, InvalidTopicError, TopicAuthorizationFailedError}:
                raise error(topic["topic"])
            found[topic["topic"]] = TopicDescription(
                hidden=error is TopicAuthorizationFailedError,
                partitions=topic["partitions"] if error is NoError else (),
                operations=operations if operations > 0 else None,
                id=topic_id(topic),
            )
        return found

    async def group_operations(self, group: str) -> int | None:
        """A bit for each operation that the log-in may do with a consumer group; 0: not even DESCRIBE."""
        try:
            coordinator = await self.find_coordinator(group)
        except GroupAuthorizationFailedError:
            return 0
        (described,) = (await self._send_request(GroupRequest(group), coordinator)).to_object()["groups"]
        if for_code(described["error_code"]) is GroupAuthorizationFailedError:
            return 0
        operations: int = described["authorized_operations"]
        return operations if operations > 0 else None


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[Admin]:
    """An admin client for the length of a `with` block."""
    client = Admin(**settings.client_options(), request_timeout_ms=15_000)
    try:
        await connect(client)
        yield client
    finally:
        await client.close()


async def is_embedded(settings: Settings) -> bool:
    """Whether the broker is the embedded one, which lacks batches and idempotence."""
    async with admin(settings) as client:
        return bool((await client.describe_cluster())["cluster_id"] == EMBEDDED_CLUSTER_ID)


async def missing_permissions(settings: Settings, needs: Iterable[Need]) -> list[Need]:
    """Those of the needs that the log-in is not allowed. What a broker does not tell counts as allowed.

    A topic that is not there is not judged: whoever creates it is told then.

    Raises:
        KafkaError, OSError: the broker does not answer.
    """
    wanted = list(dict.fromkeys(needs))
    missing = []
    async with admin(settings) as client:
        topics = await client.topics(need.name for need in wanted if need.kind == "topic")
        for need in wanted:
            if need.kind == "topic":
                allowed = may(topics[need.name], need.operation)
            else:
                operations = await _group_operations(client, need.name)
                allowed = operations is None or bool(operations >> BITS[need.operation] & 1)
            if not allowed:
                missing.append(need)
    return missing


async def _group_operations(client: Admin, group: str) -> int | None:
    """As the group's coordinator says, which a new cluster has only after a while."""
    for _ in range(COORDINATOR_TRIES):
        try:
            return await client.group_operations(group)
        except GroupCoordinatorNotAvailableError:
            await asyncio.sleep(COORDINATOR_SECONDS)
    return None


async def demand(settings: Settings, needs: Iterable[Need]) -> None:
    """Return if the log-in is allowed all of the needs.

    Raises:
        MissingPermission: naming all that it is not.
        KafkaError, OSError: the broker does not answer.
    """
    if missing := await missing_permissions(settings, needs):
        raise MissingPermission(missing)


async def readable_topics(settings: Settings, *topics: str) -> dict[str, TopicDescription]:
    """What there is of topics that are to be read (named with their prefix), without those that are not there.

    Raises:
        MissingPermission: the log-in may not read one of them.
    """
    async with admin(settings) as client:
        described = await client.topics(topics)
    unreadable = [name for name, topic in described.items() if not may(topic, "READ")]
    if unreadable:
        raise MissingPermission(Need("READ", "topic", name) for name in unreadable)
    return {name: topic for name, topic in described.items() if topic.partitions}


async def partitions_of(settings: Settings, *topics: str) -> dict[str, list[int]]:
    """The partitions of topics that are to be read (named with their prefix); none of one that is not there.

    Raises:
        MissingPermission: the log-in may not read one of them.
    """
    return {name: topic.numbers for name, topic in (await readable_topics(settings, *topics)).items()}


def may(topic: TopicDescription, operation: Operation) -> bool:
    """Whether the log-in may do something with a topic, as far as the broker tells."""
    if topic.hidden:
        return False
    return topic.operations is None or not topic.partitions or bool(topic.operations >> BITS[operation] & 1)


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
    }
    if embedded:
        # Its end offsets are wrong after a batch of several records, and it knows no idempotence.
        options |= {"enable_idempotence": False, "max_batch_size": 1, "linger_ms": 0, "compression_type": None}
    return RevocableProducer(**settings.client_options(), **options)


def adapt_consumers(settings: Settings) -> None:
    """No consumer of this process inflates more than a message at a time, and none larger than the settings allow;
    large ones leave nothing behind; each goes on fetching as soon as a request has ended, and tells what it misses."""
    return_large_memory()
    bounded_records.install(settings.max_message_bytes + RECORD_OVERHEAD_BYTES)
    lost_messages.install()


def consumer(settings: Settings, *topics: str, **options: Any) -> AIOKafkaConsumer:
    """A consumer of topics (named with their prefix), without a group unless `group_id` is given; not started yet."""
    adapt_consumers(settings)
    defaults: dict[str, Any] = {
        "enable_auto_commit": False,
        "isolation_level": ISOLATION_LEVEL,
        "auto_offset_reset": "earliest",
        "max_partition_fetch_bytes": FETCH_BYTES,
        "fetch_max_wait_ms": 200,
        "consumer_timeout_ms": round(IDLE_LOOK_SECONDS * 1000),
    }
    return AIOKafkaConsumer(*topics, **settings.client_options(), **(defaults | options))
