"""The end of a consumer while the broker does not answer, and the members of aiokafka that this relies on."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import KafkaError, NodeNotReadyError
from aiokafka.structs import TopicPartition

from agents.prompt_fetcher import PromptFetcher
from tests.support.waiting import until

HERE = TopicPartition("t", 0)


class AbsentBroker:
    """A client of a broker that is away, or whose answers are not what they should be."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or NodeNotReadyError()
        self._loop = asyncio.get_running_loop()
        self._metadata_max_age_ms = 300_000
        self.cluster = SimpleNamespace(leader_for_partition=lambda tp: 1)
        self.asked = False

    async def send(self, node: int, request: Any) -> Any:
        self.asked = True
        raise self._error


async def test_a_consumer_ends_though_a_request_has_just_failed() -> None:
    """aiokafka raised there that it was cancelled, as if whoever ends the consumer were."""
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user({HERE})
    subscriptions.seek(HERE, 0)
    broker = AbsentBroker()
    fetcher = PromptFetcher(broker, subscriptions, retry_backoff_ms=60_000)
    await until(lambda: broker.asked)
    await asyncio.sleep(0)
    (waiting,) = fetcher._pending_tasks
    await asyncio.wait_for(fetcher.close(), 5)
    assert waiting.cancelled()
    assert fetcher._fetch_task.done()


async def test_a_consumer_ends_though_an_answer_could_not_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Who reads has been told by then; at the end of the consumer, the same error left its connections open."""
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user({HERE})
    subscriptions.seek(HERE, 0)
    fetcher = PromptFetcher(AbsentBroker(ValueError("no such field")), subscriptions)
    with pytest.raises(KafkaError):
        await asyncio.wait_for(asyncio.shield(fetcher.error_future), 5)
    await asyncio.wait_for(fetcher.close(), 5)
    assert "no such field" in caplog.text
