"""What saved searches have sent, what waits and what was refused: in SQLite, so that no restart loses it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from agents.file_lock import locked

REMEMBERED_SECONDS = 40 * 86400.0
"""Longer than the pages keep anything by default."""
UNKNOWN_STORE = 0
"""Identity of stores that were made before they had one."""

_TABLES = """
CREATE TABLE IF NOT EXISTS store (identity INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS marks (search TEXT PRIMARY KEY, since REAL NOT NULL, upto INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (
    search TEXT NOT NULL, what TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (search, what)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (num INTEGER PRIMARY KEY, search TEXT NOT NULL, item BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS waiting_search ON waiting (search, num);
CREATE INDEX IF NOT EXISTS told_at ON told (at);
CREATE TABLE IF NOT EXISTS dead (
    num INTEGER PRIMARY KEY, search TEXT NOT NULL, item BLOB NOT NULL, at REAL NOT NULL, why TEXT NOT NULL
);
"""


class OutboxError(Exception):
    """The file cannot be used: one line."""


@dataclass(frozen=True)
class DeadItem:
    """What its receiver refused; `at` in seconds since 1970 UTC."""

    search: str
    item: bytes
    at: float
    why: str


class Outbox:
    """One process at a time sends what waits in it (`claim`); others may look, and let what was refused wait again.

    Args:
        path: the file; made if it is missing.

    Raises:
        OutboxError: it cannot be read or written, here or in any of the methods.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: TextIO | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        except sqlite3.Error as error:
            raise OutboxError(f"{path}: {error}") from None
        try:
            self._connection.executescript(_TABLES)
        except sqlite3.Error as error:
            self.close()
            raise OutboxError(f"{path}: {error}") from None

    def claim(self) -> bool:
        """Whether this process is the one that sends, until `close`; two would send everything twice.

        Raises:
            OSError: that cannot be told, as on a file system without locks.
        """
        self._lock = locked(self._path.with_suffix(".watch.lock"))
        return self._lock is not None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()

    def mark(self, search: str, since: float, upto: int, *, store: int) -> tuple[float, int]:
        """Since when a search is known, in seconds since 1970 UTC, and up to which article its quotes were put here.

        The values given hold for a search that is new.

        Args:
            store: identity of the pages' store; all of another one is still to be looked at.
        """
        with self._transaction() as run:
            (followed,) = run.execute("SELECT identity FROM store").fetchone() or (UNKNOWN_STORE,)
            if followed != store:
                run.execute("DELETE FROM store")
                run.execute("INSERT INTO store (identity) VALUES (?)", (store,))
                run.execute("UPDATE marks SET upto = 0")
            run.execute("INSERT OR IGNORE INTO marks (search, since, upto) VALUES (?, ?, ?)", (search, since, upto))
            known, told = run.execute("SELECT since, upto FROM marks WHERE search = ?", (search,)).fetchone()
        return float(known), int(told)

    def put(self, search: str, found: Sequence[tuple[Sequence[str], bytes]], upto: int, at: float) -> int:
        """Add what is new and has to be sent, and note that everything up to an article was added.

        Args:
            found: names that it is known by, any of which is enough, and the item.
            at: now, in seconds since 1970 UTC.

        Returns:
            How many are new.
        """
        new = 0
        with self._transaction() as run:
            for names, item in found:
                rows = [(search, what, at) for what in names]
                added = run.executemany("INSERT OR IGNORE INTO told (search, what, at) VALUES (?, ?, ?)", rows)
                if added.rowcount == len(rows):
                    run.execute("INSERT INTO waiting (search, item) VALUES (?, ?)", (search, item))
                    new += 1
            run.execute("UPDATE marks SET upto = ? WHERE search = ?", (upto, search))
            run.execute("DELETE FROM told WHERE at < ?", (at - REMEMBERED_SECONDS,))
        return new

    def waiting(self, search: str, most: int) -> list[tuple[int, bytes]]:
        """The items that have waited longest, with their numbers."""
        with self._transaction() as run:
            question = "SELECT num, item FROM waiting WHERE search = ? ORDER BY num LIMIT ?"
            return run.execute(question, (search, most)).fetchall()

    def sent(self, nums: Sequence[int]) -> None:
        """These have been taken."""
        with self._transaction() as run:
            run.executemany("DELETE FROM waiting WHERE num = ?", [(num,) for num in nums])

    def refuse(self, nums: Sequence[int], at: float, why: str) -> None:
        """These have been refused."""
        with self._transaction() as run:
            for num in nums:
                run.execute(
                    "INSERT INTO dead (search, item, at, why) SELECT search, item, ?, ? FROM waiting WHERE num = ?",
                    (at, why, num),
                )
            run.executemany("DELETE FROM waiting WHERE num = ?", [(num,) for num in nums])

    def refuse_all(self, search: str, at: float, why: str) -> int:
        """All that waits of a search has been refused; how much."""
        with self._transaction() as run:
            run.execute(
                "INSERT INTO dead (search, item, at, why)"
                " SELECT search, item, ?, ? FROM waiting WHERE search = ? ORDER BY num",
                (at, why, search),
            )
            return run.execute("DELETE FROM waiting WHERE search = ?", (search,)).rowcount

    def dead(self) -> list[DeadItem]:
        """All that were refused, the first first."""
        with self._transaction() as run:
            return [DeadItem(*row) for row in run.execute("SELECT search, item, at, why FROM dead ORDER BY num")]

    def retry_dead(self) -> int:
        """Let all that were refused wait again; how many."""
        with self._transaction() as run:
            run.execute("INSERT INTO waiting (search, item) SELECT search, item FROM dead ORDER BY num")
            return run.execute("DELETE FROM dead").rowcount

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is run within a `with` block counts, or nothing."""
        try:
            with self._connection:
                self._connection.execute("BEGIN")
                yield self._connection
        except sqlite3.Error as error:
            raise OutboxError(f"{self._path}: {error}") from None
