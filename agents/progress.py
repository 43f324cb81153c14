"""The progress of each stage's consumer group: how many messages wait for it, and since when it stands still."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, GroupCoordinatorNotAvailableError
from aiokafka.structs import OffsetAndMetadata

from agents import cluster, kafka
from agents.open_transactions import everything_reader
from agents.permissions import MissingPermission, Need
from agents.settings import Settings
from agents.stall_timer import StallTimer
from agents.topic_identity import of_former_topics
from agents.topic_reader import empty_ranges
from pipeline.stages import STAGES, Stage

DESCRIBE_SECONDS = 15.0
"""How long the partitions of topics are taken to be the same, before they are asked for again."""
NEVER = OffsetAndMetadata(-1, "")
"""What a group has committed that has committed nothing."""
GAP_PATIENCE_SECONDS = 4.0
"""A group that stands still for so long is perhaps before a gap in the offsets; before, nobody looks."""


@dataclass(frozen=True)
class PartitionProgress:
    """Where a stage's group stands in one partition.

    Attributes:
        topic: with prefix.
        committed: the offset it has committed; None if it never has in this topic.
        begin: the offset of the first message that is there.
        end: the offset of the next message that will be written.
        readable_end: up to there it can be read: what stands behind waits for a producer to end its transaction.
        only_gaps: up to there, there is no message to do, only what transactions and compaction left.
        still_seconds: how long there have been messages to do that can be read, and no commit; 0 if there are none.
        held_seconds: how long the readable end has been where it is, with messages behind it; 0 if there are none.
    """

    stage: str
    group: str
    topic: str
    partition: int
    committed: int | None
    begin: int
    end: int
    readable_end: int
    only_gaps: bool = False
    still_seconds: float = 0.0
    held_seconds: float = 0.0

    @property
    def next_offset(self) -> int:
        """Of the message that is to be done next. A place that is no more in the topic says nothing of what is."""
        committed = self.committed or 0
        return committed if self.begin <= committed <= self.end else self.begin

    @property
    def unread(self) -> int:
        """Messages still to be done that can be read, gaps between them included."""
        return 0 if self.only_gaps else max(0, self.readable_end - self.next_offset)

    @property
    def held(self) -> int:
        """Messages that nobody can read yet, since a producer has begun a transaction before them and not ended it."""
        return self.end - self.readable_end

    @property
    def oldest_offset(self) -> int:
        """Where the oldest message that waits is to be looked for."""
        return self.next_offset if self.unread else self.readable_end

    @property
    def lag(self) -> int:
        """Messages still to be done, gaps between them included."""
        return self.unread + self.held


class ProgressReader:
    """Asks the broker, over clients that stay open.

    Args:
        settings: where.
        consumer: any that is started; what it reads is left alone.
        gap_patience_seconds: how long a group stands still before it is checked whether there is a gap.
    """

    def __init__(
        self,
        settings: Settings,
        consumer: AIOKafkaConsumer,
        gap_patience_seconds: float = GAP_PATIENCE_SECONDS,
    ) -> None:
        self._settings = settings
        self._consumer = consumer
        self._everything_reader = everything_reader(settings)
        self._gap_patience_seconds = gap_patience_seconds
        self._admin = cluster.Admin(**settings.client_options(), request_timeout_ms=5000)
        self._still, self._held = StallTimer(), StallTimer()
        self._looked: dict[tuple[str, TopicPartition], tuple[int, int, bool]] = {}
        """By group and partition: next offset, readable end, and whether there are only gaps between them."""
        self._partitions: dict[str, list[int]] = {}
        self.topic_ids: dict[str, str] = {}
        """Of the topics that were asked about and are there, by name with prefix; without those that have none."""
        self._described_at = -math.inf
        self._coordinators: dict[str, int] = {}

    async def start(self) -> None:
        """Connect."""
        await kafka.connect(self._admin)
        await kafka.connect(self._everything_reader)

    async def stop(self) -> None:
        """Disconnect."""
        try:
            await self._admin.close()
        finally:
            await self._everything_reader.stop()

    async def read(self, stages: Sequence[Stage] = STAGES) -> dict[str, list[PartitionProgress]]:
        """By stage, where its group stands in each partition of its source topic; none where that is not there.

        Raises:
            KafkaError: the broker does not answer, or not with that.
            MissingPermission: the log-in may not see a topic or group.
        """
        known = await self.partitions(stage.source for stage in stages)
        offsets = {
            stage.name: await self._committed(self._settings.group(stage.name), known[stage.source]) for stage in stages
        }
        if any(of_former_topics(committed, self.topic_ids) for committed in offsets.values()):
            self.describe_again()  # or what is known of the topics is old
            await self.partitions(stage.source for stage in stages)
        everything = list({partition for partitions in known.values() for partition in partitions})
        begins = await self._consumer.beginning_offsets(everything) if everything else {}
        # Asked last, or a message could be committed that was written after the end.
        ends = await self._everything_reader.end_offsets(everything) if everything else {}
        readable = await self._consumer.end_offsets(everything) if everything else {}
        found: dict[str, list[PartitionProgress]] = {}
        for stage in stages:
            committed = offsets[stage.name]
            of_this = committed | dict.fromkeys(of_former_topics(committed, self.topic_ids), NEVER)
            found[stage.name] = [
                self._place(stage, tp, of_this[tp], begins[tp], ends[tp], readable[tp]) for tp in sorted(of_this)
            ]
        return await self._without_gaps(found)

    def _place(
        self, stage: Stage, tp: TopicPartition, committed: OffsetAndMetadata, begin: int, end: int, readable_end: int
    ) -> PartitionProgress:
        group = self._settings.group(stage.name)
        offset = None if committed.offset < 0 else committed.offset
        place = PartitionProgress(
            stage=stage.name,
            group=group,
            topic=tp.topic,
            partition=tp.partition,
            committed=offset,
            begin=begin,
            end=max(end, readable_end),
            readable_end=readable_end,
        )
        known = self._looked.get((group, tp))
        gaps = known is not None and known == (place.next_offset, readable_end, True)
        place = replace(place, only_gaps=gaps)
        now = time.monotonic()
        return replace(
            place,
            still_seconds=self._still.see((group, tp), offset, waits=place.unread > 0, now=now),
            held_seconds=self._held.see((group, tp), readable_end, waits=place.held > 0, now=now),
        )

    async def _without_gaps(self, found: dict[str, list[PartitionProgress]]) -> dict[str, list[PartitionProgress]]:
        """The same, once it has been checked whether those that stand still have anything to do."""
        for stage, places in found.items():
            doubtful = {
                TopicPartition(place.topic, place.partition): place for place in places if self._is_doubtful(place)
            }
            ranges = {tp: (place.next_offset, place.readable_end) for tp, place in doubtful.items()}
            empty = await empty_ranges(self._settings, ranges)
            for tp, place in doubtful.items():
                self._looked[(place.group, tp)] = (place.next_offset, place.readable_end, tp in empty)
            found[stage] = [self._settled(place, empty) for place in places]
        return found

    def _is_doubtful(self, place: PartitionProgress) -> bool:
        """Whether nobody has looked yet: a message that was found stays one until it is done."""
        known = self._looked.get((place.group, TopicPartition(place.topic, place.partition)))
        message_found = known is not None and known[0] == place.next_offset and not known[2]
        return place.unread > 0 and place.still_seconds >= self._gap_patience_seconds and not message_found

    def _settled(self, place: PartitionProgress, empty: set[TopicPartition]) -> PartitionProgress:
        tp = TopicPartition(place.topic, place.partition)
        if tp not in empty:
            return place
        self._still.see((place.group, tp), place.committed, waits=False, now=0.0)
        return replace(place, only_gaps=True, still_seconds=0.0)

    async def _committed(self, group: str, partitions: list[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        if not partitions:
            return {}
        coordinator = self._coordinators.pop(group, None)
        if coordinator is None:
            try:
                coordinator = await self._admin.find_coordinator(group)
            except GroupAuthorizationFailedError:
                raise MissingPermission([Need("DESCRIBE", "group", group)]) from None
        offsets = await self._admin.committed(group, partitions, coordinator=coordinator)
        self._coordinators[group] = coordinator  # only now: after an error it may be another
        return offsets

    async def partitions(self, names: Iterable[str]) -> dict[str, list[TopicPartition]]:
        """The partitions of topics, which may grow or come later; none where a topic is not there yet.

        A consumer knows the topics it reads already, and no others.
        """
        wanted = {self._settings.topic(name): name for name in names}
        now = time.monotonic()
        if not wanted.keys() <= self._partitions.keys() or now - self._described_at > DESCRIBE_SECONDS:
            described = await self._admin.topics(sorted(wanted.keys() | self._partitions.keys()))
            if hidden := [name for name, topic in described.items() if topic.hidden]:
                raise MissingPermission(Need("DESCRIBE", "topic", name) for name in hidden)
            for name, topic in described.items():  # others may have been asked about meanwhile
                self._partitions.pop(name, None)
                self.topic_ids.pop(name, None)
                if topic.partitions:
                    self._partitions[name] = topic.numbers
                    if topic.id is not None:
                        self.topic_ids[name] = topic.id
            self._described_at = now
        return {
            name: [TopicPartition(topic, number) for number in self._partitions.get(topic, ())]
            for topic, name in wanted.items()
        }

    def describe_again(self) -> None:
        """Ask the broker about the topics at the next question, and not only when what is known is old."""
        self._described_at = -math.inf


@asynccontextmanager
async def progress_reader(settings: Settings, **options: Any) -> AsyncIterator[ProgressReader]:
    """A reader with clients of its own, for the length of a `with` block."""
    async with kafka.connected(kafka.consumer(settings)) as consumer:
        reader = ProgressReader(settings, consumer, **options)
        try:
            await reader.start()
            yield reader
        finally:
            await reader.stop()


async def read_progress(settings: Settings) -> list[PartitionProgress]:
    """How far the stages are now, by partition of their source topics; gaps are looked for at once."""
    async with progress_reader(settings, gap_patience_seconds=0.0) as reader:
        return await places_of(reader, STAGES)


async def places_of(reader: ProgressReader, stages: Sequence[Stage]) -> list[PartitionProgress]:
    """Where the groups of stages stand in each partition; waits while a new cluster does not know the groups yet."""
    for _ in range(cluster.COORDINATOR_TRIES):
        try:
            found = await reader.read(stages)
        except GroupCoordinatorNotAvailableError:
            await asyncio.sleep(cluster.COORDINATOR_SECONDS)
        else:
            return [place for of_stage in found.values() for place in of_stage]
    raise GroupCoordinatorNotAvailableError
