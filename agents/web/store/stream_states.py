"""How the stream is, as rows of the store: what workers, feeds, sinks and the broker said last."""

import sqlite3
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from agents.backlog import BacklogSample
from agents.report_models import ProgramSaid, WorkerSaid
from agents.sqlite_transaction import transaction
from agents.web.store.access import StoreAccess
from agents.web.store.tables import PROGRAM

SAMPLES_KEPT_SECONDS = 3600.0
"""As far back as the pages show the backlog's course."""
_Said = TypeVar("_Said", bound=BaseModel)


class StreamStateWriter:
    """Keeps what was said last; moments are in seconds since 1970 UTC.

    Args:
        connection: to the store, for writing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put_state(self, name: str, at: float, value: Any) -> None:
        """Keep a value (of JSON) under a name."""
        row = name, at, orjson.dumps(value).decode()
        self._connection.execute("INSERT OR REPLACE INTO states (name, at, value) VALUES (?, ?, ?)", row)

    def put_worker(self, worker: str, at: float, said: dict[str, Any]) -> None:
        """Keep what a worker said of itself."""
        row = worker, at, orjson.dumps(said).decode()
        self._connection.execute("INSERT OR REPLACE INTO workers (id, at, state) VALUES (?, ?, ?)", row)

    def put_left(self, worker: str, at: float) -> None:
        """A worker has said good-bye; what it said before stays, but for what it no longer has."""
        self._connection.execute(
            "UPDATE workers SET at = ?, state = json_set(state, '$.left', json('true'), '$.assignment', json('{}'),"
            " '$.in_flight', json('[]')) WHERE id = ?",
            (at, worker),
        )

    def forget_workers(self, before: float) -> None:
        """Forget the workers that have been silent since `before`."""
        self._connection.execute("DELETE FROM workers WHERE at < ?", (before,))

    def put_program(self, program: str, name: str, at: float, said: dict[str, Any]) -> None:
        """Keep what a feed or sink said of itself."""
        self.put_state(f"{PROGRAM}{program}/{name}", at, said)

    def forget_programs(self, before: float) -> None:
        """Forget the feeds and sinks that have been silent since `before`."""
        self._connection.execute("DELETE FROM states WHERE name GLOB ? AND at < ?", (f"{PROGRAM}*", before))

    def add_samples(self, at: float, samples: Mapping[str, tuple[int, int]]) -> None:
        """Keep each stage's committed messages and lag at a moment."""
        with transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO samples (stage, at, committed, lag) VALUES (?, ?, ?, ?)",
                [(stage, at, committed, lag) for stage, (committed, lag) in samples.items()],
            )
            # What is later was kept before the clock was set back.
            self._connection.execute(
                "DELETE FROM samples WHERE at NOT BETWEEN ? AND ?", (at - SAMPLES_KEPT_SECONDS, at)
            )


class StreamStateReader(StoreAccess):
    """The queries of `StoreReader` on how the stream is; moments are in seconds since 1970 UTC."""

    def state(self, name: str) -> tuple[float, Any] | None:
        """When a named value was written, and the value."""
        with self._open() as connection:
            row = connection.execute("SELECT at, value FROM states WHERE name = ?", (name,)).fetchone()
        return None if row is None else (row[0], orjson.loads(row[1]))

    def workers(self) -> list[tuple[float, WorkerSaid]]:
        """When each worker last spoke, and what it said; without what a collector of a former version let in."""
        with self._open() as connection:
            rows = connection.execute("SELECT at, state FROM workers ORDER BY id").fetchall()
        return [(at, said) for at, text in rows if (said := _as(WorkerSaid, text)) is not None]

    def programs(self, program: str) -> list[tuple[float, ProgramSaid]]:
        """When each program of this kind ("feed", "sink") last spoke, and what it said; likewise."""
        query = "SELECT at, value FROM states WHERE name GLOB ? ORDER BY name"
        with self._open() as connection:
            rows = connection.execute(query, (f"{PROGRAM}{program}/*",)).fetchall()
        return [(at, said) for at, text in rows if (said := _as(ProgramSaid, text)) is not None]

    def samples(self, since: float) -> dict[str, list[BacklogSample]]:
        """By stage: what was done and what waited at moments since `since`."""
        query = "SELECT stage, at, committed, lag FROM samples WHERE at >= ? ORDER BY stage, at"
        found: dict[str, list[BacklogSample]] = {}
        with self._open() as connection:
            for stage, *sample in connection.execute(query, (since,)):
                found.setdefault(stage, []).append(BacklogSample(*sample))
        return found


def _as(model: type[_Said], text: str) -> _Said | None:
    try:
        return model.model_validate_json(text)
    except ValidationError:
        return None
