"""Where a sink begins in partitions that it does not read yet."""

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

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


async def test_where_a_new_partition_cannot_be_begun_the_others_stay_where_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, found = (TopicPartition("articles.quotes", number) for number in range(2))
    client: Any = TwoPartitions(read)
    assigned = Assignment(Settings(), client, [read.topic], group="sink-memory", from_now=False, say=print)
    assigned.kept_by_store, assigned.ends = {found: StoredPosition(3, "5.000/2")}, {read: 4}

    async def topics(*_: Any) -> dict[str, cluster.TopicDescription]:
        return {read.topic: cluster.TopicDescription(False, [{"partition": 0}, {"partition": 1}], None)}

    async def silent(*_: Any, **__: Any) -> int:
        raise KafkaTimeoutError

    monkeypatch.setattr(cluster, "readable_topics", topics)
    monkeypatch.setattr(assignment, "resume_offset", silent)
    new = await assigned.find()
    assert new is not None
    with pytest.raises(KafkaTimeoutError):
        await assigned.begin(new)
    assert client.positions == {read: 4}
