"""The topics on the broker: made as the settings say, checked, listed."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from agents.kafka import admin, consumer
from agents.settings import Settings
from pipeline.stages import DEAD_LETTER_TOPIC, compacted_topics, topic_names

log = logging.getLogger("redefluss.topics")

SEEN_TOPIC = "articles.seen"
"""Which articles were processed, by id; what duplicates are recognised by."""
REPLAYED_TOPIC = "articles.replayed"
"""Which dead letters were replayed, by where they stand."""
WORKERS_TOPIC = "workers"
"""On it the workers tell each other what they do; only their pages read it."""
INTERNAL_TOPICS = (SEEN_TOPIC, REPLAYED_TOPIC, WORKERS_TOPIC)
WORKERS_RETENTION_MS = 3_600_000

HOUR_MS = 3_600_000


def all_names() -> tuple[str, ...]:
    """Every topic that a worker needs, without prefix."""
    return (*topic_names(), *INTERNAL_TOPICS)


class TopicError(Exception):
    """A topic cannot be made, or is not as the stream needs it: one line."""


@dataclass(frozen=True)
class TopicReport:
    """What `ensure` found or did: `created`, else the topic was there with `partitions`."""

    name: str
    partitions: int
    created: bool


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
    """How the topic `name` (without prefix) is made."""
    configs = {"min.insync.replicas": str(settings.min_insync_replicas)}
    partitions = settings.partitions
    if name == SEEN_TOPIC:
        retention_ms = round(max(settings.duplicate_hours, 1) * HOUR_MS)
        configs |= {"cleanup.policy": "compact,delete", "retention.ms": str(retention_ms)}
    elif name == REPLAYED_TOPIC or name in compacted_topics():
        configs |= {"cleanup.policy": "compact"}
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
    return NewTopic(settings.topic(name), partitions, settings.replication_factor, topic_configs=configs)


async def ensure(settings: Settings, names: Iterable[str] | None = None) -> list[TopicReport]:
    """Create the topics (None: all) that are missing; look at those that are there.

    Raises:
        TopicError: the broker refuses to create one.
    """
    wanted = {settings.topic(name): name for name in (all_names() if names is None else names)}
    reports = []
    async with admin(settings) as client:
        existing = set(await client.list_topics())
        present = [name for name in wanted if name in existing]
        for description in await client.describe_topics(present) if present else []:
            name, partitions = description["topic"], len(description["partitions"])
            reports.append(TopicReport(name, partitions, created=False))
            meant = specification(settings, wanted[name]).num_partitions
            if partitions != meant:
                log.warning("topic %s has %d partitions, the settings say %d", name, partitions, meant)
        missing = [specification(settings, wanted[name]) for name in wanted if name not in existing]
        if missing:
            try:
                response = await client.create_topics(missing)
            except KafkaError as error:
                raise TopicError(f"cannot create topics: {error}") from None
            for name, code, *message in response.topic_errors:
                failure = for_code(code)
                if code and failure is not TopicAlreadyExistsError:
                    raise TopicError(f"cannot create topic {name}: {(message or [''])[0] or failure.__name__}")
                partitions = specification(settings, wanted[name]).num_partitions
                reports.append(TopicReport(name, partitions, created=not code))
    return sorted(reports, key=lambda report: report.name)


async def listing(settings: Settings, wanted: Iterable[str] | None = None) -> list[TopicInfo]:
    """Those of the topics (without prefix; None: all of the stream) that exist, in that order."""
    async with admin(settings) as client:
        existing = set(await client.list_topics())
        names = [name for name in map(settings.topic, all_names() if wanted is None else wanted) if name in existing]
        described = {item["topic"]: item["partitions"] for item in await client.describe_topics(names)} if names else {}
    if not names:
        return []
    reader = consumer(settings)
    await reader.start()
    try:
        infos = []
        for name in names:
            partitions = [TopicPartition(name, item["partition"]) for item in described[name]]
            begin, end = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
            infos.append(
                TopicInfo(
                    name,
                    len(partitions),
                    len(described[name][0]["replicas"]) if partitions else 0,
                    {tp.partition: offset for tp, offset in sorted(begin.items())},
                    {tp.partition: offset for tp, offset in sorted(end.items())},
                )
            )
        return infos
    finally:
        await reader.stop()
