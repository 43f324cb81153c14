"""What three brokers go through while articles come in: nothing is lost, and the newest version has the last word."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from agents import topics
from tests.cluster.conftest import NewStream
from tests.cluster.traffic import Traffic
from tests.support.kafka_cluster import KafkaCluster, KafkaNode
from tests.support.stream import Stream
from tests.support.view import View
from tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.cluster, pytest.mark.timeout(1800)]

PATIENCE_SECONDS = 240
DOWN_SECONDS = 3
QUORUM_LOST_SECONDS = 8
"""Longer than the workers' sessions."""


async def up_again(cluster: KafkaCluster, *nodes: KafkaNode) -> None:
    """Start nodes, and wait until they have all that they missed."""
    for node in nodes:
        node.launch()
    for node in nodes:
        await asyncio.to_thread(node.until_ready)
    await until(cluster.in_sync, PATIENCE_SECONDS)


async def lose_a_leader(cluster: KafkaCluster, stream: Stream) -> None:
    node = await cluster.leader(stream.settings.topic("articles.raw"))
    node.kill()
    await asyncio.sleep(DOWN_SECONDS)
    await up_again(cluster, node)


async def lose_the_controller(cluster: KafkaCluster, stream: Stream) -> None:
    node = await asyncio.to_thread(lambda: cluster.controller)
    node.kill()
    await asyncio.sleep(DOWN_SECONDS)
    assert await asyncio.to_thread(lambda: cluster.controller) is not node
    await up_again(cluster, node)


async def restart_one_after_the_other(cluster: KafkaCluster, stream: Stream) -> None:
    for node in cluster.nodes:
        await asyncio.to_thread(node.shut_down)
        await up_again(cluster, node)


async def lose_the_quorum(cluster: KafkaCluster, stream: Stream) -> None:
    for node in cluster.nodes[:2]:
        node.kill()
    await asyncio.sleep(QUORUM_LOST_SECONDS)
    await up_again(cluster, *cluster.nodes[:2])


FAULTS: tuple[Callable[[KafkaCluster, Stream], Awaitable[None]], ...] = (
    lose_a_leader,
    lose_the_controller,
    restart_one_after_the_other,
    lose_the_quorum,
)


async def test_topics_have_the_copies_of_the_clusters_default(new_stream: NewStream):
    stream = await new_stream()
    infos, _ = await topics.listing(stream.settings)
    assert {info.name for info in infos} == {stream.settings.topic(name) for name in topics.all_names()}
    assert {info.replication_factor for info in infos} == {3}
    assert not any(report.created or report.differs for report in await topics.ensure(stream.settings))


async def test_whatever_becomes_of_the_brokers_nothing_is_lost(new_stream: NewStream, kafka_cluster: KafkaCluster):
    stream = await new_stream()
    view = View()
    workers = [stream.start_worker(**view.options), stream.start_worker()]
    traffic = Traffic(stream, "STEP5@entities")
    async with traffic.flowing():
        await stream.collect(lambda seen: len(seen.articles) >= 10, seconds=PATIENCE_SECONDS)
        for fault in FAULTS:
            before = traffic.count
            await fault(kafka_cluster, stream)
            assert traffic.count > before, fault.__name__
    outcome = await traffic.settled(PATIENCE_SECONDS)
    traffic.check(outcome)
    assert [worker.poll() for worker in workers] == [None, None], "they are still the same workers"
    await view.until_ready(PATIENCE_SECONDS)
    assert stream.stop_workers() == [0, 0]
