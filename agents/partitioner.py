"""Which partition a key belongs to, as Kafka's default partitioner has it.

aiokafka works that out in plain Python. A key is asked for again and again, as an article goes from stage to stage and
speakers come back: so what was worked out last is remembered.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aiokafka.partitioner import DefaultPartitioner, murmur2

REMEMBERED_KEYS = 1_024
LONGEST_REMEMBERED = 2_000
"""Bytes of a key: strangers may send some of megabytes."""


def default_partition(key: bytes, partitions: int) -> int:
    """The partition, of so many, into which Kafka's default partitioner puts a key."""
    return remembered(key, partitions) if len(key) <= LONGEST_REMEMBERED else _worked_out(key, partitions)


def _worked_out(key: bytes, partitions: int) -> int:
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


remembered = lru_cache(REMEMBERED_KEYS)(_worked_out)


class RememberingPartitioner(DefaultPartitioner):  # type: ignore[misc]
    """aiokafka's, for its producers."""

    def __call__(self, key: bytes | None, all_partitions: Sequence[int], available: Sequence[int]) -> Any:
        """The partition of a message."""
        if key is None:
            return super().__call__(key, all_partitions, available)
        return all_partitions[default_partition(key, len(all_partitions))]
