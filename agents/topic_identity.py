"""Whether a topic still is the one that is read: one that was deleted and created again has the same name.

aiokafka asks for messages by the topic's name. After a topic was created again it goes on at the place that it had
reached in the former one: what the new topic has before it would never be read. So each commit, and each place in a
store, names the topic that it belongs to, by the id that the broker gives to topics.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents import cluster
from agents.authorized_operations import TopicsRequest, topic_id
from agents.settings import Settings

log = logging.getLogger("redefluss.topic_identity")

CHECK_SECONDS = 10.0
"""How often the broker is asked for the ids of the topics that are read."""
RETRY_SECONDS = 0.5


async def ids_of(client: AIOKafkaClient, topics: Iterable[str]) -> dict[str, str]:
    """The ids of topics (named with prefix), as a connected client is told; without those of which none is known."""
    wanted = sorted(set(topics))
    while wanted:
        try:
            answer: Any = await client.send(client.get_random_node(), TopicsRequest(wanted))
        except KafkaError as error:
            log.debug("the broker does not tell of its topics: %r", error)
            await asyncio.sleep(RETRY_SECONDS)
            continue
        found = {topic["topic"]: topic_id(topic) for topic in answer.to_object()["topics"]}
        return {name: id_ for name, id_ in found.items() if id_ is not None}
    return {}


def of_former_topics(
    committed: Mapping[TopicPartition, OffsetAndMetadata], ids: Mapping[str, str]
) -> list[TopicPartition]:
    """Those of the partitions whose commits belong to a topic that is not the present one of its name."""
    return [tp for tp, at in committed.items() if at.metadata and at.metadata != ids.get(tp.topic, at.metadata)]


async def watch(settings: Settings, known: Callable[[], Collection[tuple[str, str]]]) -> str:
    """Return with the name (with prefix) of a topic once another one has taken its place.

    Args:
        settings: where the broker is.
        known: gives names and ids of the topics that are read.
    """
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        try:
            async with cluster.admin(settings) as client:
                return await _replaced(client, known)
        except (KafkaError, OSError) as error:
            log.debug("the broker does not tell of its topics: %r", error)


async def _replaced(client: cluster.Admin, known: Callable[[], Collection[tuple[str, str]]]) -> str:
    """The same, over one connection for as long as it lasts."""
    while True:
        topics = known()
        described = await client.topics(name for name, _ in topics)
        for name, id_ in topics:
            if described[name].id not in {None, id_}:
                return name
        await asyncio.sleep(CHECK_SECONDS)
