"""Dead letters as a place to work in: read, filter, and send through again.

What was replayed stands on the compacted topic `articles.replayed`, so that no
letter is replayed twice by accident, from whichever machine. It is written
after the message is confirmed: if the connection is lost between the two, the
letter can be replayed again, and what comes out is the same bytes.
"""

import logging
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from agents import cluster, headers
from agents.bounded_records import CORRUPT, OVERSIZE
from agents.needed_permissions import on_topics
from agents.outgoing import Outgoing, TooLarge
from agents.permissions import Need
from agents.publisher import Publisher
from agents.settings import Settings
from agents.topic_reader import MessageGone, NoAnswer, message_at, messages_to_end
from agents.topics import REPLAYED_TOPIC, ensure
from pipeline.stages import DEAD_LETTER_TOPIC, RAW_TOPIC, STAGES
from schemas.codec import RecordError, decode
from schemas.records import DeadLetter
from schemas.times import instant_at

log = logging.getLogger("redefluss.dead_letters")

Target = Literal["failed", "start"]

PARTITION_DIGITS, OFFSET_DIGITS = 9, 18
"""Of the largest numbers that can be asked for."""


class DeadLetterError(Exception):
    """A letter that is not there, or cannot be replayed: one line."""


@dataclass(frozen=True)
class StoredLetter:
    """A dead letter and its place on the topic; `replayed_at` is None if it never was."""

    partition: int
    offset: int
    letter: DeadLetter
    replayed_at: datetime | None = None
    written_at: datetime | None = None
    trail: tuple[dict[str, Any], ...] = ()

    @property
    def id(self) -> str:
        """`partition:offset`, as the commands name it."""
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True)
class ReplayReport:
    """How many letters were (or would be) sent, were left because they had been, or cannot be and why."""

    sent: int
    skipped_already_replayed: int
    impossible: tuple[str, ...] = ()


async def read(
    settings: Settings,
    *,
    stage: str | None = None,
    reason: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AsyncIterator[StoredLetter]:
    """All dead letters that are there now, by partition and offset, filtered; one in memory at a time.

    Args:
        settings: where.
        stage: only of this stage.
        reason: only for this reason.
        since: only written at or after.
        until: only written before.
    """
    replayed = await _replayed(settings)
    async for message in messages_to_end(settings, DEAD_LETTER_TOPIC):
        written = instant_at(message.timestamp / 1000)
        if (since is not None and written < since) or (until is not None and written >= until):
            continue
        stored = _stored(message, replayed)
        if stored is None or (stage is not None and stored.letter.stage != stage):
            continue
        if reason is None or stored.letter.reason == reason:
            yield stored


async def show(settings: Settings, identifier: str) -> StoredLetter:
    """The letter with the id `partition:offset`.

    Raises:
        DeadLetterError: no such letter.
        NoAnswer: the broker does not tell.
    """
    partition, _, offset = identifier.partition(":")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise DeadLetterError(f"{identifier!r} is not an id such as 3:17")
    if len(partition) > PARTITION_DIGITS or len(offset) > OFFSET_DIGITS:
        raise DeadLetterError(f"there is no dead letter {identifier}")
    try:
        message = await message_at(settings, DEAD_LETTER_TOPIC, int(partition), int(offset))
    except NoAnswer:
        raise
    except MessageGone:
        raise DeadLetterError(f"there is no dead letter {identifier}") from None
    stored = _stored(message, await _replayed(settings))
    if stored is None:
        raise DeadLetterError(f"there is no dead letter {identifier}")
    return stored


def needed(settings: Settings, *, dry_run: bool) -> list[Need]:
    """What a replay cannot do without, but for WRITE on the topics that letters are sent to."""
    return [] if dry_run else on_topics(settings, "WRITE", REPLAYED_TOPIC)


async def replay(
    settings: Settings,
    letters: Iterable[StoredLetter] | AsyncIterable[StoredLetter],
    *,
    to: Target = "failed",
    dry_run: bool = False,
    by: str | None = None,
) -> ReplayReport:
    """Send letters through again, one in memory at a time; those replayed before are left alone.

    Args:
        settings: where.
        letters: which.
        to: "failed": the failed message to the topic it was read from; "start": the
            article it came from to `articles.raw`, as its trail tells.
        dry_run: only count.
        by: who does it, for the record on `articles.replayed`.

    Raises:
        MissingPermission: to write where one is to be sent; those before it are sent.
    """
    if not dry_run:
        await ensure(settings, [REPLAYED_TOPIC])
    await cluster.require(settings, needed(settings, dry_run=dry_run))
    done = await _replayed(settings)
    publisher = Publisher(settings, embedded=await cluster.is_embedded(settings))
    if not dry_run:  # a producer starts only where something may be written
        await publisher.start()
    sent, skipped, impossible = 0, 0, []
    writable: set[str] = set()
    try:
        async for stored in _one_by_one(letters):
            if _since(stored.written_at, done.get(stored.id)) is not None:
                skipped += 1
                continue
            try:
                topic, key, value = await _source(settings, stored, to)
            except DeadLetterError as error:
                impossible.append(f"{stored.id}: {error}")
                continue
            if dry_run:
                sent += 1
                continue
            if topic not in writable:
                await cluster.require(settings, on_topics(settings, "WRITE", topic))
                writable.add(topic)
            try:
                await publisher.send(Outgoing(settings.topic(topic), key, value, _headers(settings, stored, topic)))
            except TooLarge as error:
                impossible.append(f"{stored.id}: {error}")
                continue
            replayed_as = orjson.dumps({"at": headers.now_rfc3339(), "to": topic, "by": by})
            await publisher.send(Outgoing(settings.topic(REPLAYED_TOPIC), stored.id.encode(), replayed_as))
            sent += 1
            done[stored.id] = stored.written_at or datetime.now(UTC)
            log.info("dead letter %s is sent to %s again by %s", stored.id, settings.topic(topic), by or "unknown")
    finally:
        if not dry_run:
            await publisher.stop()
    return ReplayReport(sent, skipped, tuple(impossible))


async def _one_by_one(letters: Iterable[StoredLetter] | AsyncIterable[StoredLetter]) -> AsyncIterator[StoredLetter]:
    if isinstance(letters, AsyncIterable):
        async for letter in letters:
            yield letter
    else:
        for letter in letters:
            yield letter


def _headers(settings: Settings, stored: StoredLetter, topic: str) -> list[tuple[str, bytes | None]]:
    """The failed message's headers, and where it comes from now. On `articles.raw` its way begins anew."""
    left_out = {headers.REPLAYED_FROM, *(headers.STAGE_HEADERS if topic == RAW_TOPIC else ())}
    origin = f"{settings.topic(DEAD_LETTER_TOPIC)}/{stored.partition}/{stored.offset}"
    kept = [(name, value) for name, value in stored.letter.header_bytes if name not in left_out]
    return [*kept, (headers.REPLAYED_FROM, origin.encode())]


async def _source(settings: Settings, stored: StoredLetter, to: Target) -> tuple[str, bytes | None, bytes | None]:
    """Topic (without prefix), key and value to send."""
    letter = stored.letter
    topic = letter.topic.removeprefix(settings.topic_prefix)
    key, value, message_headers = letter.key_bytes, letter.value_bytes, letter.header_bytes
    if topic not in {stage.source for stage in STAGES}:  # another writer's letter may name anything
        raise DeadLetterError(f"no stage reads the topic {topic!r}")
    if to == "start" and topic != RAW_TOPIC:
        origin = headers.origin_in(stored.trail)
        if origin is None:
            raise DeadLetterError("its way from articles.raw is not known")
        try:
            message = await message_at(settings, RAW_TOPIC, *origin)
        except NoAnswer as error:
            raise DeadLetterError(str(error)) from None
        except MessageGone:
            raise DeadLetterError("the article is no longer on articles.raw") from None
        if headers.written_in(stored.trail) not in {None, message.timestamp}:
            # A topic that was created again has others in their places.
            raise DeadLetterError("the article is no longer on articles.raw: another is in its place")
        topic, key, value, message_headers = RAW_TOPIC, message.key, message.value, message.headers
    if value == b"" and {OVERSIZE, CORRUPT} & dict(message_headers).keys():
        position = f"{letter.topic}/{letter.partition}/{letter.offset}"
        raise DeadLetterError(f"its bytes are not in the letter, but at {position} alone")
    if key is None and value is None:
        raise DeadLetterError("a message without key and value cannot be sent")
    return topic, key, value


def _stored(message: Any, replayed: dict[str, datetime]) -> StoredLetter | None:
    try:
        letter = decode(message.value, DeadLetter)
    except RecordError:
        return None
    written = instant_at(message.timestamp / 1000)
    return StoredLetter(
        message.partition,
        message.offset,
        letter,
        _since(written, replayed.get(f"{message.partition}:{message.offset}")),
        written,
        tuple(headers.trail_of(message.headers)),
    )


def _since(written: datetime | None, replayed: datetime | None) -> datetime | None:
    """When a letter was replayed. A mark that is older than the letter is about another one, which had its place on a
    topic that was deleted since."""
    return None if written is not None and replayed is not None and replayed < written else replayed


async def _replayed(settings: Settings) -> dict[str, datetime]:
    """When each letter was replayed, by its id."""
    times = {}
    async for message in messages_to_end(settings, REPLAYED_TOPIC):
        if message.key is not None and message.value is not None:
            times[message.key.decode("utf-8", "replace")] = instant_at(message.timestamp / 1000)
    return times
