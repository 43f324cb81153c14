"""Dead letters, and that they were replayed, as rows of the store."""

import sqlite3

import orjson

from schemas.codec import decode
from schemas.records import DeadLetter


def insert_letter(
    connection: sqlite3.Connection, value: bytes | None, *, at: float, partition: int, offset: int
) -> None:
    """Keep a dead letter that stands at a place of its topic.

    Args:
        value: the record's bytes.
        at: when it was written, in seconds since 1970 UTC.

    Raises:
        RecordError: it is none.
    """
    letter = decode(value, DeadLetter)
    place = {"partition": partition, "position": offset, "at": at}
    row = letter.model_dump(include={"stage", "reason", "detail", "key", "topic", "attempts"})
    connection.execute(
        "INSERT OR REPLACE INTO dead_letters (partition, position, at, stage, reason, detail, key, topic, attempts)"
        " VALUES (:partition, :position, :at, :stage, :reason, :detail, :key, :topic, :attempts)",
        place | row,
    )


def insert_replay(connection: sqlite3.Connection, key: bytes | None, value: bytes | None, *, at: float) -> None:
    """Keep that a letter was replayed: its partition and offset are the key, `by` whom is in the value.

    Raises:
        ValueError, AttributeError: the message says no such thing.
    """
    partition, _, offset = (key or b"").decode().partition(":")
    by = orjson.loads(value or b"{}").get("by")
    connection.execute(
        "INSERT OR REPLACE INTO replays (partition, position, at, by) VALUES (?, ?, ?, ?)",
        (int(partition), int(offset), at, None if by is None else str(by)),
    )


def forget_partition(connection: sqlite3.Connection, partition: int) -> None:
    """Forget what was read of a partition of the topic: its messages are others now."""
    for table in ("dead_letters", "replays"):
        connection.execute(f"DELETE FROM {table} WHERE partition = ?", (partition,))


def prune_letters(connection: sqlite3.Connection, *, oldest: float, keep: int) -> None:
    """Forget letters and replays from before `oldest` (seconds since 1970 UTC), and of letters all but the last."""
    connection.execute(
        "DELETE FROM dead_letters WHERE at < ? OR (at, partition, position) <= (SELECT at, partition, position"
        " FROM dead_letters ORDER BY at DESC, partition DESC, position DESC LIMIT 1 OFFSET ?)",
        (oldest, keep),
    )
    connection.execute("DELETE FROM replays WHERE at < ?", (oldest,))
