"""From the topics into a store: batches, in the order of each partition, committed once they are stored.

Which partitions are read, and from where, says `agents/sinks/assignment.py`. The committed offsets of the consumer
group follow what is stored: they show the lag, and where a store keeps no positions of its own they are the positions.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from agents import headers, kafka
from agents.settings import Settings
from agents.sinks.assignment import Assignment
from agents.sinks.progress import Progress
from agents.sinks.store import Batch, SinkStore, SinkUnavailable, WriteResult
from agents.stopping import until_stopped
from agents.topic_reader import NoSuchTopic, fingerprint, partitions_of
from pipeline.stages import FINISHED_TOPIC, STATEMENTS_TOPIC
from pipeline.tables.columns import RecordKind
from pipeline.tables.rows import change_of
from schemas.codec import RecordError

KINDS: Mapping[str, RecordKind] = {FINISHED_TOPIC: "article", STATEMENTS_TOPIC: "statement"}
POLL_MS = 500
"""Longest wait for messages, after which a batch may be due."""
BATCH_MESSAGES = 5_000
"""In a batch at most, however small they are."""
PAUSE_SECONDS = 1.0
FEW_MESSAGES = 500
"""After fewer it pauses: the client would go on fetching, a request for every few messages."""
ANSWER_SECONDS = 10.0
"""The broker may take for a commit, and to tell how far it is behind."""
LOOK_SECONDS = 15.0
"""How often it looks for new topics and partitions, for topics that were created again, and for the lag, and tells what
it has done."""
STORE_SECONDS = 30.0
"""A store that gives no answer for so long is told of, and no longer waited for at the end."""


class Sink:
    """Reads until told to stop, or until it is where the topics ended at its start.

    Args:
        settings: where the topics are.
        store: what they go to.
        group: the consumer group.
        from_now: a store that is new begins with what comes from now on, not with what is there.
        say: is told what a person should know, a line at a time.
    """

    def __init__(
        self, settings: Settings, store: SinkStore, *, group: str, from_now: bool, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._store = store
        self._say = say
        self._consumer = kafka.consumer(settings, group_id=group)
        topics = [settings.topic(name) for name in KINDS]
        self._assignment = Assignment(settings, self._consumer, topics, group=group, from_now=from_now, say=say)
        self._is_committed = True
        """Whether the broker knows all that is stored."""
        self._batch = Batch()
        self._stop = asyncio.Event()
        self.progress = Progress()

    def stop(self) -> None:
        """Store what was read, commit, and end."""
        self._stop.set()

    async def run(self, *, until_caught_up: bool) -> bool:
        """Read and store; whether everything that was read is stored and, with `until_caught_up`, all of it was read.

        Raises:
            NoSuchTopic: there is no topic of articles.
            SinkError: the store cannot be used, or refuses a batch.
        """
        self._assignment.kept_by_store = await self._store.open()
        try:
            await kafka.connect(self._consumer)
            await partitions_of(self._settings, FINISHED_TOPIC)
            await self._discover()
            measuring = asyncio.create_task(self._measure_regularly())
            try:
                done = await self._read(until_caught_up)
            finally:
                measuring.cancel()
            stored = await self._flush()
            if not self._is_committed:
                await self._commit()
            if self._is_committed:  # else the broker does not answer
                with suppress(KafkaError, OSError):
                    await self._measure_lag()
            return stored and done
        finally:
            await self._consumer.stop()
            await self._store.close()

    async def _read(self, until_caught_up: bool) -> bool:
        """Until it is stopped; whether it has read all that it was to read: with `until_caught_up` up to the ends."""
        begun = looked = time.monotonic()
        while not self._stop.is_set():
            if until_caught_up and await self._at_ends():
                return True
            fetched = await self._consumer.getmany(timeout_ms=POLL_MS)
            now = time.monotonic()
            if not self._batch.positions:
                begun = now
            for tp, records in fetched.items():
                for record in records:
                    if not until_caught_up or record.offset < self._assignment.ends[tp]:
                        self._take(tp, record)
                    if self._batch.size >= self._store.batch_bytes or len(self._batch.messages) >= BATCH_MESSAGES:
                        if not await self._flush():
                            return not until_caught_up
                        begun = now
            if now - begun >= self._store.flush_seconds and not await self._flush():
                break
            if now - looked >= LOOK_SECONDS:
                looked = now
                if not self._is_committed:
                    await self._commit()
                await self._look_around(until_caught_up)
                self._say(self.progress.in_words)
            if not until_caught_up and sum(map(len, fetched.values())) < FEW_MESSAGES:
                await self._pause()
        return not until_caught_up

    def _take(self, tp: TopicPartition, record: Any) -> None:
        """Add a message to the batch; what holds no record is told and passed by."""
        kind = KINDS[tp.topic.removeprefix(self._settings.topic_prefix)]
        try:
            revision = headers.text_of(record.headers, "revision")
            change = change_of(kind, record.key, record.value, timestamp_ms=record.timestamp, revision=revision)
        except RecordError as error:
            self.progress.refused += 1
            self._say(f"refused: {tp.topic}/{tp.partition}/{record.offset}: {error}")
        else:
            self._batch.messages.append((record, change))
            self._batch.size += len(record.value or b"")
        self._batch.positions[tp] = self._assignment.position(tp, record.offset + 1, fingerprint(record))

    async def _flush(self) -> bool:
        """Store the batch, however often that takes, and commit; False if it was told to stop before it could."""
        if not self._batch.positions:
            return True
        pause = shortest = self._settings.retry_initial_seconds
        while True:
            try:
                if (written := await self._write()) is None:
                    return False
                break
            except SinkUnavailable as error:
                wait = pause if error.after_seconds is None else max(shortest, error.after_seconds)
                self.progress.failures += 1
                self.progress.problem = str(error)
                self._say(f"{error}; again in {wait:.3g} s")
                if self._stop.is_set() or await self._stopped_within(wait):
                    return False
                pause = min(2 * pause, self._settings.retry_max_seconds)
        self.progress.add(self._batch, written)
        self._assignment.stored |= self._batch.positions
        self._batch = Batch()
        await self._commit()
        return True

    async def _write(self) -> WriteResult | None:
        """Try once to store the batch, and tell when the store gives no answer; None if it was told to stop by then."""
        begun = time.monotonic()
        writing = asyncio.ensure_future(self._store.write(self._batch))
        try:
            while not (await asyncio.wait({writing}, timeout=STORE_SECONDS))[0]:
                self.progress.problem = f"{self._store.name} has not answered for {time.monotonic() - begun:.0f} s"
                self._say(self.progress.problem)
                if self._stop.is_set():
                    return None
            return writing.result()
        finally:
            writing.cancel()

    async def _pause(self) -> None:
        """Let messages gather on the broker."""
        self._consumer.pause(*self._consumer.assignment())
        await self._stopped_within(min(PAUSE_SECONDS, self._store.flush_seconds))
        self._consumer.resume(*self._consumer.assignment())

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _commit(self) -> None:
        """Tell the broker; if it does not take it, it is told again, though no other batch comes."""
        self._is_committed = False
        stored = self._assignment.stored.items()
        offsets = {tp: OffsetAndMetadata(position.offset, position.fingerprint) for tp, position in stored}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):  # of a topic that is gone the client would try it for ever
                await self._consumer.commit(offsets)
            self._is_committed = True
        except (KafkaError, OSError) as error:
            self._say(f"offsets not committed ({type(error).__name__}); tried again later")

    async def _discover(self, *, added: bool = True) -> None:
        """Begin to read partitions that are not read yet; without `added` only those of topics that were created again.

        A broker that is silent is asked no longer than until it is told to stop: its answer may take a minute.

        Raises:
            NoSuchTopic: one that was read is gone.
        """
        finding = asyncio.ensure_future(self._assignment.find(added=added))
        if not await until_stopped(self._stop, finding) or (new := finding.result()) is None:
            return
        await self._flush()  # an assignment of partitions throws away what was fetched, not what was taken
        if begun := await self._assignment.begin(new):
            self._batch.positions |= begun
            await self._flush()

    async def _at_ends(self) -> bool:
        for tp, end in self._assignment.ends.items():
            if await self._consumer.position(tp) < end:
                return False
        return True

    async def _look_around(self, until_caught_up: bool) -> None:
        """New partitions, and how far behind it is; while the broker or a topic is away, that waits.

        Raises:
            NoSuchTopic: a topic is away, but it is to end when it has caught up.
        """
        try:
            await self._discover(added=not until_caught_up)
            await until_stopped(self._stop, self._measure_lag())
        except NoSuchTopic as error:
            if until_caught_up:
                raise
            self._say(f"{error}; waiting until it is created again")
        except (KafkaError, OSError) as error:
            self._say(f"the broker does not answer ({type(error).__name__})")

    async def _measure_regularly(self) -> None:
        """Also while the store takes nothing: then it matters."""
        while True:
            with suppress(KafkaError, OSError):
                await self._measure_lag()
            await asyncio.sleep(LOOK_SECONDS)

    async def _measure_lag(self) -> None:
        """Ask the broker how many messages there are that are not stored."""
        async with asyncio.timeout(ANSWER_SECONDS):
            ends = await self._consumer.end_offsets(list(self._assignment.ends))
            left = [max(0, end - await self._consumer.position(tp)) for tp, end in ends.items()]
        self.progress.lag = sum(left) + len(self._batch.messages)
