"""How topics are made, and what is said of those that are otherwise."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from agents import cluster, kafka, topics
from agents.cli import clients
from agents.settings import Settings
from agents.topic_reader import messages_to_end
from agents.topics import STATE_TOPICS, _differences, all_names, specification

PARTITION = {"replicas": [1]}


def settings(**options: Any) -> Settings:
    return Settings(_env_file=None, **options)  # type: ignore[call-arg]


def test_what_was_taken_back_is_told_for_as_long_as_articles_are_kept():
    """A sink that is run once a week would otherwise keep statements that nobody has made."""
    for hours, kept in ((168, 168), (1, 24)):
        configs = specification(settings(retention_hours=hours), "statements").topic_configs
        assert configs["delete.retention.ms"] == str(kept * 3_600_000)


@pytest.mark.parametrize("name", all_names())
def test_time_stamps_are_the_brokers_and_what_is_not_set_is_the_clusters(name):
    made = specification(settings(), name)
    assert made.topic_configs["message.timestamp.type"] == "LogAppendTime"
    assert made.replication_factor == -1
    assert "min.insync.replicas" not in made.topic_configs


@pytest.mark.parametrize("name", all_names())
def test_what_is_set_is_not_the_clusters(name):
    made = specification(settings(replication_factor=3, min_insync_replicas=2), name)
    assert made.replication_factor == 3
    assert made.topic_configs["min.insync.replicas"] == "2"


@pytest.mark.parametrize(
    ("options", "copies", "configs", "said"),
    [
        ({}, 3, {"min.insync.replicas": "2", "message.timestamp.type": "LogAppendTime"}, []),
        ({}, 1, {}, []),
        ({"partitions": 3}, 1, {}, ["has 2 partitions, the settings say 3"]),
        ({"replication_factor": 3}, 1, {}, ["has 1 copies of each partition, the settings say 3"]),
        ({"min_insync_replicas": 2}, 3, {"min.insync.replicas": "1"}, ["has min.insync.replicas=1, it should be 2"]),
        ({}, 1, {"cleanup.policy": "compact"}, ["has cleanup.policy=compact, it should be delete"]),
        (
            {},
            1,
            {"message.timestamp.type": "CreateTime"},
            [
                "has message.timestamp.type=CreateTime, it should be LogAppendTime; messages with old time stamps are "
                "deleted at once"
            ],
        ),
    ],
)
def test_what_differs_is_said_in_words(options, copies, configs, said):
    meant = specification(settings(**({"partitions": 2} | options)), "articles.raw")
    assert list(_differences(meant, [{"replicas": list(range(copies))}] * 2, configs)) == said


def test_what_is_known_of_articles_and_speakers_stays_where_it_is_when_partitions_are_raised():
    assert {"statements", "articles.seen"} == STATE_TOPICS
    meant, there = specification(settings(partitions=8), "statements"), [{"replicas": [0]}]
    assert list(_differences(meant, there * 4, {}, may_have_fewer=True)) == []
    assert list(_differences(meant, there * 9, {}, may_have_fewer=True)) == ["has 9 partitions, the settings say 8"]


def test_what_was_replayed_is_known_as_long_as_its_letter():
    configs = [specification(settings(), name).topic_configs for name in ("articles.dead-letter", "articles.replayed")]
    assert configs[0]["retention.ms"] == configs[1]["retention.ms"]
    assert configs[1]["cleanup.policy"] == "compact,delete"


def test_two_policies_are_the_same_in_any_order():
    meant = specification(settings(partitions=1), "articles.seen")
    assert list(_differences(meant, [PARTITION], {"cleanup.policy": "delete,compact"})) == []


class Unreachable:
    """A client whose broker is gone, and the topics that the broker had told of before."""

    def __init__(self) -> None:
        self.stopped = 0

    async def start(self) -> None:
        raise KafkaConnectionError

    async def stop(self) -> None:
        self.stopped += 1

    async def topics(self, names: Any) -> dict[str, cluster.TopicDescription]:
        return {name: cluster.TopicDescription(False, [{"partition": 0, "replicas": [1]}], None) for name in names}


async def _first(found: Any) -> None:
    async for _ in found:
        return


async def _enter(context: Any) -> None:
    async with context:
        pass


@pytest.mark.parametrize(
    "use",
    [
        lambda: topics.listing(settings()),
        lambda: _first(messages_to_end(settings(), "articles.raw")),
        lambda: _enter(clients.connected_producer(settings())),
        lambda: _enter(clients.connected_consumer(settings())),
    ],
    ids=["listing", "messages", "a producer", "a consumer"],
)
async def test_a_client_that_cannot_connect_is_closed(monkeypatch: pytest.MonkeyPatch, use: Any) -> None:
    client = Unreachable()

    @asynccontextmanager
    async def admin(_: Settings) -> AsyncIterator[Unreachable]:
        yield client

    async def nothing(*_: Any, **__: Any) -> None:
        return

    for module in (cluster, topics):
        monkeypatch.setattr(module, "admin", admin)
    for module in (kafka, topics):
        monkeypatch.setattr(module, "consumer", lambda *_, **__: client)
    monkeypatch.setattr(kafka, "producer", lambda *_, **__: client)
    for module, name in ((clients, "reach_broker"), (topics, "ensure"), (cluster, "require"), (cluster, "is_embedded")):
        monkeypatch.setattr(module, name, nothing)
    with pytest.raises(KafkaConnectionError):
        await use()
    assert client.stopped == 1
