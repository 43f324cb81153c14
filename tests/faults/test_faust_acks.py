"""Why offsets are not left to Faust: the same failing agent, once with its acks and once with ours."""

import asyncio

import faust
from aiokafka import TopicPartition
from yarl import URL

from agents import cluster
from agents.app import create_app
from pipeline.stages import STAGES
from tests.support.stream import Stream, article
from tests.support.waiting import until


async def committed(stream: Stream, group: str) -> int:
    """Messages that a group counts as done."""
    async with cluster.admin(stream.settings) as client:
        partitions = [TopicPartition(stream.settings.topic("articles.raw"), number) for number in range(2)]
        offsets = await client.list_consumer_group_offsets(group, partitions=partitions)
    return sum(max(0, offset.offset) for offset in offsets.values())


async def test_faust_commits_a_message_whose_agent_raised(embedded_stream: Stream):
    stream, seen = embedded_stream, []
    await stream.produce([article("a", f"Text {number}") for number in range(3)])
    app = faust.App(
        "plain",
        broker=[URL(stream.settings.broker)],
        broker_session_timeout=4,
        broker_heartbeat_interval=1,
        broker_commit_interval=0.5,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        web_enabled=False,
        datadir=stream.folder / "faust",
        autodiscover=False,
    )
    topic = app.topic(stream.settings.topic("articles.raw"), value_serializer="raw", key_serializer="raw")

    @app.agent(topic, isolated_partitions=True, concurrency=1)
    async def carry(messages):
        async for value in messages:
            seen.append(value)
            if b"Text 1" in value:
                raise RuntimeError("it could not be published")

    async def all_committed() -> bool:
        return await committed(stream, "plain") == 3

    await app.start()
    try:
        await until(all_committed)  # the second was neither published nor kept for another try: it is lost
    finally:
        await app.stop()
    assert any(b"Text 1" in value for value in seen)


async def test_ours_commits_nothing_behind_a_message_that_has_not_reached_its_end(embedded_stream: Stream):
    stream, seen = embedded_stream, []
    await stream.produce([article("a", f"Text {number}") for number in range(3)])

    async def handle(message, **_):
        seen.append(message.value)
        if b"Text 1" in message.value:
            await asyncio.Event().wait()  # the broker does not confirm; the worker is stopped meanwhile

    settings = stream.settings.model_copy(update={"drain_seconds": 0.2})
    app = create_app(settings, STAGES[0], handle, embedded=True)

    async def see_two() -> None:
        await app.start()
        await until(lambda: len(seen) >= 2)
        await app.offsets.commit()
        await app.stop()

    await see_two()
    assert await committed(stream, app.conf.id) == 1
