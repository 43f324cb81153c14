"""From the topics into the store."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from agents import kafka
from agents.backlog import OldestUnread
from agents.permissions import MissingPermission, in_words
from agents.progress import PartitionProgress, ProgressReader
from agents.report_models import ProgramSaid, WorkerLeft, WorkerSaid, checked
from agents.settings import Settings
from agents.topic_reader import fingerprint, resume_offset
from agents.topics import REPLAYED_TOPIC, WORKERS_TOPIC, TopicError, ensure
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, STATEMENTS_TOPIC
from schemas.codec import one_line

READ_TOPICS = (FINISHED_TOPIC, STATEMENTS_TOPIC, DEAD_LETTER_TOPIC, REPLAYED_TOPIC)
"""What the store is filled from; where it has read to in them is kept in it."""
BATCH_MESSAGES, BATCH_BYTES = 200, 8_388_608
"""Written at once: whichever is reached first."""
FETCH_MESSAGES = 4
"""Taken from the client at once: this many of the largest articles are beyond `BATCH_BYTES` at most."""
PAUSE_SECONDS = 1.0
"""Between reads, so that a busy stream is read and written in batches."""
LOOK_SECONDS = 3.0
"""Between questions to the broker about how far the stages are."""
SAMPLE_SECONDS = 5.0
"""Between the points of the backlog's course."""
PRUNE_SECONDS = 60.0
"""Between looks for what is to be forgotten."""
WORKER_FORGOTTEN_SECONDS = 600.0
"""A worker that has been silent for so long is no longer shown."""
PROGRAM_FORGOTTEN_SECONDS = 7 * 86_400.0
"""Feeds and sinks: one that died is to be seen for longer, since nobody takes its work over."""
FORMER_REPORTS = 300
"""Of the workers, read at the start: the last report of one that has ended may be among them."""

log = logging.getLogger(__name__)


class Collector:
    """Reads on from where the store left off, for as long as the process lives.

    It belongs to no consumer group: every host keeps all that the pages show, so
    that any worker can answer for the whole cluster, and reading moves no offsets
    that the stream's own groups depend on.
    """

    def __init__(self, settings: Settings, writer: StoreWriter) -> None:
        self._settings = settings
        self._writer = writer
        self._names = {settings.topic(name): name for name in (*READ_TOPICS, WORKERS_TOPIC)}
        self._positions = writer.positions()
        """Offset to go on from, and what the message before it is known by, see `_mark`."""
        self._ids: dict[str, str] = {}
        """Of the topics that are read, by name with prefix; without those of which the broker does not tell."""
        self._doubtful: set[TopicPartition] = set()
        """They gave messages from before the position."""
        self._consumer = kafka.consumer(
            settings,
            fetch_max_wait_ms=500,
            request_timeout_ms=10_000,
            metadata_max_age_ms=15_000,
        )

    async def run(self) -> None:
        """Read until cancelled.

        Raises:
            ExceptionGroup: of KafkaError or OSError: the broker is away for longer than the client waits; of StoreGone.
        """
        try:
            await self._run()
        except* (KafkaError, OSError, MissingPermission) as errors:
            self._note_broker(errors.exceptions[0])
            raise

    async def _run(self) -> None:
        progress = ProgressReader(self._settings, self._consumer)
        try:
            await kafka.connect(self._consumer)
            await progress.start()
            await self._ensure_workers_topic()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(progress))
                tasks.create_task(self._look(progress))
        finally:
            try:
                await progress.stop()
            finally:
                await self._consumer.stop()

    async def _read(self, progress: ProgressReader) -> None:
        pruned, more = 0.0, True
        while True:
            if time.monotonic() - pruned > PRUNE_SECONDS:
                while self._writer.prune_some(time.time(), all_read=not more):
                    await asyncio.sleep(0)  # the worker's reports are sent in between
                self._writer.forget_workers(time.time() - WORKER_FORGOTTEN_SECONDS)
                self._writer.forget_programs(time.time() - PROGRAM_FORGOTTEN_SECONDS)
                pruned = time.monotonic()
            await self._assign(progress)
            if not self._consumer.assignment():
                await asyncio.sleep(1)
                continue
            self._consumer.resume(*self._consumer.assignment())
            messages, more = await self._batch()
            if messages:
                self._writer.add(messages)
            if not more:
                # Otherwise the client would go on fetching, a request for every few messages.
                self._consumer.pause(*self._consumer.assignment())
                await asyncio.sleep(PAUSE_SECONDS)

    async def _batch(self) -> tuple[list[TopicMessage], bool]:
        """What the store does not have yet, as much as is written at once; and whether there may be more already."""
        messages: list[TopicMessage] = []
        size, wait_ms = 0, 500
        while len(messages) < BATCH_MESSAGES and size < BATCH_BYTES:
            fetched = await self._consumer.getmany(timeout_ms=wait_ms, max_records=FETCH_MESSAGES)
            if not fetched:
                return messages, False
            for partition, records in fetched.items():
                name = self._names[partition.topic]
                if name == WORKERS_TOPIC:
                    self._take_reports(records)
                else:
                    messages.extend(self._fresh(name, partition, records))
                    size += sum(len(record.value or b"") for record in records)
            wait_ms = 0
        return messages, True

    async def _assign(self, progress: ProgressReader) -> None:
        """Begin to read what is new: partitions, and topics that have taken the place of others of their name."""
        if self._doubtful:
            progress.describe_again()
        partitions = await progress.partitions(self._names.values())
        ids = dict(progress.topic_ids)
        present = {partition for found in partitions.values() for partition in found}
        replaced = {name for name, id_ in ids.items() if self._ids.get(name, id_) != id_}
        read = present & self._consumer.assignment()
        anew = {tp for tp in read if tp.topic in replaced or tp in self._doubtful}
        added = (present - read) | anew
        self._doubtful.clear()
        if not added:
            return
        kept = {tp: await self._consumer.position(tp) for tp in present - added}
        self._consumer.assign(list(present))
        for partition, position in kept.items():
            self._consumer.seek(partition, position)
        begins, ends = (
            await self._consumer.beginning_offsets(list(added)),
            await self._consumer.end_offsets(list(added)),
        )
        for partition in added:
            name = self._names[partition.topic]
            if name == WORKERS_TOPIC:
                start = max(begins[partition], ends[partition] - FORMER_REPORTS)
            elif partition in anew:
                self._begin_anew(name, partition)
                start = begins[partition]
            else:
                start = await self._resume(
                    name, partition, ids.get(partition.topic), begins[partition], ends[partition]
                )
            self._consumer.seek(partition, start)
        self._ids |= {tp.topic: ids[tp.topic] for tp in added if tp.topic in ids}

    async def _resume(self, name: str, partition: TopicPartition, id_: str | None, begin: int, end: int) -> int:
        known = self._positions.get((name, partition.partition))
        if known is None:
            return begin
        last, _, former = known[1].partition(" ")
        start: int | None = None
        if not former or id_ in {None, former}:
            start = await resume_offset(self._consumer, partition, offset=known[0], last=last, begin=begin, end=end)
        if start is None:
            self._begin_anew(name, partition)
            return begin
        return start

    async def _ensure_workers_topic(self) -> None:
        try:
            await ensure(self._settings, [WORKERS_TOPIC])
        except (TopicError, MissingPermission) as error:
            log.warning("the topic of the workers' status cannot be created: %s", error)

    def _fresh(self, name: str, partition: TopicPartition, records: Iterable[Any]) -> list[TopicMessage]:
        """The records that the store does not have yet; none from where the topic is no longer the one it knew."""
        key = name, partition.partition
        found: list[TopicMessage] = []
        if partition in self._doubtful:
            return found
        for record in records:
            message = TopicMessage(
                topic=name,
                partition=record.partition,
                offset=record.offset,
                timestamp=record.timestamp / 1000,
                value=record.value,
                fingerprint=self._mark(partition, record),
                headers={header: (value or b"").decode("utf-8", "replace") for header, value in record.headers},
                key=record.key,
            )
            if record.offset < self._positions.get(key, (0, ""))[0]:
                self._doubtful.add(partition)
                return found
            self._positions[key] = record.offset + 1, message.fingerprint
            found.append(message)
        return found

    def _mark(self, partition: TopicPartition, record: Any) -> str:
        """By what a message is recognised at its offset: itself, and the topic that it is in."""
        return f"{fingerprint(record)} {self._ids.get(partition.topic, '')}".rstrip()

    def _begin_anew(self, name: str, partition: TopicPartition) -> None:
        log.warning("%s/%s was deleted and created again: reading from its beginning", name, partition.partition)
        self._writer.forget_positions(name, partition.partition)
        self._positions.pop((name, partition.partition), None)

    def _take_reports(self, records: Iterable[Any]) -> None:
        for record in records:
            at = record.timestamp / 1000
            try:
                self._take_report(orjson.loads(record.value or b""), at)
            except (TypeError, ValueError) as error:  # TypeError: more in one another than can be written again
                log.warning("a report on the topic %s is left out: %s", WORKERS_TOPIC, one_line(str(error)))

    def _take_report(self, said: Any, at: float) -> None:
        match report := checked(said):
            case ProgramSaid():
                self._writer.put_program(report.program, report.name, at, said)
            case WorkerLeft():
                self._writer.put_left(report.worker, at)
            case WorkerSaid():
                self._writer.put_worker(report.worker, at, said)

    async def _look(self, progress: ProgressReader) -> None:
        sampled = 0.0
        oldest = OldestUnread(self._settings)
        while True:
            self._writer.check_place()
            now = time.time()
            try:
                places = await asyncio.wait_for(progress.read(), timeout=8)
                store_lag = await asyncio.wait_for(self._lag(), timeout=8)
                written = await oldest.look(places)
            except (KafkaError, TimeoutError, OSError, MissingPermission) as error:
                self._note_broker(error)
            else:
                self._note_broker(None)
                self._writer.put_state("places", now, as_state(places, written))
                self._writer.put_state("store", now, {"lag": store_lag, "unreadable": self._writer.unreadable})
                if now - sampled >= SAMPLE_SECONDS:
                    sampled = now
                    self._writer.add_samples(
                        now,
                        {
                            stage: (sum(p.committed or 0 for p in found), sum(p.lag for p in found))
                            for stage, found in places.items()
                        },
                    )
            await asyncio.sleep(LOOK_SECONDS)

    def _note_broker(self, error: BaseException | None) -> None:
        detail = None if error is None else (in_words(error) or str(error) or type(error).__name__)[:300]
        self._writer.put_state("broker", time.time(), {"ok": error is None, "detail": detail})

    async def _lag(self) -> int:
        partitions = [tp for tp in self._consumer.assignment() if self._names[tp.topic] != WORKERS_TOPIC]
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        lag = 0
        for partition, end in ends.items():
            lag += max(0, end - await self._consumer.position(partition))
        return lag


def as_state(
    places: Mapping[str, Sequence[PartitionProgress]], written: Mapping[tuple[str, int], float]
) -> dict[str, Any]:
    """As it is kept in the store; `written` is when the oldest message that waits was, by stage and partition."""
    return {
        stage: [
            asdict(place) | {"lag": place.lag, "held": place.held, "oldest_at": written.get((stage, place.partition))}
            for place in found
        ]
        for stage, found in places.items()
    }
