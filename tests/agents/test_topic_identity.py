"""A topic that was created again is told from the one of its name that was read."""

from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agents import topic_identity
from agents.authorized_operations import (
    MetadataRequest8,
    MetadataRequest10,
    MetadataResponse8,
    MetadataResponse10,
    TopicsRequest,
    topic_id,
)
from agents.cluster import TopicDescription
from agents.settings import Settings

ZERO, ONE, TWO = (TopicPartition("t", number) for number in range(3))


def answer(topic: str, high: int, low: int) -> MetadataResponse10:
    partition = (0, 0, 1, 0, [1], [1], [], {})
    topics = [(0, topic, high, low, False, [partition], 264, {})]
    return MetadataResponse10(0, [(1, "127.0.0.1", 9092, None, {})], "cluster", 1, topics, 0, {})


def test_the_newest_request_that_a_broker_knows_is_sent():
    asked = TopicsRequest(["t"])
    assert isinstance(asked.prepare({3: (0, 9)}), MetadataRequest8)
    newer = asked.prepare({3: (0, 13)})
    assert isinstance(newer, MetadataRequest10)
    assert newer.to_object()["topics"] == [{"topic_id_high": 0, "topic_id_low": 0, "topic": "t", "tags": {}}]


def test_the_answer_of_an_older_broker_is_read():
    data = bytes.fromhex(
        "00000000 00000001 00000001 000168 00002384 ffff 000163 00000001 00000001 0000 000174 00 00000001"
        "0000 00000000 00000001 00000000 00000001 00000001 00000001 00000001 00000000 00000108 80000000"
    )
    told = MetadataResponse8.decode(data).to_object()
    assert told["cluster_id"] == "c"
    (topic,) = told["topics"]
    assert (topic["topic"], topic["authorized_operations"], topic_id(topic)) == ("t", 264, None)
    assert [(partition["partition"], partition["replicas"]) for partition in topic["partitions"]] == [(0, [1])]


def test_an_id_is_read_as_kafka_writes_it():
    (topic,) = MetadataResponse10.decode(answer("t", 1, -2).encode()).to_object()["topics"]
    assert topic["authorized_operations"] == 264
    assert [partition["isr"] for partition in topic["partitions"]] == [[1]]
    assert topic_id(topic) == "AAAAAAAAAAH__________g"
    assert topic_id({"topic": "t"}) is None
    assert topic_id({"topic": "t", "topic_id_high": 0, "topic_id_low": 0}) is None


async def test_ids_are_asked_for_until_the_broker_tells(monkeypatch):
    monkeypatch.setattr(topic_identity, "RETRY_SECONDS", 0.0)
    answers: list[Any] = [KafkaConnectionError(), answer("t", 1, -2)]

    async def send(node: int, request: Any) -> Any:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    client: Any = SimpleNamespace(send=send, get_random_node=lambda: 1)
    assert await topic_identity.ids_of(client, ["t", "t"]) == {"t": "AAAAAAAAAAH__________g"}
    assert await topic_identity.ids_of(client, []) == {}


def test_a_commit_belongs_to_the_topic_that_it_names():
    committed = {ZERO: OffsetAndMetadata(5, "this"), ONE: OffsetAndMetadata(5, "former"), TWO: OffsetAndMetadata(5, "")}
    assert topic_identity.of_former_topics(committed, {"t": "this"}) == [ONE]
    assert topic_identity.of_former_topics(committed, {}) == [], "a broker that does not tell"


@pytest.mark.parametrize("told", ["other", None], ids=["another", "gone, then another"])
async def test_who_takes_the_place_of_a_topic_is_noticed(monkeypatch, told):
    monkeypatch.setattr(topic_identity, "CHECK_SECONDS", 0.0)
    answers: list[Any] = [{"t": "this"}, {"t": "this"}, KafkaConnectionError(), {"t": told}, {"t": "other"}]
    connections = 0

    class Admin:
        async def topics(self, names: Any) -> Any:
            found = answers.pop(0)
            if isinstance(found, Exception):
                raise found
            return {name: TopicDescription(False, (), None, found[name]) for name in names}

    @asynccontextmanager
    async def admin(settings: Settings) -> Any:
        nonlocal connections
        connections += 1
        yield Admin()

    monkeypatch.setattr(topic_identity.cluster, "admin", admin)
    assert await topic_identity.watch(Settings(), lambda: {("t", "this")}) == "t"
    assert len(answers) == (1 if told else 0)
    assert connections == 2, "another one only after an error"
