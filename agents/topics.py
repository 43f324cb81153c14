"""The topics on the broker: made as the settings say, checked, listed."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from agents.cluster import admin
from agents.kafka import connected, consumer
from agents.permissions import MissingPermission, Need
from agents.settings import Settings
from pipeline.stages import DEAD_LETTER_TOPIC, STAGES, compacted_topics, topic_names

log = logging.getLogger("redefluss.topics")

SEEN_TOPIC = "articles.seen"
"""Which articles were processed, by id; what duplicates are recognised by."""
REPLAYED_TOPIC = "articles.replayed"
"""Which dead letters were replayed, by where they stand."""
WORKERS_TOPIC = "workers"
"""On it the workers tell each other what they do; only their pages read it."""
INTERNAL_TOPICS = (SEEN_TOPIC, REPLAYED_TOPIC, WORKERS_TOPIC)
WORKERS_RETENTION_MS = 3_600_000
STATE_TOPICS = frozenset({SEEN_TOPIC, *(stage.target for stage in STAGES if stage.stateful)})
"""What stages go on from lies on these, in the partition of its key. So they keep their partitions when those of the
others are raised."""

HOUR_MS = 3_600_000
LEAST_REMOVAL_HOURS = 24
"""For so long at least a compacted topic keeps messages without a value: Kafka's default. Local copies count on it."""
BROKER_TIME = "LogAppendTime"
CLUSTER_DEFAULT = -1
"""As the protocol has it, for the copies of a topic that is created."""
CHECKED_CONFIGS = ("message.timestamp.type", "min.insync.replicas", "cleanup.policy")


def all_names() -> tuple[str, ...]:
    """Every topic that a worker needs, without prefix."""
    return (*topic_names(), *INTERNAL_TOPICS)


class TopicError(Exception):
    """A topic cannot be made, or is not as the stream needs it: one line."""


@dataclass(frozen=True)
class TopicReport:
    """What `ensure` found or did: `created`, else the topic was there with `partitions`.

    `differs` says in words what is otherwise than the settings and the stream want it.
    """

    name: str
    partitions: int
    created: bool
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class TopicInfo:
    """A topic of the stream; offsets by partition, `messages` is what lies between them (compacted ones included)."""

    name: str
    partitions: int
    replication_factor: int
    begin_offsets: dict[int, int]
    end_offsets: dict[int, int]

    @property
    def messages(self) -> int:
        """End minus begin over all partitions."""
        return sum(self.end_offsets.values()) - sum(self.begin_offsets.values())


def specification(settings: Settings, name: str) -> NewTopic:
    """How the topic `name` (without prefix) is made.

    Time stamps are the broker's: by the producer's, which may be the time of publication, old articles would be deleted
    as soon as they come.
    """
    configs = {"message.timestamp.type": BROKER_TIME}
    if settings.min_insync_replicas is not None:
        configs["min.insync.replicas"] = str(settings.min_insync_replicas)
    partitions = settings.partitions
    if name == SEEN_TOPIC:
        retention_ms = round(max(settings.known_article_hours, 1) * HOUR_MS)
        configs |= {"cleanup.policy": "compact,delete", "retention.ms": str(retention_ms)}
    elif name == REPLAYED_TOPIC:  # of a letter that is deleted, nobody asks any more whether it was replayed
        retention_ms = round(settings.dead_letter_retention_hours * HOUR_MS)
        configs |= {"cleanup.policy": "compact,delete", "retention.ms": str(retention_ms)}
    elif name in compacted_topics():
        # Whoever reads once a week, such as a sink, learns as well what has gone since.
        retention_ms = round(max(settings.retention_hours, LEAST_REMOVAL_HOURS) * HOUR_MS)
        configs |= {"cleanup.policy": "compact", "delete.retention.ms": str(retention_ms)}
    elif name == WORKERS_TOPIC:
        partitions = 1
        configs |= {"retention.ms": str(WORKERS_RETENTION_MS), "segment.ms": str(WORKERS_RETENTION_MS)}
    else:
        dead = name == DEAD_LETTER_TOPIC
        hours = settings.dead_letter_retention_hours if dead else settings.retention_hours
        size = settings.max_message_bytes if dead else settings.max_raw_bytes
        configs |= {
            "cleanup.policy": "delete",
            "retention.ms": str(round(hours * HOUR_MS)),
            "max.message.bytes": str(size),
        }
    topic = NewTopic(settings.topic(name), partitions, settings.replication_factor or 1, topic_configs=configs)
    if settings.replication_factor is None:
        topic.replication_factor = CLUSTER_DEFAULT  # which aiokafka's constructor refuses
    return topic


async def ensure(settings: Settings, names: Iterable[str] | None = None) -> list[TopicReport]:
    """Create the topics (None: all) that are missing; look at those that are there, and warn of what differs.

    Raises:
        MissingPermission: the log-in may not see one of them, or not create one that is not there.
        TopicError: the broker refuses to create one.
    """
    wanted = {settings.topic(name): name for name in (all_names() if names is None else names)}
    reports = []
    async with admin(settings) as client:
        described = await client.topics(wanted)
        if hidden := [name for name, topic in described.items() if topic.hidden]:
            raise MissingPermission(Need("DESCRIBE", "topic", name) for name in hidden)
        present = [name for name, topic in described.items() if topic.partitions]
        configs = await _configs(client, present)
        for name in present:
            partitions = described[name].partitions
            meant, state = specification(settings, wanted[name]), wanted[name] in STATE_TOPICS
            differs = tuple(_differences(meant, partitions, configs.get(name, {}), may_have_fewer=state))
            reports.append(TopicReport(name, len(partitions), created=False, differs=differs))
            for difference in differs:
                log.warning("topic %s %s", name, difference)
        reports += await _create(client, settings, {name: wanted[name] for name in wanted if name not in present})
    return sorted(reports, key=lambda report: report.name)


async def _create(client: AIOKafkaAdminClient, settings: Settings, missing: Mapping[str, str]) -> list[TopicReport]:
    """Create topics, by name with and without prefix."""
    if not missing:
        return []
    try:
        response = await client.create_topics([specification(settings, name) for name in missing.values()])
    except KafkaError as error:
        raise TopicError(f"cannot create topics: {error}") from None
    refused, reports = [], []
    for name, code, *message in response.topic_errors:
        failure = for_code(code)
        if failure in {TopicAuthorizationFailedError, ClusterAuthorizationFailedError}:
            refused.append(Need("CREATE", "topic", name))
        elif code and failure is not TopicAlreadyExistsError:
            raise TopicError(f"cannot create topic {name}: {(message or [''])[0] or failure.__name__}")
        partitions = specification(settings, missing[name]).num_partitions
        reports.append(TopicReport(name, partitions, created=not code))
    if refused:
        raise MissingPermission(refused)
    return reports


def _differences(
    meant: NewTopic,
    partitions: Sequence[Mapping[str, Any]],
    configs: Mapping[str, str],
    *,
    may_have_fewer: bool = False,
) -> Iterator[str]:
    if len(partitions) != meant.num_partitions and not (may_have_fewer and len(partitions) < meant.num_partitions):
        yield f"has {len(partitions)} partitions, the settings say {meant.num_partitions}"
    copies = {len(partition["replicas"]) for partition in partitions}
    if meant.replication_factor not in {CLUSTER_DEFAULT, *copies}:
        yield f"has {min(copies)} copies of each partition, the settings say {meant.replication_factor}"
    for name in CHECKED_CONFIGS:
        wanted, found = meant.topic_configs.get(name), configs.get(name)
        if wanted is None or found is None or _values(wanted) == _values(found):
            continue
        consequence = "; messages with old time stamps are deleted at once" if wanted == BROKER_TIME else ""
        yield f"has {name}={found}, it should be {wanted}{consequence}"


def _values(config: str) -> set[str]:
    return set(config.split(","))


async def _configs(client: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[str, dict[str, str]]:
    """What is set for topics, by name; nothing of those that the broker does not tell about."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(CHECKED_CONFIGS)) for name in topics]
    try:
        responses = await client.describe_configs(resources) if resources else []
    except KafkaError as error:  # the embedded broker knows some requests not at all
        log.debug("the settings of topics cannot be read: %r", error)
        return {}
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for response in responses
        for code, _, _, name, entries in response.resources
        if not code
    }


async def listing(settings: Settings) -> tuple[list[TopicInfo], list[str]]:
    """The topics of the stream that exist, in the order of `all_names`; and the names (with prefix) of those that the
    log-in may not see."""
    async with admin(settings) as client:
        described = await client.topics(map(settings.topic, all_names()))
    hidden = [name for name, topic in described.items() if topic.hidden]
    names = [name for name in map(settings.topic, all_names()) if described[name].partitions and name not in hidden]
    if not names:
        return [], hidden
    infos = []
    async with connected(consumer(settings)) as reader:
        for name in names:
            partitions = [TopicPartition(name, number) for number in described[name].numbers]
            begin, end = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
            infos.append(
                TopicInfo(
                    name,
                    len(partitions),
                    len(described[name].partitions[0]["replicas"]),
                    {tp.partition: offset for tp, offset in sorted(begin.items())},
                    {tp.partition: offset for tp, offset in sorted(end.items())},
                )
            )
    return infos, hidden
