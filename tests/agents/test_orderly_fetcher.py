"""The end of a consumer while the broker does not answer, and the members of aiokafka that this relies on."""

import asyncio
from types import SimpleNamespace
from typing import Any

from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import NodeNotReadyError
from aiokafka.structs import TopicPartition

from agents.prompt_fetcher import PromptFetcher
from tests.support.waiting import until

HERE = TopicPartition("t", 0)


class AbsentBroker:
    """A client of a broker that is away."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._metadata_max_age_ms = 300_000
        self.cluster = SimpleNamespace(leader_for_partition=lambda tp: 1)
        self.asked = False

    async def send(self, node: int, request: Any) -> Any:
        self.asked = True
        raise NodeNotReadyError


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
