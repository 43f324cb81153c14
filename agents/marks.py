"""The local copy of the topic `articles.seen`: what duplicates are recognised by.

A worker keeps the partitions that belong to the articles it is assigned. When
it is assigned one, it first reads on to where that partition ended then, so
that it knows what the partition's former owner did.
"""

import asyncio
import contextlib
import fcntl
import logging
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from rocksdict import AccessType, Options, Rdict, WriteBatch

from agents import kafka
from agents.duplicates import Mark
from agents.settings import Settings
from agents.topics import SEEN_TOPIC

log = logging.getLogger("redefluss.marks")

SOURCE_TOPIC = "articles.cleaned"
"""Its partitions are those of the marks, unless their numbers differ: then all are kept."""
RETRY_SECONDS = 1.0
PAUSE_SECONDS = 1.0
"""Between reads, once the copy is up to date; what this worker did itself is known at once."""
READ_MILLISECONDS = 500
WRITE_BUFFER_BYTES = 4_000_000


class MarkStore:
    """Marks by article id in RocksDB, in the first folder under `folder` that no other worker uses.

    Args:
        folder: holds one folder a worker: `0`, `1`, ….
        keep_seconds: marks older than this are dropped.
    """

    def __init__(self, folder: Path, keep_seconds: float) -> None:
        self._path, self._lock = _claim(folder)
        self._keep_seconds = keep_seconds
        self._db = self._open()

    def get(self, key: bytes) -> Mark | None:
        """The mark of an article id."""
        data = self._db.get(b"m" + key)
        return None if data is None else Mark.decode(data)

    def take(self, partition: int, marks: Mapping[bytes, bytes], checkpoint: dict[str, Any]) -> None:
        """Write encoded marks by article id and how far their partition is now read, both or neither.

        What is here thus never lacks the checkpoint by which it is recognised as another topic's.
        """
        batch = WriteBatch(raw_mode=True)
        for key, data in marks.items():
            batch.put(b"m" + key, data)
        batch.put(b"c%d" % partition, orjson.dumps(checkpoint))
        self._db.write(batch)

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        """How far the partition was read: `offset` of the next message, and what the one before was."""
        data = self._db.get(b"c%d" % partition)
        return None if data is None else orjson.loads(data)

    def clear(self) -> None:
        """Forget everything."""
        self._db.close()
        shutil.rmtree(self._path / "marks", ignore_errors=True)
        self._db = self._open()

    def close(self) -> None:
        """Flush, and leave the folder to others."""
        self._db.close()
        self._lock.close()

    def _open(self) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(WRITE_BUFFER_BYTES)
        options.set_max_background_jobs(1)
        access = AccessType.with_ttl(max(1, round(self._keep_seconds)))
        return Rdict(str(self._path / "marks"), options, access_type=access)


def _claim(folder: Path) -> tuple[Path, TextIO]:
    number = 0
    while True:
        path = folder / str(number)
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            number += 1
            continue
        return path, lock


class TopicMarks:
    """The marks of the assigned partitions, kept up to date from the topic.

    Args:
        settings: where the topic is.
        store: the local copy.
    """

    def __init__(self, settings: Settings, store: MarkStore) -> None:
        self._settings = settings
        self._topic = settings.topic(SEEN_TOPIC)
        self._store = store
        self._own: dict[bytes, Mark] = {}
        self._wanted: frozenset[int] | None = None
        self._goal: dict[int, int] = {}
        self._caught_up = asyncio.Event()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

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

    async def get(self, key: bytes) -> Mark | None:
        """The mark of an article id, once the copy is as far as the topic was at the assignment."""
        await self._caught_up.wait()
        known = [mark for mark in (self._own.get(key), self._store.get(key)) if mark is not None]
        return max(known, key=lambda mark: mark.at, default=None)

    def put(self, key: bytes, mark: Mark) -> None:
        """Know a mark until it comes back from the topic; its way there is the caller's."""
        self._own[key] = mark

    async def _follow(self) -> None:
        while True:
            consumer = kafka.consumer(self._settings, fetch_max_wait_ms=READ_MILLISECONDS)
            try:
                await consumer.start()
                self._changed.set()
                while True:
                    if self._changed.is_set():
                        self._changed.clear()
                        await self._reassign(consumer)
                    await self._read(consumer)
            except Exception as error:  # articles wait for this: it must go on, whatever a client raises
                log.warning("cannot read %s (%s); trying again", self._topic, type(error).__name__)
            finally:
                with contextlib.suppress(Exception):
                    await consumer.stop()
            await asyncio.sleep(RETRY_SECONDS)

    async def _reassign(self, consumer: AIOKafkaConsumer) -> None:
        source_topic = self._settings.topic(SOURCE_TOPIC)
        found = await kafka.partitions_of(self._settings, self._topic, source_topic)
        there = found.get(self._topic, [])
        source = len(found.get(source_topic, []))
        wanted = self._wanted or frozenset()
        needed = wanted if source == len(there) else frozenset(there)
        tps = [TopicPartition(self._topic, number) for number in sorted(needed) if number in there]
        consumer.assign(tps)
        if not tps:
            self._goal = {}
            await self._check_goal(consumer)
            return
        begin, end = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        starts = {tp: await self._resume(consumer, tp, begin[tp], end[tp]) for tp in tps}
        if None in starts.values():
            log.info("%s is not as it was; its local copy is made anew", self._topic)
            self._store.clear()
        for tp, start in starts.items():
            consumer.seek(tp, begin[tp] if start is None or None in starts.values() else start)
        self._goal = {tp.partition: end[tp] for tp in tps}
        await self._check_goal(consumer)

    async def _resume(self, consumer: AIOKafkaConsumer, tp: TopicPartition, begin: int, end: int) -> int | None:
        """Where to read on: after what is stored; None if the topic is not the one that was read then."""
        checkpoint = self._store.checkpoint(tp.partition)
        if checkpoint is None:
            return begin
        offset = int(checkpoint["offset"])
        if offset <= begin:
            return begin
        if offset <= end:
            consumer.seek(tp, offset - 1)
            batch = (await consumer.getmany(tp, timeout_ms=3000, max_records=1)).get(tp, [])
            if batch and batch[0].offset == offset - 1 and batch[0].timestamp == checkpoint["timestamp"]:
                return offset
        return None

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        if not consumer.assignment():
            await self._pause()
            return
        if self._caught_up.is_set():
            # Otherwise the client would go on fetching, a request for every few marks.
            consumer.pause(*consumer.assignment())
            await self._pause()
            consumer.resume(*consumer.assignment())
            if self._changed.is_set():
                return
        batches = await consumer.getmany(timeout_ms=READ_MILLISECONDS, max_records=500)
        for tp, messages in batches.items():
            marks: dict[bytes, bytes] = {}
            for message in messages:
                if message.key is not None and message.value is not None:
                    self._judge(message.key, message.value, marks)
            last = messages[-1]
            self._store.take(tp.partition, marks, {"offset": last.offset + 1, "timestamp": last.timestamp})
        if not self._caught_up.is_set():
            await self._check_goal(consumer)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), PAUSE_SECONDS)

    def _judge(self, key: bytes, value: bytes, marks: dict[bytes, bytes]) -> None:
        """Add what the topic says to `marks`, unless something newer is known."""
        try:
            said = Mark.decode(value)
        except (orjson.JSONDecodeError, TypeError):
            return
        own = self._own.get(key)
        if own is not None and said.at >= own.at:
            del self._own[key]
        before = marks.get(key)
        known = self._store.get(key) if before is None else Mark.decode(before)
        if known is None or said.at >= known.at:
            marks[key] = value

    async def _check_goal(self, consumer: AIOKafkaConsumer) -> None:
        for partition, end in self._goal.items():
            if await consumer.position(TopicPartition(self._topic, partition)) < end:
                return
        if self._wanted is not None and not self._changed.is_set():  # else there was another assignment meanwhile
            self._caught_up.set()
