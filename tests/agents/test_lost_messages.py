"""What a reader says of messages that are gone before it has come to them, and the members of aiokafka for that."""

import asyncio
import inspect
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher, OffsetResetStrategy
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import OffsetOutOfRangeError
from aiokafka.structs import TopicPartition

from agents.lost_messages import ReportingFetcher

HERE = TopicPartition("t", 0)
BEGIN = 1_500


class Broker:
    """A client that is asked for messages of one partition, of which it has only those from `BEGIN` on, and none yet.

    `fetched` becomes set with the first request for what it has.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._metadata_max_age_ms = 300_000
        self.cluster = SimpleNamespace(leader_for_partition=lambda tp: 1)
        self.asked, self.fetched = asyncio.Event(), asyncio.Event()
        self.may_answer = asyncio.Event()

    async def send(self, node: int, request: Any) -> Any:
        ((_, ((_, offset, _),)),) = request.topics
        if offset == BEGIN:
            self.fetched.set()
            await asyncio.Event().wait()
        self.asked.set()
        await self.may_answer.wait()
        return SimpleNamespace(API_VERSION=11, topics=[("t", [(0, OffsetOutOfRangeError.errno, -1, None, None, b"")])])


@pytest.fixture
def begins(monkeypatch: pytest.MonkeyPatch) -> None:
    async def offsets(self: Fetcher, node: int, topics: Any) -> dict[TopicPartition, tuple[int, None]]:
        return {HERE: (BEGIN, None)}

    monkeypatch.setattr(Fetcher, "_proc_offset_request", offsets)


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        (500, "t/0: 1,000 messages were deleted before they were read"),
        (2_000, "t/0 ends before 2000, where it was to be read on; it is read again from 1500"),
    ],
)
@pytest.mark.parametrize("sought", [False, True])
async def test_a_reader_says_what_it_cannot_read_any_more(begins, caplog, offset: int, told: str, sought: bool):
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user({HERE})
    subscriptions.seek(HERE, offset)
    broker = Broker()
    fetcher = ReportingFetcher(
        broker, subscriptions, fetcher_timeout=5.0, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    try:
        with caplog.at_level(logging.WARNING, "redefluss"):
            await asyncio.wait_for(broker.asked.wait(), 5)
            if sought:  # meanwhile somebody wants to read from the beginning: nothing is missed
                fetcher.request_offset_reset([HERE], OffsetResetStrategy.EARLIEST)
            broker.may_answer.set()
            await asyncio.wait_for(broker.fetched.wait(), 5)
    finally:
        await fetcher.close()
    assert [record.message for record in caplog.records] == ([] if sought else [told])
    assert fetcher.read_again == ({HERE} if offset > BEGIN and not sought else set())


async def test_whoever_comes_to_the_same_gap_again_says_nothing_new(caplog):
    """As after each of the two times that Faust goes back to what is committed when it gets partitions."""
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user({HERE})
    fetcher = ReportingFetcher(
        Broker(), subscriptions, fetcher_timeout=5.0, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    for wanted, found in ((500, 1_500), (500, 1_500), (500, 1_600), (9_000, 1_600)):
        fetcher._report(HERE, wanted, found)
    await fetcher.close()
    assert [record.message for record in caplog.records] == [
        "t/0: 1,000 messages were deleted before they were read",
        "t/0: 1,100 messages were deleted before they were read",
        "t/0 ends before 9000, where it was to be read on; it is read again from 1600",
    ]


def test_what_is_overridden_is_what_the_fetcher_calls():
    """`Fetcher._proc_fetch_request`, `_update_fetch_positions` and `request_offset_reset`."""
    assert list(inspect.signature(Fetcher._proc_fetch_request).parameters)[1:] == ["assignment", "node_id", "request"]
    assert list(inspect.signature(Fetcher._update_fetch_positions).parameters)[1:] == ["assignment", "node_id", "tps"]
    routine = inspect.getsource(Fetcher._fetch_requests_routine)
    assert "self._proc_fetch_request(" in routine
    assert "self._update_fetch_positions(" in routine
