"""Reading topics and measuring progress on both brokers, gaps in the offsets included."""

import asyncio
import os
import subprocess

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents import kafka
from agents.backlog import OldestUnread
from agents.processes import module_command
from agents.progress import read_progress
from pipeline.stages import STAGES
from tests.support.stream import article


def consumed(stream, *arguments, said=""):
    """What `redefluss consume` prints in a pipe; `said` is what it says beside that."""
    command = module_command("agents.cli", "consume", *arguments)
    done = subprocess.run(
        command, env=dict(os.environ) | stream.environment, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.decode()) == (0, said)
    return [orjson.loads(line) for line in done.stdout.splitlines()]


async def test_the_command_reads_a_topic_to_its_end(make_stream):
    stream = await make_stream(partitions=3)
    await stream.produce([article(f"a-{number}", "Text.") for number in range(7)])
    rows = await asyncio.to_thread(consumed, stream, "articles.raw", "--from-beginning", "--until-caught-up")
    assert sorted(row["key"] for row in rows) == [f"a-{number}" for number in range(7)]


async def test_aborted_messages_are_not_read_and_the_ends_of_transactions_are_no_lag(make_stream):
    stream = await make_stream(partitions=1)
    if stream.embedded:
        pytest.skip("the embedded broker knows no transactions")
    topic = stream.settings.topic("articles.raw")
    async with AIOKafkaProducer(**stream.settings.client_options(), transactional_id=topic) as producer:
        for committed in (True, False):
            await producer.begin_transaction()
            for number in range(2):
                key, value = article(f"{committed}-{number}", "Text.")
                await producer.send_and_wait(topic, value, key)
            await (producer.commit_transaction() if committed else producer.abort_transaction())
    rows = await asyncio.to_thread(consumed, stream, "articles.raw", "--from-beginning", "--until-caught-up")
    assert [row["key"] for row in rows] == ["True-0", "True-1"]
    stage = next(stage for stage in STAGES if stage.source == "articles.raw")
    committer = kafka.consumer(stream.settings, group_id=stream.settings.group(stage.name))
    await committer.start()
    try:
        tp = TopicPartition(topic, 0)
        committer.assign([tp])
        for offset, id_, lag in ((0, "", 6), (2, "", 0), (2, "a former topic", 6), (9, "", 6)):
            await committer.commit({tp: OffsetAndMetadata(offset, id_)})
            (place,) = [place for place in await read_progress(stream.settings) if place.topic == topic]
            assert (place.lag, place.end) == (lag, 6)
    finally:
        await committer.stop()


async def test_what_stands_behind_a_transaction_that_is_not_ended_waits(make_stream):
    stream = await make_stream(partitions=1)
    if stream.embedded:
        pytest.skip("the embedded broker knows no transactions")
    topic = stream.settings.topic("articles.raw")
    tp = TopicPartition(topic, 0)
    await stream.produce([article("before", "Text.")])
    async with AIOKafkaProducer(**stream.settings.client_options(), transactional_id=f"{topic}-open") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"{}", b"in")
        await stream.produce([article("behind", "Text.")])
        (place,) = [place for place in await read_progress(stream.settings) if place.topic == topic]
        assert (place.end, place.readable_end, place.held, place.lag) == (3, 1, 2, 3)
        committer = kafka.consumer(stream.settings, group_id=stream.settings.group("clean"))
        await committer.start()
        committer.assign([tp])
        await committer.commit({tp: 1})
        await committer.stop()
        rows = await asyncio.to_thread(
            consumed,
            *(stream, "articles.raw", "--from-beginning", "--until-caught-up"),
            said="2 messages cannot be read yet: a producer has not ended a transaction\n",
        )
        assert [row["key"] for row in rows] == ["before"]
        (place,) = [place for place in await read_progress(stream.settings) if place.topic == topic]
        assert (place.unread, place.held, place.lag, place.only_gaps) == (0, 2, 2, False)
        assert ("clean", 0) in await OldestUnread(stream.settings).look({"clean": [place]}), "its age is known"
        await producer.abort_transaction()
    (place,) = [place for place in await read_progress(stream.settings) if place.topic == topic]
    assert (place.end, place.readable_end, place.held, place.lag) == (4, 4, 0, 3)
