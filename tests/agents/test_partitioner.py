"""A key is in the partition in which any client with Kafka's default partitioner has it, also when it comes again."""

import sys
from typing import Any

import pytest
from aiokafka.partitioner import DefaultPartitioner

from agents import kafka, partitioner
from agents.partitioner import RememberingPartitioner, default_partition
from agents.settings import Settings

KEYS = [b"freibad-1", b"", "über".encode(), bytes(range(40)), b"freibad-1"]
PARTITIONS = list(range(7))


def test_the_default_partitioner_is_kafkas() -> None:
    theirs = [DefaultPartitioner()(key, PARTITIONS, []) for key in KEYS]
    assert [default_partition(key, 7) for key in KEYS] == theirs
    assert [RememberingPartitioner()(key, PARTITIONS, []) for key in KEYS] == theirs
    assert default_partition(b"freibad-1", 13) == DefaultPartitioner()(b"freibad-1", range(13), []) != theirs[0]


def test_a_message_without_a_key_goes_where_there_is_a_leader() -> None:
    assert {RememberingPartitioner()(None, PARTITIONS, [3]) for _ in range(20)} == {3}


def test_a_producer_works_out_no_key_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "RevocableProducer", dict)
    options: Any = kafka.producer(Settings(), embedded=False)
    partitioner.remembered.cache_clear()
    for _ in range(10):
        options["partitioner"](b"per/hanna-toelke", PARTITIONS, PARTITIONS)
    assert partitioner.remembered.cache_info().misses == 1


def test_long_keys_are_not_kept() -> None:
    """Somebody may send keys of a megabyte, a thousand of which would take up a gigabyte."""
    long = bytes(range(256)) * 40
    references = sys.getrefcount(long)
    assert default_partition(long, 7) == DefaultPartitioner()(long, PARTITIONS, [])
    assert sys.getrefcount(long) == references
