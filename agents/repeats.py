"""Dropping repeats on the reading side: delivery is at least once, a repeat the same bytes under the same key."""

import hashlib
from collections import OrderedDict
from typing import Protocol

REMEMBERED = 200_000
"""Messages looked back on; 16 bytes each."""


class KafkaRecord(Protocol):
    """What a Kafka client gives for a message."""

    topic: str
    key: bytes | None
    value: bytes | None


class Repeats:
    """Recognises messages that a crash or a rebalance made a worker send again.

    Only byte-identical messages under one key are repeats: a revision of an
    article, or the same article from another version of the stages, is not.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def is_repeat(self, record: KafkaRecord) -> bool:
        """Whether this message came before; it is remembered from now on."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (record.topic.encode(), record.key or b"", record.value or b""):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        mark = digest.digest()
        if mark in self._seen:
            self._seen.move_to_end(mark)
            return True
        self._seen[mark] = None
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return False
