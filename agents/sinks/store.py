"""What a store is: it takes batches of changes, and says up to which message it has them."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiokafka import TopicPartition

from pipeline.tables.columns import RecordKind
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


@dataclass(frozen=True)
class WriteResult:
    """What a batch changed: rows by table, articles and statements taken back, and messages that changed nothing."""

    rows: Mapping[str, int]
    removed: int = 0
    unchanged: int = 0


@dataclass
class Batch:
    """Messages to be stored together, and what the store has up to them once they are.

    `messages` are the Kafka records, each with the change that it makes.
    """

    messages: list[tuple[Any, Change]] = field(default_factory=list)
    positions: dict[TopicPartition, StoredPosition] = field(default_factory=dict)
    size: int = 0

    def latest(self, kind: RecordKind) -> list[Change]:
        """The last change of each article, or of each statement: those before it are overtaken."""
        return list({change.key: change for _, change in self.messages if change.kind == kind}.values())

    @property
    def position_rows(self) -> list[tuple[str, int, int, str]]:
        """The positions as rows, as `positions_in` takes them."""
        places = self.positions.items()
        return [(tp.topic, tp.partition, position.offset, position.fingerprint) for tp, position in places]

    def result_of(self, made: Sequence[Change]) -> WriteResult:
        """What storing the batch has come to, of whose changes these were made."""
        rows: Counter[str] = Counter()
        for change in made:
            rows.update({table: len(lines) for table, lines in change.rows.items()})
        return WriteResult(rows, sum(not change.rows for change in made), len(self.messages) - len(made))


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


def check_writable(folder: Path, file: Path) -> None:
    """Return if new files can be made in a store's folder, and its file be written, if there is one.

    Raises:
        SinkAddressError: not so, as on a disk that is read-only.
    """
    for path in (folder, file):
        if path.exists() and not os.access(path, os.W_OK):
            raise SinkAddressError(f"{path} cannot be written: it is read-only, or permissions are missing")


def positions_in(rows: Iterable[Sequence[Any]]) -> dict[TopicPartition, StoredPosition]:
    """What a store keeps of positions, a row each: topic, partition, offset and fingerprint."""
    return {TopicPartition(topic, partition): StoredPosition(offset, mark) for topic, partition, offset, mark in rows}


def fresh(changes: Sequence[Change], known: Mapping[str, bytes]) -> list[Change]:
    """Those of the changes of one kind that change something.

    Args:
        changes: of different articles, or of different statements.
        known: digest by the key of those among them that are in the store.
    """
    return [
        change for change in changes if (known.get(change.key) != change.digest if change.rows else change.key in known)
    ]


def words_of(error: BaseException) -> str:
    """The message of a database's error in one line."""
    return " ".join(str(error).split()) or type(error).__name__
