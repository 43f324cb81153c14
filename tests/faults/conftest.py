"""A Kafka of its own for the tests that mistreat it."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agents.broker import BrokerError, EmbeddedBroker
from tests.support.kafka_broker import KafkaBroker, KafkaMissing
from tests.support.missing import missing
from tests.support.stream import Stream

NewStream = Callable[..., Awaitable[Stream]]
numbers = itertools.count()


@pytest.fixture(scope="package")
def kafka() -> Iterator[KafkaBroker]:
    try:
        with KafkaBroker() as broker:
            yield broker
    except KafkaMissing as error:
        missing(error)


@pytest_asyncio.fixture
async def new_stream(kafka: KafkaBroker, tmp_path: Path) -> AsyncIterator[NewStream]:
    streams: list[Stream] = []

    async def make(**options: Any) -> Stream:
        stream = Stream(kafka.address, f"f{next(numbers)}.", tmp_path, **options)
        streams.append(stream)
        await stream.prepare()
        return stream

    yield make
    for stream in streams:
        stream.kill_workers()


@pytest_asyncio.fixture
async def embedded_stream(tmp_path: Path) -> AsyncIterator[Stream]:
    try:
        with EmbeddedBroker(port=0) as broker:
            stream = Stream(broker.address, f"e{next(numbers)}.", tmp_path, partitions=2)
            await stream.prepare()
            try:
                yield stream
            finally:
                stream.kill_workers()
    except BrokerError as error:
        missing(error)
