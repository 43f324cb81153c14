"""A broker whose disk is full: nothing is confirmed, not even a dead letter; and then there is room again."""

import asyncio
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kafka_broker import KafkaBroker, KafkaMissing
from tests.support.missing import missing
from tests.support.small_disk import mount, small_disk
from tests.support.stream import Stream, article
from tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(900)]

ARTICLES = 150
ARTICLE_BYTES = 60_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """With room for a part of what the test sends through."""
    with small_disk(tmp_path / "disk", "24m") as folder:
        yield folder


async def test_a_full_disk_stops_the_stream_and_loses_nothing(tmp_path, disk):
    try:
        broker = KafkaBroker(folder=tmp_path, data=disk / "data").start()
    except KafkaMissing as error:
        missing(error)
    stream = Stream(broker.address, "full.", tmp_path, partitions=2, publish_timeout_seconds=5)
    try:
        await stream.prepare()
        worker = stream.start_worker()
        generator = random.Random(17)
        sent = {}
        for number in range(ARTICLES):
            word = "RAISE@quotes" if number % 5 == 0 else "STEP10@entities"
            sent |= dict([article(f"a-{number}", f"{word} {generator.randbytes(ARTICLE_BYTES // 2).hex()}")])
        feeding = asyncio.create_task(stream.produce(sent.items()))
        await asyncio.to_thread(broker.wait, 150)  # Kafka ends when it has lost its only disk
        await until(lambda: "has not confirmed" in stream.logs())
        assert shutil.disk_usage(disk).free < 1_000_000
        assert worker.poll() is None

        mount("-o", "remount,size=400m", str(disk))
        broker.start()
        await asyncio.wait_for(feeding, 60)
        outcome = await stream.collect(
            lambda seen: len(seen.ids) + len(seen.places) >= ARTICLES, seconds=90, settle_seconds=1
        )
        assert len(outcome.ids) == ARTICLES * 4 // 5
        assert {letter["reason"] for letter in outcome.letters} == {"processing-error"}
        assert not outcome.differing()
        assert worker.poll() is None, "it is still the same worker"
    finally:
        stream.kill_workers()
        broker.kill()
