"""Writing into the store, a batch of messages at a time, and keeping it small."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agents.sqlite_transaction import transaction
from agents.topics import REPLAYED_TOPIC
from agents.web.store.arrivals import forget_gone
from agents.web.store.article_rows import delete_articles, insert_article, withdraw_article
from agents.web.store.dead_letter_rows import forget_partition, insert_letter, insert_replay, prune_letters
from agents.web.store.entity_rows import forget_entities
from agents.web.store.quote_rows import prune_statements, put_statement
from agents.web.store.same_articles import KnownTexts
from agents.web.store.stream_states import StreamStateWriter
from agents.web.store.tables import open_for_writing
from pipeline.stages import DEAD_LETTER_TOPIC, STATEMENTS_TOPIC

UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
)  # fmt: skip
"""What comes of a message with values that no record has; a store that cannot be written raises others."""
_CHUNK = 100
"""Articles that are forgotten in one transaction."""


class StoreGone(Exception):
    """The store's file was removed while it was open; what is written goes nowhere from then on."""


@dataclass(frozen=True)
class TopicMessage:
    """A message as it stands on its topic.

    Attributes:
        topic: without the prefix.
        timestamp: seconds since 1970 UTC, as the broker has it.
        fingerprint: by what this very message is known again at its offset, and its topic among those of its name.
    """

    topic: str
    partition: int
    offset: int
    timestamp: float
    value: bytes | None
    headers: Mapping[str, str]
    key: bytes | None = None
    fingerprint: str = ""


class StoreWriter(StreamStateWriter):
    """The one writer of a store.

    Args:
        path: the file; made if it is missing.
        keep_articles: how many articles (and as many dead letters) are kept at most.
        keep_days: and for how long, counted from their arrival.
    """

    def __init__(self, path: Path, *, keep_articles: int, keep_days: float) -> None:
        super().__init__(open_for_writing(path))
        self._path, self._file = path, path.stat()
        self._keep_articles = keep_articles
        self._keep_seconds = keep_days * 86400.0
        self.unreadable = 0
        self._unnamed, self._unquoted = True, False
        """Whether articles went whose entities and statements perhaps no other has; the former also at a start, as
        whoever wrote before may have ended in between."""

    @cached_property
    def _texts(self) -> KnownTexts:
        return KnownTexts(self._connection)

    def close(self) -> None:
        """Close the store."""
        self._connection.close()

    def check_place(self) -> None:
        """Look whether what is written is still to be read: SQLite itself does not miss its file.

        Raises:
            StoreGone: the file is no longer where it was opened, or another is there.
        """
        try:
            if os.path.samestat(self._path.stat(), self._file):
                return
        except FileNotFoundError:
            pass
        raise StoreGone(f"{self._path} was removed")

    def positions(self) -> dict[tuple[str, int], tuple[int, str]]:
        """By topic and partition: the offset to go on from, and the fingerprint of the message before it."""
        rows = self._connection.execute("SELECT topic, partition, next, mark FROM positions")
        return {(topic, partition): (following, mark) for topic, partition, following, mark in rows}

    def add(self, messages: Iterable[TopicMessage]) -> None:
        """Keep `messages`, and the positions after them, in one transaction.

        What cannot be read is counted in `unreadable` and passed over: the topics
        are open to other writers too.
        """
        batch = list(messages)
        try:
            self._add_all(batch, self._add)
        except UNREADABLE:  # seldom; a savepoint for each message costs a copy of every page that it changes
            self._add_all(batch, self._add_if_readable)

    def _add_all(self, messages: Sequence[TopicMessage], add: Callable[[TopicMessage], None]) -> None:
        connection = self._connection
        last = {(message.topic, message.partition): message for message in messages}
        try:
            with transaction(connection):
                connection.execute("UPDATE changes SET n = n + 1")
                for message in messages:
                    add(message)
                connection.executemany(
                    "INSERT OR REPLACE INTO positions (topic, partition, next, mark) VALUES (?, ?, ?, ?)",
                    [(topic, number, end.offset + 1, end.fingerprint) for (topic, number), end in last.items()],
                )
        except BaseException:
            self.__dict__.pop("_texts", None)  # articles may be in it that have been rolled back
            raise

    def _add_if_readable(self, message: TopicMessage) -> None:
        """Add a message with all that hangs on it, or nothing of it."""
        self._connection.execute("SAVEPOINT message")
        try:
            self._add(message)
        except UNREADABLE:
            self.unreadable += 1
            self._connection.execute("ROLLBACK TO message")
        self._connection.execute("RELEASE message")

    def _add(self, message: TopicMessage) -> None:
        connection, at = self._connection, message.timestamp
        if message.topic == DEAD_LETTER_TOPIC:
            insert_letter(connection, message.value, at=at, partition=message.partition, offset=message.offset)
        elif message.topic == REPLAYED_TOPIC:
            insert_replay(connection, message.key, message.value, at=at)
        elif message.topic == STATEMENTS_TOPIC:
            if at >= time.time() - self._keep_seconds:  # the topic keeps all there ever were
                put_statement(connection, (message.key or b"").decode(), message.value)
        elif message.value is None:
            withdraw_article(connection, self._texts, (message.key or b"").decode())
        else:
            insert_article(
                connection,
                self._texts,
                message.value,
                arrived=at,
                partition=message.partition,
                offset=message.offset,
                trail=message.headers.get("trail", "[]"),
                version=message.headers.get("version"),
            )

    def forget_positions(self, topic: str, partition: int) -> None:
        """Begin the partition anew: its messages are not the ones that were read."""
        if topic == DEAD_LETTER_TOPIC:
            forget_partition(self._connection, partition)
        self._connection.execute("DELETE FROM positions WHERE topic = ? AND partition = ?", (topic, partition))

    def prune_some(self, now: float, *, all_read: bool) -> int:
        """Forget some of what is beyond the count or too old, so that a process can do something else in between.

        Args:
            now: in seconds since 1970 UTC.
            all_read: whether the topics have been read to their end. Before, as where a store is filled anew,
                statements stay of which no quote is kept: their articles may be still to come.

        Returns:
            How many articles went; 0: nothing is left to forget.
        """
        oldest = now - self._keep_seconds
        if seqs := self._surplus(oldest):
            with transaction(self._connection):
                self._connection.execute("UPDATE changes SET n = n + 1")
                delete_articles(self._connection, seqs)
            self._texts.remove(seqs)
            self._unnamed = self._unquoted = True
            return len(seqs)
        with transaction(self._connection):
            prune_letters(self._connection, oldest=oldest, keep=self._keep_articles)
            forget_gone(self._connection)
            if self._unquoted and all_read:
                prune_statements(self._connection)
                self._unquoted = False
            if self._unnamed:
                forget_entities(self._connection, now)
                self._unnamed = False
        return 0

    def _surplus(self, oldest: float) -> list[int]:
        rows = self._connection.execute(
            "SELECT seq FROM articles WHERE arrived < ?"
            " UNION SELECT seq FROM (SELECT seq FROM articles ORDER BY arrived DESC LIMIT -1 OFFSET ?) LIMIT ?",
            (oldest, self._keep_articles, _CHUNK),
        )
        return [seq for (seq,) in rows]
