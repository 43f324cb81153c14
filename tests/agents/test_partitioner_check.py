"""Keys that lie where another partitioner has put them are counted, and said once."""

import logging
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from agents import partitioner_check as module
from agents.incoming import Incoming
from agents.metrics import Metrics
from agents.partitioner import default_partition
from agents.partitioner_check import PartitionerCheck
from agents.permissions import MissingPermission
from agents.settings import Settings
from pipeline.stages import stage_named

TOPIC = "articles.raw"


class Broker:
    """Knows how many partitions there are."""

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions
        self.asked = 0
        self.error: Exception | None = None

    async def partition_numbers(self, settings: Settings, topic: str) -> list[int]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return list(range(self.partitions))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker(8)
    monkeypatch.setattr(module.cluster, "partition_numbers", made.partition_numbers)
    return made


def message(key: bytes | None, partition: int, value: bytes | None = b"{}", topic: str = TOPIC) -> Incoming:
    return Incoming(topic, partition, 17, 0, key, value, ())


def check(stage: str = "clean") -> tuple[PartitionerCheck, Metrics]:
    metrics = Metrics()
    return PartitionerCheck(Settings(), stage_named(stage), metrics), metrics


def counted(metrics: Metrics) -> dict[Any, float]:
    return {labels: value for labels, value in metrics.count("redefluss_misplaced_keys").items() if value}


async def test_a_key_that_lies_elsewhere_is_counted_each_time_and_said_once(broker, caplog):
    caplog.set_level(logging.WARNING)
    looker, metrics = check()
    home = default_partition(b"a", 8)
    await looker.check(message(b"a", home))
    assert counted(metrics) == {}
    for _ in range(3):
        await looker.check(message(b"a", (home + 1) % 8))
    assert counted(metrics) == {("clean",): 3}
    (said,) = caplog.messages
    assert said.startswith(
        f"articles.raw/{(home + 1) % 8}/17: its key is in partition {(home + 1) % 8} and not in {home}"
    )
    assert broker.asked == 1


async def test_a_partition_beyond_those_that_are_known_of_shows_at_once_that_they_were_raised(broker, caplog):
    looker, metrics = check()
    await looker.check(message(b"a", default_partition(b"a", 8)))
    broker.partitions = 64
    keys = [b"article %d" % number for number in range(200)]
    beyond = next(key for key in keys if default_partition(key, 64) >= 8)
    for key in (beyond, *keys):
        await looker.check(message(key, default_partition(key, 64)))
    assert (counted(metrics), caplog.messages, broker.asked) == ({}, [], 2)


async def test_raised_partitions_are_learned_of(broker, monkeypatch, caplog):
    looker, metrics = check()
    await looker.check(message(b"a", default_partition(b"a", 8)))
    broker.partitions = 13
    monkeypatch.setattr(module, "ASK_SECONDS", 0.0)
    await looker.check(message(b"b", default_partition(b"b", 13)))
    assert counted(metrics) == {}
    assert not caplog.messages


@pytest.mark.parametrize("key", [None, b""])
async def test_without_a_key_any_partition_will_do(broker, key):
    looker, metrics = check()
    await looker.check(message(key, 3))
    assert (counted(metrics), broker.asked) == ({}, 0)


async def test_withdrawals_that_go_to_all_partitions_are_where_they_belong(broker):
    looker, metrics = check("statements")
    elsewhere = (default_partition(b"a", 8) + 1) % 8
    await looker.check(message(b"a", elsewhere, None, topic="quotes"))
    assert counted(metrics) == {}
    await looker.check(message(b"a", elsewhere, topic="quotes"))
    assert counted(metrics) == {("statements",): 1}
    looker, metrics = check("clean")
    await looker.check(message(b"a", elsewhere, None))
    assert counted(metrics) == {("clean",): 1}


@pytest.mark.parametrize("error", [KafkaConnectionError(), MissingPermission([])])
async def test_a_broker_that_does_not_answer_is_asked_again_later_and_not_waited_for(broker, caplog, error):
    broker.error = error
    looker, metrics = check()
    for _ in range(3):
        await looker.check(message(b"a", 0))
    assert (counted(metrics), broker.asked) == ({}, 1)
    assert not caplog.messages
