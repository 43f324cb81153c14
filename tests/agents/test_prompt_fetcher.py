"""Consumers go on fetching whenever messages are taken out of them, and the members of aiokafka that this relies on."""

import asyncio
import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import consumer
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.structs import TopicPartition

from agents import kafka
from agents.prompt_fetcher import PromptFetcher
from agents.settings import Settings

HERE = TopicPartition("t", 0)
TIMEOUT_SECONDS = 5.0
EMPTY = SimpleNamespace(API_VERSION=11, topics=[])


class Broker:
    """A client whose requests are answered when the test wants it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._metadata_max_age_ms = 300_000
        self.cluster = SimpleNamespace(leader_for_partition=lambda tp: 1)
        self.requests: asyncio.Queue[asyncio.Future[Any]] = asyncio.Queue()

    async def send(self, node: int, request: Any) -> Any:
        answer = self._loop.create_future()
        self.requests.put_nowait(answer)
        return await answer


@pytest.mark.parametrize("steps", range(6))
async def test_the_next_request_follows_when_messages_are_taken_while_one_ends(steps: int):
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user({HERE})
    subscriptions.seek(HERE, 0)
    broker = Broker()
    fetcher = PromptFetcher(broker, subscriptions, fetcher_timeout=TIMEOUT_SECONDS)
    try:
        for taken_first in (True, False):
            answer = await asyncio.wait_for(broker.requests.get(), TIMEOUT_SECONDS / 5)
            done = [fetcher._wait_consume_future, answer]
            for future, value in zip(
                done if taken_first else reversed(done), (None, EMPTY) if taken_first else (EMPTY, None), strict=True
            ):
                future.set_result(value)
                for _ in range(steps):
                    await asyncio.sleep(0)
        await asyncio.wait_for(broker.requests.get(), TIMEOUT_SECONDS / 5)
        assert broker.requests.empty(), "one request at a time"
    finally:
        await fetcher.close()


async def test_while_a_request_is_under_way_it_is_not_looked_for_more(monkeypatch: pytest.MonkeyPatch):
    """An idle worker would use a whole processor."""
    looks = 0
    decide = PromptFetcher._get_actions_per_node

    def counted(self: PromptFetcher, assignment: Any) -> Any:
        nonlocal looks
        looks += 1
        return decide(self, assignment)

    monkeypatch.setattr(PromptFetcher, "_get_actions_per_node", counted)
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user({HERE})
    subscriptions.seek(HERE, 0)
    broker = Broker()
    fetcher = PromptFetcher(broker, subscriptions, fetcher_timeout=TIMEOUT_SECONDS)
    try:
        await asyncio.wait_for(broker.requests.get(), TIMEOUT_SECONDS / 5)
        await asyncio.sleep(0.1)
        assert looks <= 3
    finally:
        await fetcher.close()


async def test_all_consumers_fetch_so(monkeypatch: pytest.MonkeyPatch):
    """`aiokafka.consumer.consumer.Fetcher`."""
    monkeypatch.setattr(consumer, "Fetcher", Fetcher)
    kafka.consumer(Settings(), "t")
    assert issubclass(consumer.Fetcher, PromptFetcher)
    assert "Fetcher" in AIOKafkaConsumer.start.__code__.co_names


def test_the_fetcher_decides_where_it_is_overridden():
    """`Fetcher._get_actions_per_node`, `_in_flight` and `_pending_tasks`: five values, of which the third is a time."""
    assert list(inspect.signature(Fetcher._get_actions_per_node).parameters) == ["self", "assignment"]
    routine = inspect.getsource(Fetcher._fetch_requests_routine)
    assert "self._in_flight.add(node_id)" in routine
    assert "self._pending_tasks.add(task)" in routine
    assert "timeout=timeout" in routine
