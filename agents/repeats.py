"""Dropping repeats on the reading side: delivery is at least once, a repeat the same bytes under the same key.

An article that is changed back comes with the same bytes, too, and is no repeat: it is the newest version. What tells
them apart is the message on `articles.raw` that they come from, which the header `trail` names. Nor is it a repeat when
the same message is on another partition: what takes the quotes of an article back goes to each of them.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from agents.headers import origin_of

REMEMBERED = 200_000
"""Messages looked back on; 200 bytes of memory each."""


class KafkaRecord(Protocol):
    """What a Kafka client gives for a message."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class RepeatDetector:
    """Recognises messages that a crash or a rebalance made a worker send again.

    Only byte-identical messages under one key and on one partition that come from
    the same message on the first topic are repeats: a revision of an article, one
    that was changed back, or the same article from another version of the stages is
    not. Of messages that do not say where they come from, one is a repeat that
    follows the same bytes under its key.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._seen: OrderedDict[bytes, bytes] = OrderedDict()

    def is_repeat(self, record: KafkaRecord) -> bool:
        """Whether this message came before; it is remembered from now on."""
        origin = origin_of(record.headers)
        content = _digest(record.value or b"")
        place = (record.topic.encode(), b"%d" % record.partition, record.key or b"")
        mark = _digest(*place) if origin is None else _digest(*place, content, b"%d/%d" % origin)
        repeat = self._seen.get(mark) == content
        self._seen[mark] = content
        self._seen.move_to_end(mark)
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return repeat


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
