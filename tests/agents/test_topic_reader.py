"""Where a reader that was stopped goes on."""

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from agents import topic_reader
from agents.topic_reader import fingerprint, resume_offset

TP = TopicPartition("articles.quotes", 0)


class Record:
    """The message at offset 4."""

    offset = 4
    timestamp = 5000
    value = b"{}"


class SlowConsumer:
    """Its broker answers a fetch after a number of polls; where `gap` ends, there is the next message."""

    def __init__(self, *, polls: int, gap: int | None = None) -> None:
        self.polls = polls
        self.gap = gap
        self.at = 0

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.at = offset

    async def position(self, _: TopicPartition) -> int:
        return self.at

    async def getmany(self, *_: Any, **__: Any) -> dict[TopicPartition, list[Record]]:
        self.polls -= 1
        if self.polls > 0:
            return {}
        self.at = self.at + 1 if self.gap is None else self.gap
        return {TP: [Record()]} if self.gap is None else {}


async def resumed(consumer: Any) -> int | None:
    return await resume_offset(consumer, TP, offset=5, last=fingerprint(Record()), begin=0, end=9)


@pytest.mark.parametrize("polls", [1, 4])
async def test_a_broker_that_takes_its_time_has_the_same_topic(polls: int) -> None:
    assert await resumed(SlowConsumer(polls=polls)) == 5


async def test_a_topic_without_messages_there_is_another() -> None:
    assert await resumed(SlowConsumer(polls=1, gap=9)) is None


async def test_a_broker_that_does_not_answer_says_nothing_of_the_topic() -> None:
    with pytest.raises(KafkaTimeoutError, match=r"articles\.quotes/0/4"):
        await resumed(SlowConsumer(polls=topic_reader.PROOF_TRIES + 1))


def test_a_message_is_known_by_its_time_and_its_size() -> None:
    withdrawal = Record()
    withdrawal.value = None  # type: ignore[assignment]
    assert (fingerprint(Record()), fingerprint(withdrawal)) == ("5.000/2", "5.000/0")
