"""Where a sink begins in partitions that it does not read yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError
from aiokafka.structs import OffsetAndMetadata

from agents import cluster
from agents.settings import Settings
from agents.sinks import assignment
from agents.sinks.assignment import Assignment
from agents.sinks.store import StoredPosition


class TwoPartitions:
    """A client that notes what it is to read, and from where."""

    def __init__(self, read: TopicPartition) -> None:
        self.positions = {read: 4}

    def assign(self, partitions: list[TopicPartition]) -> None:
        self.positions = dict.fromkeys(partitions, -1)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.positions[partition] = offset

    async def position(self, partition: TopicPartition) -> int:
        return self.positions[partition]

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 9)


PARTITIONS = [TopicPartition("articles.quotes", number) for number in range(2)]


@pytest.fixture(autouse=True)
def one_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    async def topics(*_: Any) -> dict[str, cluster.TopicDescription]:
        return {"articles.quotes": cluster.TopicDescription(False, [{"partition": 0}, {"partition": 1}], None)}

    monkeypatch.setattr(cluster, "readable_topics", topics)


async def test_where_a_new_partition_cannot_be_begun_the_others_stay_where_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, found = PARTITIONS
    client: Any = TwoPartitions(read)
    assigned = Assignment(Settings(), client, [read.topic], group="sink-memory", from_now=False, say=print)
    assigned.kept_by_store, assigned.ends = {found: StoredPosition(3, "5.000/2")}, {read: 4}

    async def silent(*_: Any, **__: Any) -> int:
        raise KafkaTimeoutError

    monkeypatch.setattr(assignment, "resume_offset", silent)
    new = await assigned.find()
    assert new is not None
    with pytest.raises(KafkaTimeoutError):
        await assigned.begin(new)
    assert client.positions == {read: 4}


async def test_a_broker_that_does_not_tell_the_groups_offsets_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it loads them it answers with an error, which the client leaves out: all would be sent once more."""
    first, second = PARTITIONS
    answers = iter([{first: OffsetAndMetadata(5, "a")}, dict.fromkeys(PARTITIONS, OffsetAndMetadata(5, "a"))])

    class Client(cluster.Admin):
        def __init__(self) -> None:
            pass  # it connects to nothing

        async def find_coordinator(self, _: str) -> int:
            return 1

        async def list_consumer_group_offsets(self, *_: Any, **__: Any) -> dict[TopicPartition, OffsetAndMetadata]:
            return next(answers)

    @asynccontextmanager
    async def admin(_: Settings) -> AsyncIterator[Client]:
        yield Client()

    monkeypatch.setattr(cluster, "admin", admin)
    client: Any = TwoPartitions(first)
    assigned = Assignment(Settings(), client, [first.topic], group="sink-memory", from_now=False, say=print)
    new = await assigned.find()
    assert new is not None
    assert new.stored == {first: StoredPosition(5, "a"), second: StoredPosition(5, "a")}
