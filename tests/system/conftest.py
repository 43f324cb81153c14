"""Brokers for the system tests: each test runs on the embedded one and on Apache Kafka."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agents.broker import BrokerError, EmbeddedBroker
from tests.support.kafka_broker import KafkaBroker, KafkaMissing
from tests.support.missing import missing
from tests.support.stream import Stream

numbers = itertools.count()


@pytest.fixture(scope="package")
def embedded_broker() -> Iterator[str]:
    try:
        with EmbeddedBroker(port=0) as broker:
            yield broker.address
    except BrokerError as error:
        missing(error)


@pytest.fixture(scope="package")
def kafka_broker() -> Iterator[str]:
    try:
        with KafkaBroker() as broker:
            yield broker.address
    except KafkaMissing as error:
        missing(error)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(f"{request.param}_broker")
    return address


@pytest_asyncio.fixture
async def make_stream(broker: str, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Makes streams with topics of their own; their workers end with the test."""
    streams: list[Stream] = []

    async def make(**options: Any) -> Stream:
        stream = Stream(broker, f"t{next(numbers)}.", tmp_path, **options)
        streams.append(stream)
        await stream.prepare()
        return stream

    yield make
    for stream in streams:
        stream.kill_workers()
