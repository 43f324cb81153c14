"""How the store is read: each query on a connection of its own, in whatever thread calls, and not for long.

A query is cut off after `QUERY_SECONDS`, so that no page can hold up the others.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agents.web.store.tables import open_for_reading

QUERY_SECONDS = 3.0
"""Queries of pages are cut off after this."""


class StoreUnavailable(Exception):
    """There is no store yet, it cannot be read, or a query took too long: one line that says which."""


class StoreAccess:
    """The store at `path`, which others may write meanwhile. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self, *, seconds: float = QUERY_SECONDS) -> Iterator[sqlite3.Connection]:
        """A connection for the length of a `with` block, cut off after so many seconds.

        Raises:
            StoreUnavailable: it cannot be had, or a query on it fails.
        """
        connection = None
        try:
            connection = open_for_reading(self._path)
            end_after(connection, seconds)
            yield connection
        except sqlite3.Error as error:
            reason = "the query took too long" if "interrupted" in str(error) else str(error)
            raise StoreUnavailable(reason) from None
        finally:
            if connection is not None:
                connection.close()


def end_after(connection: sqlite3.Connection, seconds: float) -> None:
    """Let whatever a connection does so long from now on fail."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 20_000)
