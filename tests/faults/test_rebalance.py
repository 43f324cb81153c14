"""A message that is fetched in the midst of a rebalance, or between two, is read again afterwards."""

import asyncio
import time
from typing import Any

import pytest

from agents.app import create_app
from agents.incoming import Incoming
from pipeline.stages import STAGES
from tests.faults.conftest import NewStream
from tests.support.stream import Outcome, article

pytestmark = [pytest.mark.fault, pytest.mark.kafka]

CLEANED = "articles.cleaned"


async def test_what_was_fetched_while_faust_read_nothing_is_read_again(new_stream: NewStream):
    """Faust drops it and goes back to what is committed, which for a partition that is new is nothing."""
    stream = await new_stream(partitions=2)
    came: list[bytes | None] = []

    async def handle(message: Incoming, **_: Any) -> None:
        came.append(message.key)

    app = create_app(stream.settings, STAGES[0], handle, embedded=False)
    consumer: Any = app.consumer
    fetch = consumer._getmany
    dropped: list[Any] = []

    async def fetch_and_stop(**options: Any) -> Any:
        """As when a rebalance begins between the fetch and the delivery."""
        records = await fetch(**options)
        if records and not dropped:
            dropped.append(records)
            consumer.stop_flow()
            asyncio.get_running_loop().call_later(1.0, consumer.resume_flow)
        return records

    consumer._getmany = fetch_and_stop
    articles = [article(f"a-{number}", f"Text {number}.") for number in range(8)]
    await app.start()
    try:
        await stream.produce(articles)
        deadline = time.monotonic() + 30
        while {key for key, _ in articles} > set(came) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
    finally:
        await app.stop()
    assert dropped
    assert set(came) == {key for key, _ in articles}


async def test_nothing_is_read_between_two_rebalances(new_stream: NewStream):
    """Faust lets messages flow after the first in the midst of the second, and at its end drops what waits."""
    stream = await new_stream(partitions=2)
    came: list[bytes | None] = []

    async def handle(message: Incoming, **_: Any) -> None:
        await asyncio.sleep(0.2)  # the others wait meanwhile
        came.append(message.key)

    app = create_app(stream.settings, STAGES[0], handle, embedded=False)
    consumer: Any = app.consumer
    go_back = consumer.perform_seek
    went_back: list[int] = []

    async def go_back_slowly() -> None:
        """At first until the next rebalance has begun; then for so long that what is there has been read."""
        await go_back()
        went_back.append(app.rebalancing_count)
        if len(went_back) == 1:
            stream.start_worker("clean")
            while app.rebalancing_count == went_back[0]:
                await asyncio.sleep(0.01)
        else:
            await asyncio.sleep(2.0)

    consumer.perform_seek = go_back_slowly
    articles = [article(f"a-{number}", f"Text {number}.") for number in range(40)]
    await stream.produce(articles)

    def all_came(seen: Outcome) -> bool:
        return {key for key, _ in articles} <= {*came, *(message.key for message in seen.messages[CLEANED])}

    await app.start()
    try:
        await stream.collect(all_came, names=[CLEANED])
    finally:
        await app.stop()
    assert came
    assert len(went_back) > 1
