"""Which partitions a sink reads, and where it begins in each.

A sink reads all partitions by itself, and begins where its store says that it is, or else where its consumer group has
committed.

A topic that was deleted and created again has the same name and other messages. So each position names the topic that
it belongs to, by the id that the broker gives to topics, and whether the topic still is the one that is read is looked
at now and then: messages of another one that were read before that came out are read again, from its beginning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from agents import cluster
from agents.settings import Settings
from agents.sinks.store import StoredPosition
from agents.topic_reader import NoSuchTopic, resume_offset

COORDINATOR_SECONDS = 15.0
"""A new cluster may take so long until it has a coordinator, which it makes when the first group asks for one."""


@dataclass(frozen=True)
class UnreadPartitions:
    """Partitions that are not read yet.

    Attributes:
        topic_ids: the id of its topic by partition; None where the broker does not tell.
        replaced: names, with prefix, of topics that have taken the place of those that were read.
        begins: the first offset of each.
        ends: the offset after the last of each.
        stored: up to where they are stored; those that are not are left out.
    """

    topic_ids: Mapping[TopicPartition, str | None]
    replaced: set[str]
    begins: Mapping[TopicPartition, int]
    ends: Mapping[TopicPartition, int]
    stored: Mapping[TopicPartition, StoredPosition]


class Assignment:
    """The partitions that a sink reads.

    Args:
        settings: where they are.
        consumer: reads them; has no partition yet.
        topics: names, with prefix.
        group: the consumer group.
        from_now: if nothing is stored yet, begin with what comes from now on, not with what is there.
        say: is told what a person should know, a line at a time.
    """

    def __init__(
        self,
        settings: Settings,
        consumer: AIOKafkaConsumer,
        topics: Sequence[str],
        *,
        group: str,
        from_now: bool,
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._consumer = consumer
        self._topics = topics
        self._group = group
        self._from_now = from_now
        self._say = say
        self._ids: dict[str, str] = {}
        """Of the topics that are read, by name with prefix; empty where the broker does not tell."""
        self.kept_by_store: Mapping[TopicPartition, StoredPosition] | None = None
        """How far the store said that it is when it was opened; None: it does not keep that."""
        self.stored: dict[TopicPartition, StoredPosition] = {}
        """How far the partitions that are read are stored now."""
        self.ends: dict[TopicPartition, int] = {}
        """Where the partitions that are read ended when they were found."""

    def position(self, tp: TopicPartition, offset: int, last: str) -> StoredPosition:
        """A position in a partition that is read.

        Args:
            tp: the partition.
            offset: of the next message.
            last: fingerprint of the last one; empty if none was read.
        """
        return StoredPosition(offset, f"{last} {self._ids.get(tp.topic, '')}".rstrip())

    async def find(self, *, added: bool = True) -> UnreadPartitions | None:
        """Partitions that are not read yet, if there are any, and all of a topic that was created again.

        Args:
            added: False: only those of topics that were created again.

        Raises:
            NoSuchTopic: one that was read is gone.
        """
        topics = await cluster.readable_topics(self._settings, *self._topics)
        if gone := self._ids.keys() - topics.keys():
            raise NoSuchTopic(f"topic {min(gone)} was deleted; what was not stored yet is lost with it")
        replaced = {name for name, id_ in self._ids.items() if id_ and topics[name].id not in {None, id_}}
        here = [TopicPartition(name, number) for name, topic in topics.items() for number in topic.numbers]
        new = [tp for tp in here if tp.topic in replaced or (added and tp not in self.ends)]
        if not new:
            return None
        return UnreadPartitions(
            {tp: topics[tp.topic].id for tp in new},
            replaced,
            await self._consumer.beginning_offsets(new),
            await self._consumer.end_offsets(new),
            await self._stored_positions(new),
        )

    async def begin(self, new: UnreadPartitions) -> dict[TopicPartition, StoredPosition]:
        """Read them from now on, each where the store is, and those of a topic that was created again from their
        beginning. What was fetched and not taken yet is fetched again.

        Returns:
            Positions that the store is to be told at once. A new store that begins with what comes from now on is told
            where that is: what comes later, even to a partition that is found later or has no message before the next
            start, is not taken for something older.
        """
        from_ends = self._from_now and not self.ends and not new.stored
        former = [tp for tp in self.ends if tp.topic in new.replaced]
        offsets = {tp: await self._consumer.position(tp) for tp in self.ends if tp not in former}
        self._consumer.assign([*offsets, *new.ends])
        try:
            offsets |= new.ends if from_ends else {tp: await self._start(tp, new) for tp in new.ends}
        except BaseException:
            self._consumer.assign(list(offsets))  # what is new is looked for again
            raise
        finally:
            for tp, offset in offsets.items():
                self._consumer.seek(tp, offset)
        for tp in former:
            del self.ends[tp]
            self.stored.pop(tp, None)
        for name in new.replaced:
            self._say(f"{name} was created again; it is read from its beginning")
        self._ids |= {tp.topic: id_ or "" for tp, id_ in new.topic_ids.items()}
        self.ends |= new.ends
        return {tp: self.position(tp, end, "") for tp, end in new.ends.items()} if from_ends else {}

    async def _start(self, tp: TopicPartition, new: UnreadPartitions) -> int:
        """The offset to read from in a new partition."""
        begin, end, topic_id = new.begins[tp], new.ends[tp], new.topic_ids[tp]
        position = None if tp.topic in new.replaced else new.stored.get(tp)
        if position is None:
            return begin
        where = f"{tp.topic}/{tp.partition}"
        last, _, id_ = position.fingerprint.partition(" ")
        known: int | None = None
        if not id_ or topic_id in {None, id_}:
            if position.offset < begin:
                self._say(f"{where}: {begin - position.offset:,} messages were deleted before they were read")
            if last:
                known = await resume_offset(self._consumer, tp, offset=position.offset, last=last, begin=begin, end=end)
            elif position.offset <= end:  # nothing was read, or nobody says what: a person, or the embedded broker
                known = max(begin, position.offset)
        if known is None:
            self._say(f"{where} is another than the one that was read; it is read from its beginning")
            return begin
        self.stored[tp] = StoredPosition(known, position.fingerprint)
        return known

    async def _stored_positions(self, partitions: list[TopicPartition]) -> Mapping[TopicPartition, StoredPosition]:
        """How far the partitions are stored: as the store says, or else as the group has committed."""
        if self.kept_by_store is not None:
            return self.kept_by_store
        async with cluster.admin(self._settings) as client:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(KafkaError),
                stop=stop_after_delay(COORDINATOR_SECONDS),
                wait=wait_fixed(0.5),
                reraise=True,
            ):
                with attempt:
                    node = await client.find_coordinator(self._group)
                    found = await client.committed(self._group, partitions, coordinator=node)
        kept = {tp: known for tp, known in found.items() if known.offset >= 0}
        return {tp: StoredPosition(known.offset, known.metadata or "") for tp, known in kept.items()}
