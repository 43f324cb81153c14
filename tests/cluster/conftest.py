"""Streams on three nodes of Apache Kafka."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.support.kafka_cluster import KafkaCluster
from tests.support.stream import Stream

NewStream = Callable[..., Awaitable[Stream]]
numbers = itertools.count()


@pytest_asyncio.fixture
async def new_stream(kafka_cluster: KafkaCluster, tmp_path: Path) -> AsyncIterator[NewStream]:
    """Makes streams with topics of their own, as the cluster's defaults have them; their workers end with the test."""
    streams: list[Stream] = []

    async def make(**options: Any) -> Stream:
        stream = Stream(kafka_cluster.address, f"c{next(numbers)}.", tmp_path, **({"partitions": 4} | options))
        streams.append(stream)
        await stream.prepare()
        return stream

    yield make
    for stream in streams:
        stream.kill_workers()
