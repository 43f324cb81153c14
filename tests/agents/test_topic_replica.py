"""How a copy of a topic is kept up to date: without haste, but no slower than the topic grows."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents import kafka, topic_replica
from agents.kafka import TopicDescription
from agents.settings import Settings
from agents.topic_replica import TopicReplica

PLACE = TopicPartition("statements", 0)


class Copy(TopicReplica):
    """Notes what it is given, and when it pauses."""

    def __init__(self) -> None:
        store: Any = None
        super().__init__(Settings(), "statements", "quotes", store)
        self.seen: list[str] = []
        self._caught_up.set()

    def apply(self, partition: int, messages: Any, checkpoint: dict[str, Any]) -> None:
        self.seen.append(f"{len(messages)} up to {checkpoint['offset']}")

    async def _pause(self) -> None:
        self.seen.append("pause")


class FakeConsumer:
    """Gives out lots of messages, each as a client would: so many or so large."""

    def __init__(self, *lots: tuple[int, int]) -> None:
        self.lots = list(lots)
        self.offset = 0

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    def pause(self, *partitions: TopicPartition) -> None:
        pass

    resume = pause

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[Any]]:
        number, size = self.lots.pop(0)
        messages = [SimpleNamespace(offset=self.offset + n, timestamp=0, value=bytes(size)) for n in range(number)]
        self.offset += number
        return {PLACE: messages} if messages else {}


@pytest.mark.parametrize("lot", [(1, 4_000_000), (topic_replica.READ_MESSAGES, 100)], ids=["large", "many"])
async def test_there_is_no_pause_while_there_is_more(lot: tuple[int, int]) -> None:
    """What a worker has given out is held in memory until it comes back: at a lot a second it would pile up."""
    copy, consumer = Copy(), FakeConsumer(lot, lot, (3, 100), (0, 0), (2, 100))
    client: Any = consumer
    while consumer.lots:
        await copy._read(client)
    number = lot[0]
    assert copy.seen == [
        "pause",
        f"{number} up to {number}",
        f"{number} up to {2 * number}",
        f"3 up to {2 * number + 3}",
        "pause",
        "pause",
        f"2 up to {2 * number + 5}",
    ]


class FakeStore:
    """A copy that was read up to offset 5 of a topic."""

    def __init__(self, topic_id: str) -> None:
        self.known: dict[str, Any] | None = {"offset": 5, "last": "0.000/3", "topic": topic_id}
        self.cleared = 0

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        return self.known

    def clear(self) -> None:
        self.cleared += 1


class CompactedConsumer(FakeConsumer):
    """Of a topic whose message before offset 5 fell to compaction, so that there is nothing to compare."""

    def assign(self, partitions: Any) -> None:
        pass

    async def beginning_offsets(self, partitions: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Any) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 9)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.offset = offset

    async def position(self, partition: TopicPartition) -> int:
        return self.offset

    async def getmany(self, *_: Any, **__: Any) -> dict[TopicPartition, list[Any]]:
        return {PLACE: [SimpleNamespace(offset=7, timestamp=0, value=b"...")]}


@pytest.mark.parametrize(
    ("former", "present", "start"),
    [("one", "one", 5), ("one", "other", 0), ("", "other", 5), ("one", None, 5)],
    ids=["the same", "another", "not known which", "a broker that does not tell"],
)
async def test_a_copy_of_a_topic_that_was_created_again_is_rebuilt(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, former: str, present: str | None, start: int
) -> None:
    async def readable(settings: Settings, *topics: str) -> dict[str, TopicDescription]:
        return {name: TopicDescription(False, [{"partition": 0}], None, present) for name in topics}

    monkeypatch.setattr(kafka, "readable_topics", readable)
    copy, store = Copy(), FakeStore(former)
    anything: Any = store
    copy._store = anything
    copy.assign([0])
    client: Any = CompactedConsumer()
    await copy._reassign(client)
    assert (client.offset, store.cleared) == (start, int(start == 0))
    assert copy.topic_ids == ({} if present is None else {"statements": present})
    assert ("statements was deleted and created again" in caplog.text) is (start == 0)
