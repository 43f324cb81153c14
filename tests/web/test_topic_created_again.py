"""A topic that was deleted and created again under the collector's feet: the pages miss nothing of the new one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agents import cluster, kafka, progress, topics
from agents.settings import Settings
from agents.topic_reader import fingerprint, messages_to_end
from agents.web.collector import collector as module
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.codec import encode
from tests.support.waiting import until
from tests.system.conftest import kafka_broker, numbers
from tests.web.articles import quote_article
from tests.web.test_collector import collecting, eventually, ids

__all__ = ["kafka_broker"]
pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

TOPIC = "articles.quotes"


@pytest_asyncio.fixture
async def settings(kafka_broker: str, tmp_path: Path) -> AsyncIterator[Settings]:
    made = Settings(broker=kafka_broker, topic_prefix=f"web{next(numbers)}.", data_dir=tmp_path, partitions=1)
    await topics.ensure(made)
    yield made


async def send(settings: Settings, *names: str) -> None:
    producer = kafka.producer(settings, embedded=False)
    await producer.start()
    try:
        for name in names:
            await producer.send_and_wait(settings.topic(TOPIC), encode(quote_article(name)), name.encode(), partition=0)
    finally:
        await producer.stop()


async def delete(settings: Settings) -> None:
    async with cluster.admin(settings) as client:
        await client.delete_topics([settings.topic(TOPIC)])

    async def gone() -> bool:
        return not await cluster.partition_numbers(settings, settings.topic(TOPIC))

    await until(gone)


async def test_while_it_runs_it_begins_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress, "DESCRIBE_SECONDS", 1.0)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 5.0)  # so that it does not see the new topic while it is empty
    reader = StoreReader(store_path(settings))
    former = {f"a-{number}" for number in range(5)}
    fresh = {f"b-{number}" for number in range(12)}
    async with collecting(settings):
        await send(settings, *sorted(former))
        await eventually(lambda: ids(reader) == former)
        await delete(settings)
        await topics.ensure(settings)
        await send(settings, *sorted(fresh))
        await eventually(lambda: ids(reader) == former | fresh)
        await send(settings, "c")
        await eventually(lambda: "c" in ids(reader))
    told = [record for record in caplog.records if "created again: reading from its beginning" in record.message]
    assert len(told) == 1


@pytest.mark.parametrize("former", ["of-the-former-topic", ""])
async def test_a_position_in_a_former_topic_is_none_in_the_new_one(settings: Settings, former: str) -> None:
    """Also where messages of the new topic were read at the position in the former one before that was noticed."""
    names = [f"a-{number}" for number in range(6)]
    await send(settings, *names)
    messages = [message async for message in messages_to_end(settings, TOPIC)]
    path = store_path(settings)
    path.parent.mkdir(parents=True)
    writer = StoreWriter(path, keep_articles=100, keep_days=30)
    mark = f"{fingerprint(messages[3])} {former}".rstrip()
    writer.add([TopicMessage(TOPIC, 0, 3, messages[3].timestamp / 1000, messages[3].value, {}, b"a-3", mark)])
    writer.close()
    reader = StoreReader(path)
    async with collecting(settings):
        await eventually(lambda: {"a-3", "a-4", "a-5"} <= ids(reader))
    assert (ids(reader) == set(names)) is bool(former)
    async with cluster.admin(settings) as client:
        (description,) = (await client.topics([settings.topic(TOPIC)])).values()
    writer = StoreWriter(path, keep_articles=100, keep_days=30)
    assert writer.positions()[TOPIC, 0] == (6, f"{fingerprint(messages[5])} {description.id}")
    writer.close()
