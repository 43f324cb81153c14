"""What saved searches have told, what waits and what was refused: in SQLite, so that no restart loses it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REMEMBERED_SECONDS = 40 * 86400.0
"""Longer than the pages keep anything by default."""

_TABLES = """
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


@dataclass(frozen=True)
class DeadItem:
    """What its receiver refused; `at` in seconds since 1970 UTC."""

    search: str
    item: bytes
    at: float
    why: str


class Outbox:
    """One process at a time works with it.

    Args:
        path: the file; made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def mark(self, search: str, since: float, upto: int) -> tuple[float, int]:
        """Since when a search is known, in seconds since 1970 UTC, and up to which article it has told.

        The values given hold for a search that is new.
        """
        run = self._connection.execute
        run("INSERT OR IGNORE INTO marks (search, since, upto) VALUES (?, ?, ?)", (search, since, upto))
        known, told = run("SELECT since, upto FROM marks WHERE search = ?", (search,)).fetchone()
        return float(known), int(told)

    def put(self, search: str, found: Sequence[tuple[str, bytes]], upto: int, at: float) -> int:
        """Let wait what was not told yet, and note that all up to an article is.

        Args:
            found: what it is known by, and the item.
            at: now, in seconds since 1970 UTC.

        Returns:
            How many are new.
        """
        new = 0
        self._connection.execute("BEGIN IMMEDIATE")
        for what, item in found:
            done = self._connection.execute(
                "INSERT OR IGNORE INTO told (search, what, at) VALUES (?, ?, ?)", (search, what, at)
            )
            if done.rowcount:
                self._connection.execute("INSERT INTO waiting (search, item) VALUES (?, ?)", (search, item))
                new += 1
        self._connection.execute("UPDATE marks SET upto = ? WHERE search = ?", (upto, search))
        self._connection.execute("DELETE FROM told WHERE at < ?", (at - REMEMBERED_SECONDS,))
        self._connection.execute("COMMIT")
        return new

    def waiting(self, search: str, most: int) -> list[tuple[int, bytes]]:
        """The items that have waited longest, with their numbers."""
        rows = self._connection.execute(
            "SELECT num, item FROM waiting WHERE search = ? ORDER BY num LIMIT ?", (search, most)
        )
        return rows.fetchall()

    def sent(self, nums: Sequence[int]) -> None:
        """These have been taken."""
        self._connection.executemany("DELETE FROM waiting WHERE num = ?", [(num,) for num in nums])

    def refuse(self, nums: Sequence[int], at: float, why: str) -> None:
        """These have been refused."""
        self._connection.execute("BEGIN IMMEDIATE")
        for num in nums:
            self._connection.execute(
                "INSERT INTO dead (search, item, at, why) SELECT search, item, ?, ? FROM waiting WHERE num = ?",
                (at, why, num),
            )
        self.sent(nums)
        self._connection.execute("COMMIT")

    def refuse_all(self, search: str, at: float, why: str) -> int:
        """All that waits of a search has been refused; how much."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "INSERT INTO dead (search, item, at, why)"
            " SELECT search, item, ?, ? FROM waiting WHERE search = ? ORDER BY num",
            (at, why, search),
        )
        done = self._connection.execute("DELETE FROM waiting WHERE search = ?", (search,))
        self._connection.execute("COMMIT")
        return done.rowcount

    def dead(self) -> list[DeadItem]:
        """All that were refused, the first first."""
        return [
            DeadItem(*row) for row in self._connection.execute("SELECT search, item, at, why FROM dead ORDER BY num")
        ]

    def retry_dead(self) -> int:
        """Let all that were refused wait again; how many."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO waiting (search, item) SELECT search, item FROM dead ORDER BY num")
        done = self._connection.execute("DELETE FROM dead")
        self._connection.execute("COMMIT")
        return done.rowcount
