"""What a store is: it takes batches of changes, and says up to which message it has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiokafka import TopicPartition

from pipeline.tables.rows import Change


class SinkError(Exception):
    """The store cannot be used, or refuses what it is given: one line."""


class SinkAddressError(SinkError):
    """What was named is no address of such a store: one line."""


class SinkUnavailable(Exception):
    """The store does not answer now; the same batch may be written again later. One line.

    Attributes:
        after_seconds: how long it asks to wait; None if it does not say.
    """

    def __init__(self, message: str, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


@dataclass(frozen=True)
class StoredPosition:
    """How far a partition is stored: the offset of the next message, and by what the last one is known again.

    The fingerprint ends with the topic's id, behind a space; either is left out where it is not known.
    """

    offset: int
    fingerprint: str


@dataclass
class Batch:
    """Messages to be stored together, and what the store has up to them once they are.

    `messages` are the Kafka records, each with the change that it makes.
    """

    messages: list[tuple[Any, Change]] = field(default_factory=list)
    positions: dict[TopicPartition, StoredPosition] = field(default_factory=dict)
    size: int = 0

    @property
    def latest(self) -> list[Change]:
        """The last change of each article and statement: those before it are overtaken."""
        return list({(change.kind, change.key): change for _, change in self.messages}.values())


@dataclass(frozen=True)
class WriteResult:
    """What a batch changed: rows by table, articles and statements taken back, and messages that changed nothing."""

    rows: Mapping[str, int]
    removed: int = 0
    unchanged: int = 0


class SinkStore(Protocol):
    """Where changes are kept.

    Attributes:
        name: for people, without passwords.
        batch_bytes: of messages' values, at which a batch is full.
        flush_seconds: longest time that a message waits for others.
    """

    name: str
    batch_bytes: int
    flush_seconds: float

    async def open(self) -> Mapping[TopicPartition, StoredPosition] | None:
        """Make it ready, migrated to this version; how far it is. None: it does not keep that, Kafka does.

        Raises:
            SinkError: it cannot be used.
        """
        ...

    async def write(self, batch: Batch) -> WriteResult:
        """Store a batch and how far it goes, as one.

        Raises:
            SinkUnavailable: not now.
            SinkError: never.
        """
        ...

    async def close(self) -> None:
        """Give it free for others."""
        ...


def fresh(changes: Sequence[Change], known: Mapping[str, bytes]) -> list[Change]:
    """Those of the changes of one kind that change something.

    Args:
        changes: of different articles, or of different statements.
        known: digest by the key of those among them that are in the store.
    """
    return [
        change for change in changes if (known.get(change.key) != change.digest if change.rows else change.key in known)
    ]


def counted(changes: Sequence[Change], unchanged: int) -> WriteResult:
    """What so many changes, all of them made, come to."""
    rows: dict[str, int] = {}
    for change in changes:
        for table, lines in change.rows.items():
            rows[table] = rows.get(table, 0) + len(lines)
    return WriteResult(rows, sum(not change.rows for change in changes), unchanged)
