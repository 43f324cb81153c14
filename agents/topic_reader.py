"""Reading topics: their partitions, from a place to the end or on and on, one message, and whether a topic is the same.

Works the same on every broker. Only what is committed is read. Offsets have gaps, where a transaction ended or
compaction took messages away: the end of a partition is reached by position, not by the last message.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from agents import cluster, kafka
from agents.permissions import MissingPermission, Need
from agents.settings import Settings
from agents.topics import all_names

POLL_MS = 200
"""Longest wait for messages, after which it is checked whether the end is reached or the topic gone."""
FETCH_SECONDS = 5.0
"""After which a question about a single place of a topic counts as not answered."""
PROOF_MS = 3000
PROOF_TRIES = 10
"""How long at a time, and how often, the message is waited for that tells whether a topic is the one that was read."""
PEEK_BYTES = 16_384
"""Fetched of a partition where only the first message counts; a larger message still comes, alone."""


class NoSuchTopic(Exception):
    """There is no topic of that name (any more): one line that names those there are."""


class MessageGone(Exception):
    """The broker has deleted the message, or does not answer: one line that says which."""


async def partitions_of(settings: Settings, name: str) -> list[TopicPartition]:
    """The partitions of a topic of the stream, or of any other on the broker.

    Args:
        settings: where.
        name: without the prefix of the settings, or with it. One of the stream's own names is never that of a topic
            without the prefix, which belongs to another pipeline.

    Raises:
        NoSuchTopic: there is none of that name.
        MissingPermission: the log-in may not read it.
    """
    candidates = [settings.topic(name)] if name in all_names() else [settings.topic(name), name]
    async with cluster.admin(settings) as client:
        described = await client.topics({*candidates, *map(settings.topic, all_names())})
    topic = next((topic for topic in candidates if described[topic].partitions), None)
    if topic is None:
        if name in all_names() and described[candidates[0]].hidden:
            raise MissingPermission([Need("DESCRIBE", "topic", candidates[0])])
        known = [known for known in all_names() if described[settings.topic(known)].partitions]
        hint = f"there are {', '.join(known)}" if known else "the broker has none yet: redefluss topics create"
        perhaps = " (or the log-in lacks DESCRIBE on it)" if described[candidates[0]].hidden else ""
        raise NoSuchTopic(f"no topic {name!r}{perhaps}; {hint}")
    if not described[topic].allows("READ"):
        raise MissingPermission([Need("READ", "topic", topic)])
    return [TopicPartition(topic, number) for number in described[topic].numbers]


async def batches(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], *, from_beginning: bool, until_end: bool
) -> AsyncIterator[list[Any]]:
    """What is on the partitions, in batches as they come; with `until_end` only what was there at the call, else also
    what is on those that their topic is given meanwhile.

    Raises:
        NoSuchTopic: the topic was deleted.
    """
    consumer.assign(list(partitions))
    ends = await consumer.end_offsets(list(partitions))
    starts = await consumer.beginning_offsets(list(partitions)) if from_beginning else ends
    for partition, start in starts.items():
        consumer.seek(partition, start)
    unread = set(partitions)
    while True:
        if until_end:
            for partition in list(unread):
                if await consumer.position(partition) >= ends[partition]:
                    unread.discard(partition)
                    consumer.pause(partition)
            if not unread:
                return
        else:
            await _assign_added(consumer, partitions[0].topic)
        fetched = await consumer.getmany(timeout_ms=POLL_MS)
        if not fetched and partitions[0].topic not in await consumer.topics():
            raise NoSuchTopic(f"topic {partitions[0].topic} was deleted")
        for partition, records in fetched.items():
            wanted = [record for record in records if not until_end or record.offset < ends[partition]]
            if wanted:
                yield wanted
        await asyncio.sleep(0)


async def _assign_added(consumer: AIOKafkaConsumer, topic: str) -> None:
    """Read partitions that the topic has been given, which the client learns of by and by, from their beginning."""
    assigned = consumer.assignment()
    added = {TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()} - assigned
    if added:
        places = {partition: await consumer.position(partition) for partition in assigned}
        places |= await consumer.beginning_offsets(list(added))
        consumer.assign(list(places))
        for partition, place in places.items():
            consumer.seek(partition, place)


async def messages_to_end(settings: Settings, topic: str) -> AsyncIterator[Any]:
    """Every message of a topic (without prefix) from its beginning to what is its end now; none if it is not there."""
    numbers = await cluster.partition_numbers(settings, settings.topic(topic))
    if not numbers:
        return
    async with kafka.connected(kafka.consumer(settings, max_poll_records=50)) as consumer:
        partitions = [TopicPartition(settings.topic(topic), number) for number in numbers]
        async for records in batches(consumer, partitions, from_beginning=True, until_end=True):
            for record in records:
                yield record


class NoAnswer(MessageGone):
    """It is not known whether the message is there: the broker does not answer. One line."""


async def message_at(settings: Settings, topic: str, partition: int, offset: int) -> Any:
    """The message at `offset`; `topic` is named without the prefix.

    Raises:
        MessageGone: it is not there.
        NoAnswer: the broker does not tell.
    """
    where = f"{topic}/{partition}/{offset}"
    if partition < 0 or offset < 0:  # as the header of a stranger may say
        raise MessageGone(f"there is no message {where}")
    tp = TopicPartition(settings.topic(topic), partition)
    reader = kafka.consumer(settings, auto_offset_reset="none", request_timeout_ms=round(FETCH_SECONDS * 1000))
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            async with cluster.admin(settings) as client:  # a broker may create the topic that a consumer asks for
                numbers = (await client.topics([tp.topic]))[tp.topic].numbers
            if partition not in numbers:
                raise MessageGone(f"the broker does not have {where}")
            await kafka.connect(reader)
            reader.assign([tp])
            if offset >= (await reader.end_offsets([tp]))[tp]:
                raise MessageGone(f"the broker does not have {where}")
            reader.seek(tp, offset)
            record = await reader.getone(tp)
    except TimeoutError:
        raise NoAnswer(f"the broker gave no answer about {where}") from None
    except (KafkaConnectionError, OSError) as error:
        raise NoAnswer(f"the broker gave no answer about {where}: {type(error).__name__}") from None
    except KafkaError as error:
        raise MessageGone(f"the broker does not have {where}: {type(error).__name__}") from None
    finally:
        await reader.stop()
    if record.offset != offset:
        raise MessageGone(f"the broker no longer has {where}")
    return record


async def empty_ranges(settings: Settings, ranges: Mapping[TopicPartition, tuple[int, int]]) -> set[TopicPartition]:
    """Those of the partitions that have no message from the first offset up to the second: only gaps.

    What is not known after `FETCH_SECONDS` counts as having one.
    """
    if not ranges:
        return set()
    reader = kafka.consumer(settings, max_partition_fetch_bytes=PEEK_BYTES)
    empty: set[TopicPartition] = set()
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            await kafka.connect(reader)
            reader.assign(list(ranges))
            for tp, (start, _) in ranges.items():
                reader.seek(tp, start)
            unknown = set(ranges)
            while unknown:
                found = await reader.getmany(*unknown, timeout_ms=POLL_MS, max_records=1)
                for tp in list(unknown):
                    end = ranges[tp][1]
                    if any(record.offset < end for record in found.get(tp, ())):
                        unknown.discard(tp)
                        reader.pause(tp)
                    elif await reader.position(tp) >= end:
                        unknown.discard(tp)
                        reader.pause(tp)
                        empty.add(tp)
    except TimeoutError:
        pass
    finally:
        await reader.stop()
    return empty


async def first_timestamps(
    settings: Settings, starts: Mapping[TopicPartition, int], *, isolation_level: str = kafka.ISOLATION_LEVEL
) -> dict[TopicPartition, float]:
    """When the first message from an offset on was written, in seconds since 1970 UTC, by partition.

    What is not known after `FETCH_SECONDS` is left out.
    """
    if not starts:
        return {}
    reader = kafka.consumer(settings, max_partition_fetch_bytes=PEEK_BYTES, isolation_level=isolation_level)
    found: dict[TopicPartition, float] = {}
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            await kafka.connect(reader)
            reader.assign(list(starts))
            for tp, start in starts.items():
                reader.seek(tp, start)
            while unknown := starts.keys() - found.keys():
                for tp, records in (
                    await reader.getmany(*unknown, timeout_ms=POLL_MS, max_records=len(unknown))
                ).items():
                    found.setdefault(tp, records[0].timestamp / 1000)
                    reader.pause(tp)
    except TimeoutError:
        pass
    finally:
        await reader.stop()
    return found


def fingerprint(record: Any) -> str:
    """By what this very message is known again at its offset."""
    return f"{record.timestamp / 1000:.3f}/{len(record.value or b'')}"


def written_at(known: str) -> float:
    """When the message of a fingerprint was written, in seconds since 1970 UTC."""
    return float(known.partition("/")[0])


async def resume_offset(
    consumer: AIOKafkaConsumer, tp: TopicPartition, *, offset: int, last: str | None, begin: int, end: int
) -> int | None:
    """Where to read on in a topic that was read before; None if it is not the one that was read then.

    A topic that was deleted and made again has other messages at the same offsets, or none.

    Args:
        consumer: has the partition assigned; is left at any place in it.
        tp: the partition.
        offset: of the message after the last that was read.
        last: fingerprint of the last that was read.
        begin: where the partition begins now.
        end: where it ends now.

    Raises:
        KafkaTimeoutError: the broker does not tell.
    """
    if offset <= begin:
        return begin
    if offset > end:
        return None
    consumer.seek(tp, offset - 1)
    for _ in range(PROOF_TRIES):
        batch = (await consumer.getmany(tp, timeout_ms=PROOF_MS, max_records=1)).get(tp, [])
        if batch or await consumer.position(tp) >= offset:
            break
    else:  # nothing came, not even that there is nothing: a busy broker is no reason to read everything again
        raise KafkaTimeoutError(f"the broker does not give {tp.topic}/{tp.partition}/{offset - 1}")
    if not batch:
        return None
    if batch[0].offset >= offset:  # the last one fell to compaction: there is nothing to compare
        return offset
    return offset if fingerprint(batch[0]) == last else None
