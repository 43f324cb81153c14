"""What the cluster says: whether it answers, which topics there are, and what the log-in may do with them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

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
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents.authorized_operations import GroupRequest, TopicsRequest, topic_id
from agents.connection_check import permanent_problem
from agents.kafka import connect
from agents.permissions import BITS, MissingPermission, Need, Operation
from agents.settings import Settings

log = logging.getLogger("redefluss.cluster")

EMBEDDED_CLUSTER_ID = "tansu_cluster"
WAIT_SECONDS = 1.0
"""Between two tries to reach a broker that does not answer."""
REPORT_AGAIN_SECONDS = 10.0
"""Between two reports that the broker does not answer yet."""
RECHECK_SECONDS = 3.0
"""After which a broker that refuses us is asked again: one that is stopping ends connections as if it did."""
COORDINATOR_TRIES, COORDINATOR_SECONDS = 10, 0.5
"""How often, and after which pause, a new cluster is asked for a group's coordinator: it has none at first."""


class BrokerUnavailable(Exception):
    """The broker did not answer in time: one line."""


class BrokerRefuses(Exception):
    """The broker takes no connection with these settings for TLS and log-in, and will not by itself: one line."""


async def wait_for_broker(
    settings: Settings, *, timeout_seconds: float | None = None, report: Callable[[str], None] = log.warning
) -> None:
    """Wait until the broker answers, saying so every ten seconds.

    Raises:
        BrokerUnavailable: not within `timeout_seconds` (None: wait for ever).
        BrokerRefuses: twice the log-in was refused, certificates did not fit, or TLS or a log-in was on one side alone.
    """
    loop = asyncio.get_running_loop()
    started, reported_after = loop.time(), -REPORT_AGAIN_SECONDS
    while True:
        try:
            async with admin(settings) as client:
                if (await client.describe_cluster())["cluster_id"] is None:  # so aiokafka reads the refusal of a token
                    raise KafkaConnectionError("the broker tells of no cluster")
                return
        except (KafkaError, OSError):
            where = ", ".join(settings.bootstrap_servers)
            if await permanent_problem(settings) is not None:
                await asyncio.sleep(RECHECK_SECONDS)
                if (problem := await permanent_problem(settings)) is not None:
                    raise BrokerRefuses(problem) from None
            waited = loop.time() - started
            if timeout_seconds is not None and waited >= timeout_seconds:
                raise BrokerUnavailable(f"no broker at {where}") from None
            if waited - reported_after >= REPORT_AGAIN_SECONDS:
                reported_after = waited
                report(f"waiting for the broker at {where}")
        await asyncio.sleep(WAIT_SECONDS)


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

    def allows(self, operation: Operation) -> bool:
        """Whether the log-in may do this with the topic, as far as the broker tells."""
        if self.hidden:
            return False
        return self.operations is None or not self.partitions or bool(self.operations >> BITS[operation] & 1)


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

    async def committed(
        self, group: str, partitions: Sequence[TopicPartition], *, coordinator: int
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        """What a consumer group has committed, by partition; offset -1: nothing.

        Raises:
            GroupCoordinatorNotAvailableError: its coordinator, the node of this number, does not tell.
        """
        found: dict[TopicPartition, OffsetAndMetadata] = await self.list_consumer_group_offsets(
            group, group_coordinator_id=coordinator, partitions=partitions
        )
        if not found.keys() >= set(partitions):  # so aiokafka answers where the broker answers with an error
            raise GroupCoordinatorNotAvailableError
        return found


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
                allowed = topics[need.name].allows(need.operation)
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


async def require(settings: Settings, needs: Iterable[Need]) -> None:
    """Return if the log-in is allowed everything that is needed.

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
    unreadable = [name for name, topic in described.items() if not topic.allows("READ")]
    if unreadable:
        raise MissingPermission(Need("READ", "topic", name) for name in unreadable)
    return {name: topic for name, topic in described.items() if topic.partitions}


async def partition_numbers(settings: Settings, topic: str) -> list[int]:
    """The numbers of the partitions, ascending, of a topic that is to be read (named with its prefix).

    Empty if the topic is not there.

    Raises:
        MissingPermission: the log-in may not read it.
    """
    found = await readable_topics(settings, topic)
    return found[topic].numbers if topic in found else []
