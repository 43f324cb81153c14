"""How long the consumer waits for messages, by whether buffers are full."""

from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP

from agents import kafka
from agents.faust_adapter import ClientThread, PromptConsumer

HERE, GONE = TP("t", 0), TP("t", 1)


@pytest.mark.parametrize(
    ("buffered", "active", "waits"),
    [(set(), {HERE}, [1.0]), ({GONE}, {HERE}, [1.0]), ({HERE}, {TP("t", 2)}, [0.0]), ({HERE}, set(), [])],
    ids=["none full", "one full that was given up", "one full", "all full"],
)
async def test_waits_long_only_if_no_buffer_of_its_own_is_full(monkeypatch, buffered, active, waits):
    waited: list[float] = []

    async def wait(self: Consumer, timeout: float) -> Any:
        waited.append(timeout)
        return {}, active

    monkeypatch.setattr(Consumer, "__init__", lambda self: None)
    monkeypatch.setattr(Consumer, "_wait_next_records", wait)
    monkeypatch.setattr(Consumer, "assignment", lambda self: {HERE, TP("t", 2)})
    consumer = PromptConsumer()
    consumer._buffered_partitions, consumer._active_partitions = buffered, active
    assert await consumer._wait_next_records(1.0) == ({}, active)
    assert waited == waits


async def test_the_client_looks_about_no_oftener_than_it_must(monkeypatch):
    client = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    assert client._consumer_timeout == 0.2  # else aiokafka has changed, and what is set here has no effect
    monkeypatch.setattr(AIOKafkaConsumerThread, "__init__", lambda self: None)
    monkeypatch.setattr(AIOKafkaConsumerThread, "_create_worker_consumer", lambda self, transport: client)
    assert ClientThread()._create_worker_consumer(None) is client
    assert client._consumer_timeout == kafka.IDLE_LOOK_SECONDS
