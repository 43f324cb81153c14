"""Keeps a local copy of a topic of the worker's own up to date: what it knows of the messages that it is assigned.

A worker keeps the partitions that belong to the messages it is assigned. When
it is assigned one, it first reads on to where that partition ended then, so
that it knows what the partition's former owner did.
"""

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents import cluster, kafka
from agents.local_store import STORE_RETRY_SECONDS, LocalStore, LocalStoreError
from agents.permissions import MissingPermission
from agents.settings import Settings
from agents.topic_reader import fingerprint, resume_offset, written_at
from agents.topics import LEAST_REMOVAL_HOURS

log = logging.getLogger("redefluss.topic_replica")

RETRY_SECONDS = 1.0
PAUSE_SECONDS = 1.0
"""Between reads, once the copy is up to date; what this worker did itself is known at once."""
READ_MILLISECONDS = 500
READ_MESSAGES = 500
REMOVALS_SECONDS = LEAST_REMOVAL_HOURS * 3600.0
"""For so long at least the broker keeps messages without a value."""
LONG_PARTITION_MESSAGES = 20_000
"""Messages of a partition that are read faster than it is found out where to begin."""


class TopicReplica(ABC):
    """The assigned partitions of a topic in a local store, kept up to date.

    Args:
        settings: where the topic is.
        topic: its name, without prefix.
        source: the topic (without prefix) whose partitions are assigned; those of `topic` belong to them by number.
        store: the local copy.
        keep_seconds: what is older is not needed; a long topic is not read from its beginning then.
    """

    def __init__(
        self, settings: Settings, topic: str, source: str, store: LocalStore, *, keep_seconds: float | None = None
    ) -> None:
        self._settings = settings
        self._source = settings.topic(source)
        self._topic = settings.topic(topic)
        self._store = store
        self._keep_seconds = keep_seconds
        self._wanted: frozenset[int] | None = None
        self._goal: dict[int, int] = {}
        self._caught_up = asyncio.Event()
        self._more = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.topic_ids: dict[str, str] = {}
        """Name, with prefix, and id of the topic as it was at the last assignment; empty where the broker has no ids.

        Whoever sees that another one has taken its place makes a new copy over the same store.
        """
        self.source_partitions = 0
        """How many partitions `source` had at the last assignment."""
        self.partitions = 0
        """How many partitions the topic had then."""

    @abstractmethod
    def apply(self, partition: int, messages: Sequence[Any], checkpoint: dict[str, Any]) -> None:
        """Write what messages say, and how far their partition is now read, both or neither."""

    def start(self) -> None:
        """Begin to follow the topic."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Follow no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def assign(self, partitions: Iterable[int]) -> None:
        """The partitions of the source topic that are this worker's now; at each assignment, even an equal one."""
        self._wanted = frozenset(partitions)
        self._caught_up.clear()
        self._changed.set()

    async def caught_up(self) -> None:
        """Wait until the copy is as far as the topic was at the assignment."""
        await self._caught_up.wait()

    async def _follow(self) -> None:
        while True:
            pause_seconds = RETRY_SECONDS
            try:
                await self._follow_until_it_fails()
            except LocalStoreError as error:
                log.warning("%s; trying again", error)
                pause_seconds = STORE_RETRY_SECONDS
            except Exception as error:  # articles wait for this: it must go on, whatever a client raises
                why = error if isinstance(error, MissingPermission) else type(error).__name__
                log.warning("cannot read %s (%s); trying again", self._topic, why)
            await asyncio.sleep(pause_seconds)

    async def _follow_until_it_fails(self) -> None:
        consumer = kafka.consumer(self._settings, fetch_max_wait_ms=READ_MILLISECONDS)
        try:
            await consumer.start()
            self._changed.set()
            while True:
                if self._changed.is_set():
                    self._changed.clear()
                    await self._reassign(consumer)
                await self._read(consumer)
        finally:
            with contextlib.suppress(Exception):
                await consumer.stop()

    async def _reassign(self, consumer: AIOKafkaConsumer) -> None:
        found = await cluster.readable_topics(self._settings, self._topic, self._source)
        there = found[self._topic].numbers if self._topic in found else []
        id_ = found[self._topic].id if self._topic in found else None
        self.topic_ids = {} if id_ is None else {self._topic: id_}
        self.partitions = len(there)
        self.source_partitions = len(found[self._source].numbers) if self._source in found else 0
        tps = [TopicPartition(self._topic, number) for number in sorted(self._needed()) if number in there]
        consumer.assign(tps)
        if not tps:
            self._goal = {}
            await self._check_goal(consumer)
            return
        begin, end = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        begin |= await self._recent(consumer, [tp for tp in tps if end[tp] - begin[tp] > LONG_PARTITION_MESSAGES])
        starts = {tp: await self._resume(consumer, tp, begin[tp], end[tp]) for tp in tps}
        why = "was deleted and created again" if None in starts.values() else None
        if why is None and any(self._may_miss_removals(tp, end[tp]) for tp in tps):
            why = "was last read so long ago that the broker may have dropped what was removed since"
        if why is not None or any(self._store.checkpoint(tp.partition) is None for tp in tps):
            self._caught_up.clear()  # it is set where the copy was up to date before its consumer broke
        if why is not None:
            log.warning("%s %s; the local copy is rebuilt from its beginning", self._topic, why)
            self._store.clear()
        for tp, start in starts.items():
            consumer.seek(tp, begin[tp] if start is None or why is not None else start)
        self._goal = {tp.partition: end[tp] for tp in tps}
        await self._check_goal(consumer)

    def _needed(self) -> Iterable[int]:
        """The partitions of the topic that what is known of the assigned messages can lie in.

        The source may have got more partitions than the topic. If they are a multiple, a key's partition of the topic
        is what remains of that of the source; else it may be any.
        """
        if not (self.partitions and self.source_partitions) or self.source_partitions % self.partitions:
            return range(self.partitions)
        return {number % self.partitions for number in self._wanted or ()}

    async def _recent(self, consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Where in long partitions begins what is young enough to be needed.

        Without those of which the broker tells no place, as where nothing is that young: they are read whole.
        """
        if self._keep_seconds is None or not tps:
            return {}
        since_ms = round((time.time() - self._keep_seconds) * 1000)
        found = await consumer.offsets_for_times(dict.fromkeys(tps, since_ms))
        return {tp: place.offset for tp, place in found.items() if place is not None}

    async def _resume(self, consumer: AIOKafkaConsumer, tp: TopicPartition, begin: int, end: int) -> int | None:
        """Where to read on: after what is stored; None if the topic is not the one that was read then."""
        known = self._store.checkpoint(tp.partition)
        if known is None:
            return begin
        former = known.get("topic", "")
        if former and self.topic_ids.get(tp.topic, former) != former:
            return None
        return await resume_offset(
            consumer, tp, offset=int(known["offset"]), last=known.get("last"), begin=begin, end=end
        )

    def _may_miss_removals(self, tp: TopicPartition, end: int) -> bool:
        """Whether there is more to read, and compaction may have dropped messages without a value from it.

        It does so once they have been there for `REMOVALS_SECONDS`, as while another worker had the partition.
        """
        known = self._store.checkpoint(tp.partition)
        if known is None or not known.get("last") or int(known["offset"]) >= end:
            return False
        return written_at(known["last"]) < time.time() - REMOVALS_SECONDS

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        if not consumer.assignment():
            await self._pause()
            return
        if self._caught_up.is_set() and not self._more:
            # Otherwise the client would go on fetching, a request for every few messages.
            consumer.pause(*consumer.assignment())
            await self._pause()
            consumer.resume(*consumer.assignment())
            if self._changed.is_set():
                return
        batches = await consumer.getmany(timeout_ms=READ_MILLISECONDS, max_records=READ_MESSAGES)
        # More follows so large a batch, and what has not come back from the topic is held in memory.
        size = sum(len(message.value or b"") for messages in batches.values() for message in messages)
        self._more = size >= kafka.FETCH_BYTES or sum(map(len, batches.values())) >= READ_MESSAGES
        for tp, messages in batches.items():
            last = messages[-1]
            place = {"offset": last.offset + 1, "last": fingerprint(last), "topic": self.topic_ids.get(tp.topic, "")}
            self.apply(tp.partition, messages, place)
        if not self._caught_up.is_set():
            await self._check_goal(consumer)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), PAUSE_SECONDS)

    async def _check_goal(self, consumer: AIOKafkaConsumer) -> None:
        for partition, end in self._goal.items():
            if await consumer.position(TopicPartition(self._topic, partition)) < end:
                return
        if self._wanted is not None and not self._changed.is_set():  # else there was another assignment meanwhile
            self._caught_up.set()
