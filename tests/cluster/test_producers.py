"""Producers of every kind: with transactions, committed or aborted, idempotent, of other libraries, of other times."""

import asyncio
import re
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from agents import cluster
from agents.topic_reader import messages_to_end
from tests.cluster.conftest import NewStream
from tests.cluster.traffic import librdkafka
from tests.support.stream import Stream, article
from tests.support.view import View
from tests.support.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

IN_A_TRANSACTION = 15
LONG_AGO_MS = 86_400_000
"""The second of January 1970."""
PATIENCE_SECONDS = 120


async def by_aiokafka(stream: Stream) -> None:
    """Two transactions, one of them aborted."""
    producer = AIOKafkaProducer(
        bootstrap_servers=stream.settings.bootstrap_servers, transactional_id=f"{stream.settings.topic_prefix}aio"
    )
    await producer.start()
    try:
        for outcome in ("aborted", "committed"):
            await producer.begin_transaction()
            for number in range(IN_A_TRANSACTION):
                key, value = article(f"aio-{outcome}-{number}", f"Text {number}.")
                await producer.send_and_wait(stream.settings.topic("articles.raw"), value, key)
            await (producer.abort_transaction() if outcome == "aborted" else producer.commit_transaction())
    finally:
        await producer.stop()


def by_librdkafka(stream: Stream) -> None:
    """The same, and after it messages of 1970 without a transaction."""
    topic = stream.settings.topic("articles.raw")
    producer = librdkafka(stream, **{"transactional.id": f"{stream.settings.topic_prefix}rd"})
    producer.init_transactions()
    for outcome in ("aborted", "committed"):
        producer.begin_transaction()
        for number in range(IN_A_TRANSACTION):
            key, value = article(f"rd-{outcome}-{number}", f"Text {number}.")
            producer.produce(topic, value, key)
        producer.flush()
        if outcome == "aborted":
            producer.abort_transaction()
        else:
            producer.commit_transaction()
    other = librdkafka(stream)
    for number in range(IN_A_TRANSACTION):
        key, value = article(f"old-{number}", f"Alter Text {number}.")
        other.produce(topic, value, key, timestamp=LONG_AGO_MS)
    other.flush()
    mixed = librdkafka(stream, partitioner="consistent_random")  # its own default
    for number in range(IN_A_TRANSACTION):
        key, value = article(f"mixed-{number}", f"Text {number}.")
        mixed.produce(topic, value, key)
    mixed.flush()


async def test_what_is_committed_comes_out_whoever_sent_it_and_lag_is_zero(new_stream: NewStream):
    stream = await new_stream()
    await asyncio.to_thread(by_librdkafka, stream)
    await by_aiokafka(stream)  # its last word on each partition is the marker of a transaction
    expected = {
        f"{kind}-{number}"
        for kind in ("aio-committed", "rd-committed", "old", "mixed")
        for number in range(IN_A_TRANSACTION)
    }
    view = View()
    stream.start_worker(**view.options, stuck_seconds=5)
    outcome = await stream.collect(lambda seen: seen.ids >= expected, seconds=PATIENCE_SECONDS, settle_seconds=2)
    assert outcome.ids == expected
    assert not outcome.letters
    assert len(outcome.articles) == len(expected)
    await stream.until_caught_up(PATIENCE_SECONDS)
    await asyncio.sleep(6)  # longer than a stage may stand still with something to do
    await view.until_ready(PATIENCE_SECONDS)
    assert stream.logs().count("its key is in partition") == 1
    (counted,) = re.findall(r'^redefluss_misplaced_keys_total{stage="clean"} (.+)$', await view.metrics(), re.MULTILINE)
    assert 0 < float(counted) <= IN_A_TRANSACTION
    assert stream.stop_workers() == [0]


async def offsets(stream: Stream, topic: str) -> list[tuple[int, int]]:
    return [(message.partition, message.offset) async for message in messages_to_end(stream.settings, topic)]


async def compacted(stream: Stream, topic: str, messages: list[tuple[bytes, bytes]]) -> None:
    """Send messages to a topic that is compacted from now on, and wait until that has taken some of them away."""
    changes = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0",
        "segment.ms": "500",
        "max.compaction.lag.ms": "1000",
    }
    async with cluster.admin(stream.settings) as client:
        resource = ConfigResource(ConfigResourceType.TOPIC, stream.settings.topic(topic), changes)
        await client.alter_configs([resource])
    sent = await stream.produce(messages)
    await asyncio.sleep(1)
    closing = await stream.produce([article(f"closing-{number}", "Schluss.") for number in range(24)])

    async def taken_away() -> bool:
        return len(await offsets(stream, topic)) <= (sent + closing) // 2

    await until(taken_away, PATIENCE_SECONDS)


async def test_what_compaction_took_away_is_not_waited_for(new_stream: NewStream):
    stream = await new_stream(partitions=2)
    versions = [article(f"a-{number % 8}", f"Fassung {number}.") for number in range(160)]
    await compacted(stream, "articles.raw", versions)
    stream.start_worker()
    newest: dict[str, Any] = {f"a-{number % 8}": f"Fassung {number}." for number in range(160)}
    outcome = await stream.collect(
        lambda seen: seen.ids >= {*newest, *(f"closing-{number}" for number in range(24))}, seconds=PATIENCE_SECONDS
    )
    last = {message.key.decode(): orjson.loads(message.value)["text"] for message in outcome.articles}
    assert {key: text for key, text in last.items() if key in newest} == newest
    await stream.until_caught_up(PATIENCE_SECONDS)
    assert stream.stop_workers() == [0]
