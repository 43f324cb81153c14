"""A network between worker and broker that breaks in the middle of a send, goes silent, or forgets connections."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime

import orjson
import pytest
import pytest_asyncio

from tests.faults.conftest import NewStream
from tests.support.proxy import Proxy
from tests.support.stream import Outcome, Stream, article
from tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(900)]

ARTICLES = 120
ARTICLE_BYTES = 60_000
FURTHER = 10
"""Articles that are sent for each cut: more than are carried until then."""


@pytest_asyncio.fixture
async def proxy(kafka) -> AsyncIterator[Proxy]:
    async with kafka.proxy() as proxy:
        yield proxy


async def feed(stream: Stream, name: str = "a", count: int = ARTICLES) -> None:
    """Large articles by the direct way, so that sends of the worker take long enough to be cut in their middle."""
    generator = random.Random(name)
    await stream.produce(
        [
            article(f"{name}-{n}", f"Text {n}. STEP30@entities {generator.randbytes(ARTICLE_BYTES // 2).hex()}")
            for n in range(count)
        ]
    )


async def all_out(stream: Stream, count: int = ARTICLES) -> Outcome:
    outcome = await stream.collect(lambda seen: len(seen.ids) >= count, seconds=150, settle_seconds=2)
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
        await feed(stream, f"c{cut}", FURTHER)  # or all may be through before the last cut
        await until(lambda cut=cut: proxy.cuts >= cut, 90)
    proxy.cut()
    await asyncio.sleep(3)
    await proxy.mend()
    await all_out(stream, ARTICLES + 5 * FURTHER)
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


async def test_what_a_worker_holds_while_it_is_cut_off_is_not_the_last_word(new_stream: NewStream, kafka, proxy):
    """It has handed a version to its producer when the network breaks; another worker publishes it and later ones."""
    stream = await new_stream(partitions=1, session_timeout_seconds=8)
    stream.start_worker(broker=kafka.proxied_address)
    await stream.produce([article("before", "Davor.")])
    await stream.collect(lambda seen: "before" in seen.ids, seconds=150)
    await stream.produce([article("a", "Fassung 1. STEP1500@quotes")])
    source = "articles.entities"
    await stream.collect(lambda seen: len(seen.messages[source]) >= 2, names=[source], seconds=150)
    await asyncio.sleep(0.8)
    proxy.cut()  # its session ends in 8 s, and for 2 s at least it is certain that nobody else has the partition
    stream.start_worker()
    await stream.produce([article("a", "Fassung 2."), article("a", "Fassung 3.")])
    await stream.collect(lambda seen: len(seen.articles) >= 4, seconds=150)
    await proxy.mend()
    await stream.produce([article("after", "Danach.")])
    outcome = await stream.collect(lambda seen: "after" in seen.ids, seconds=150, settle_seconds=6)
    texts = [orjson.loads(message.value)["text"] for message in outcome.articles if message.key == b"a"]
    assert texts[0].startswith("Fassung 1")
    assert texts[-1].startswith("Fassung 3")
    assert not outcome.letters


async def test_the_next_stage_has_its_result_while_what_it_reads_is_still_on_its_way(
    new_stream: NewStream, kafka, proxy
):
    """And publishes it when that has come: a job that is begun ahead is not done again."""
    stream = await new_stream(publish_timeout_seconds=10)
    stream.start_worker(broker=kafka.proxied_address)
    await stream.produce([article("warm", "Ein Text.")])
    await stream.collect(lambda seen: len(seen.articles) >= 1)
    await stream.produce([article("a", "Text. STEP800@clean STEP1500@entities")])
    await asyncio.sleep(0.5)
    proxy.freeze()
    await asyncio.sleep(2.6)  # shorter than the session
    proxy.thaw()
    outcome = await stream.collect(lambda seen: "a" in seen.ids, seconds=30)
    (message,) = [message for message in outcome.articles if message.key == b"a"]
    _, entities, _ = orjson.loads(dict(message.headers)["trail"])
    made = datetime.fromisoformat(entities["produced_at"]).timestamp()
    assert entities["took_ms"] >= 1500
    assert made - entities["timestamp"] / 1000 < 0.9
