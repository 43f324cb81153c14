"""How a copy of a topic is kept up to date: without haste, but no slower than the topic grows."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents import topic_replica
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
