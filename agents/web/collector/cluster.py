"""What the broker knows about the stream: offsets and how far each stage's group has come."""

import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import OffsetAndMetadata

from agents.kafka import connect
from agents.settings import Settings
from agents.web.collector.progress import Place, ProgressWatch
from pipeline.stages import STAGES

DESCRIBE_SECONDS = 15.0


class Cluster:
    """Asks the broker, over clients that stay open."""

    def __init__(self, settings: Settings, consumer: AIOKafkaConsumer) -> None:
        self._settings = settings
        self._consumer = consumer
        self._admin = AIOKafkaAdminClient(**settings.client_options(), request_timeout_ms=5000)
        self._watch = ProgressWatch()
        self._partitions: dict[str, list[int]] = {}
        self._described = 0.0
        self._coordinators: dict[str, int] = {}

    async def start(self) -> None:
        """Connect."""
        await connect(self._admin)

    async def stop(self) -> None:
        """Disconnect."""
        await self._admin.close()

    async def ensure_topic(self, name: str, retention_seconds: float) -> None:
        """Make a topic of one partition, if it is missing and the broker allows it."""
        topic = self._settings.topic(name)
        if topic in await self._admin.list_topics():
            return
        milliseconds = str(int(retention_seconds * 1000))
        await self._admin.create_topics(
            [
                NewTopic(
                    topic,
                    num_partitions=1,
                    replication_factor=self._settings.replication_factor,
                    topic_configs={"retention.ms": milliseconds, "segment.ms": milliseconds},
                )
            ]
        )

    async def places(self) -> dict[str, list[Place]]:
        """By stage, where its group stands in each partition of its source topic.

        Raises:
            KafkaError: the broker does not answer, or not with that.
        """
        known = await self.partitions(stage.source for stage in STAGES)
        everything = [partition for partitions in known.values() for partition in partitions]
        begins = await self._consumer.beginning_offsets(everything) if everything else {}
        ends = await self._consumer.end_offsets(everything) if everything else {}
        found: dict[str, list[Place]] = {}
        for stage in STAGES:
            partitions = known[stage.source]
            if not partitions:
                found[stage.name] = []
                continue
            offsets = await self._committed(self._settings.group(stage.name), partitions)
            now = time.monotonic()
            found[stage.name] = [
                self._watch.see(
                    stage.name,
                    tp.partition,
                    committed=None if offsets[tp].offset < 0 else offsets[tp].offset,
                    begin=begins[tp],
                    end=ends[tp],
                    now=now,
                )
                for tp in sorted(partitions)
            ]
        return found

    async def _committed(self, group: str, partitions: list[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        coordinator = self._coordinators.pop(group, None)
        if coordinator is None:
            coordinator = await self._admin.find_coordinator(group)
        offsets: dict[TopicPartition, OffsetAndMetadata] = await self._admin.list_consumer_group_offsets(
            group, group_coordinator_id=coordinator, partitions=partitions
        )
        if not offsets.keys() >= set(partitions):  # so aiokafka answers where the broker answers with an error
            raise GroupCoordinatorNotAvailableError
        self._coordinators[group] = coordinator  # only now: after an error it may be another
        return offsets

    async def partitions(self, names: Iterable[str]) -> dict[str, list[TopicPartition]]:
        """The partitions of topics, which may grow or come later; none where a topic is not there yet.

        A consumer knows the topics it reads already, and no others.
        """
        wanted = {self._settings.topic(name): name for name in names}
        now = time.monotonic()
        if not wanted.keys() <= self._partitions.keys() or now - self._described > DESCRIBE_SECONDS:
            present = sorted((wanted.keys() | self._partitions.keys()) & set(await self._admin.list_topics()))
            self._partitions = {
                topic["topic"]: sorted(partition["partition"] for partition in topic["partitions"])
                for topic in (await self._admin.describe_topics(present) if present else ())
            }
            self._described = now
        return {
            name: [TopicPartition(topic, number) for number in self._partitions.get(topic, ())]
            for topic, name in wanted.items()
        }


def as_state(places: dict[str, list[Place]]) -> dict[str, Any]:
    """As it is kept in the store."""
    return {stage: [asdict(place) | {"lag": place.lag} for place in found] for stage, found in places.items()}
