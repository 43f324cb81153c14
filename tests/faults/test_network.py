"""A network between worker and broker that breaks in the middle of a send, goes silent, or forgets connections."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.conftest import NewStream
from tests.support.proxy import Proxy
from tests.support.stream import Outcome, Stream, article

pytestmark = [pytest.mark.fault, pytest.mark.kafka]

ARTICLES = 120
ARTICLE_BYTES = 60_000


@pytest_asyncio.fixture
async def proxy(kafka) -> AsyncIterator[Proxy]:
    async with kafka.proxy() as proxy:
        yield proxy


async def feed(stream: Stream) -> None:
    """Large articles by the direct way, so that sends of the worker take long enough to be cut in their middle."""
    generator = random.Random(11)
    await stream.produce(
        [
            article(f"a-{number}", f"Text {number}. STEP30@entities {generator.randbytes(ARTICLE_BYTES // 2).hex()}")
            for number in range(ARTICLES)
        ]
    )


async def all_out(stream: Stream) -> Outcome:
    outcome = await stream.collect(lambda seen: len(seen.ids) >= ARTICLES, seconds=150, settle_seconds=2)
    assert not outcome.letters
    assert not outcome.differing()
    return outcome


async def test_connections_cut_in_the_middle_of_sends_lose_nothing(new_stream: NewStream, kafka, proxy):
    stream = await new_stream(publish_timeout_seconds=5)
    worker = stream.start_worker(broker=kafka.proxied_address)
    await feed(stream)
    await stream.collect(lambda seen: len(seen.articles) >= 5)
    generator = random.Random(12)
    for cut in range(1, 6):
        proxy.cut_after(generator.randrange(1, 4 * ARTICLE_BYTES))
        async with asyncio.timeout(30):
            while proxy.cuts < cut:
                await asyncio.sleep(0.1)
    proxy.cut()
    await asyncio.sleep(3)
    await proxy.mend()
    await all_out(stream)
    assert worker.poll() is None, "it is still the same worker"


@pytest.mark.parametrize(
    "new_ones",
    [pytest.param(True, id="all silent"), pytest.param(False, id="old ones half-open", marks=pytest.mark.long)],
)
async def test_silent_connections_are_given_up_and_lose_nothing(new_stream: NewStream, kafka, proxy, new_ones):
    stream = await new_stream(publish_timeout_seconds=5)
    worker = stream.start_worker(broker=kafka.proxied_address)
    await feed(stream)
    await stream.collect(lambda seen: len(seen.articles) >= 5)
    proxy.freeze(new_ones=new_ones)
    if new_ones:
        await asyncio.sleep(9)  # longer than the session: the broker has counted the worker out meanwhile
        proxy.thaw()
    await all_out(stream)
    assert worker.poll() is None, "it is still the same worker"
