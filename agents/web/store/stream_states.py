"""How the stream is, as rows of the store: what workers, feeds, sinks and the broker said last."""

import sqlite3
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from agents.backlog import BacklogSample
from agents.report_models import ProgramSaid, WorkerSaid
from agents.web.store.tables import PROGRAM

SAMPLES_KEPT_SECONDS = 3600.0
"""As far back as the pages show the backlog's course."""
_Said = TypeVar("_Said", bound=BaseModel)


def put_state(connection: sqlite3.Connection, name: str, at: float, value: Any) -> None:
    """Keep a value (of JSON) under a name, as it is at a moment in seconds since 1970 UTC."""
    connection.execute(
        "INSERT OR REPLACE INTO states (name, at, value) VALUES (?, ?, ?)", (name, at, orjson.dumps(value).decode())
    )


def state(connection: sqlite3.Connection, name: str) -> tuple[float, Any] | None:
    """When a named value was written (seconds since 1970 UTC), and the value."""
    row = connection.execute("SELECT at, value FROM states WHERE name = ?", (name,)).fetchone()
    return None if row is None else (row[0], orjson.loads(row[1]))


def put_worker(connection: sqlite3.Connection, worker: str, at: float, said: dict[str, Any]) -> None:
    """Keep what a worker said of itself."""
    connection.execute(
        "INSERT OR REPLACE INTO workers (id, at, state) VALUES (?, ?, ?)", (worker, at, orjson.dumps(said).decode())
    )


def put_left(connection: sqlite3.Connection, worker: str, at: float) -> None:
    """A worker has said good-bye; what it said before stays, but for what it no longer has."""
    connection.execute(
        "UPDATE workers SET at = ?, state = json_set(state, '$.left', json('true'), '$.assignment', json('{}'),"
        " '$.in_flight', json('[]')) WHERE id = ?",
        (at, worker),
    )


def forget_workers(connection: sqlite3.Connection, before: float) -> None:
    """Forget the workers that have been silent since `before`."""
    connection.execute("DELETE FROM workers WHERE at < ?", (before,))


def workers(connection: sqlite3.Connection) -> list[tuple[float, WorkerSaid]]:
    """When each worker last spoke, and what it said; without what a collector of a former version let in."""
    rows = connection.execute("SELECT at, state FROM workers ORDER BY id").fetchall()
    return [(at, said) for at, text in rows if (said := _as(WorkerSaid, text)) is not None]


def put_program(connection: sqlite3.Connection, program: str, name: str, at: float, said: dict[str, Any]) -> None:
    """Keep what a feed or sink said of itself."""
    put_state(connection, f"{PROGRAM}{program}/{name}", at, said)


def forget_programs(connection: sqlite3.Connection, before: float) -> None:
    """Forget the feeds and sinks that have been silent since `before`."""
    connection.execute("DELETE FROM states WHERE name GLOB ? AND at < ?", (f"{PROGRAM}*", before))


def programs(connection: sqlite3.Connection, program: str) -> list[tuple[float, ProgramSaid]]:
    """When each program of this kind ("feed", "sink") last spoke, and what it said; likewise."""
    rows = connection.execute(
        "SELECT at, value FROM states WHERE name GLOB ? ORDER BY name", (f"{PROGRAM}{program}/*",)
    ).fetchall()
    return [(at, said) for at, text in rows if (said := _as(ProgramSaid, text)) is not None]


def add_samples(connection: sqlite3.Connection, at: float, samples: Mapping[str, tuple[int, int]]) -> None:
    """Keep each stage's committed messages and lag at a moment; the caller begins and ends the transaction."""
    connection.executemany(
        "INSERT OR REPLACE INTO samples (stage, at, committed, lag) VALUES (?, ?, ?, ?)",
        [(stage, at, committed, lag) for stage, (committed, lag) in samples.items()],
    )
    # What is later was kept before the clock was set back.
    connection.execute("DELETE FROM samples WHERE at NOT BETWEEN ? AND ?", (at - SAMPLES_KEPT_SECONDS, at))


def samples(connection: sqlite3.Connection, since: float) -> dict[str, list[BacklogSample]]:
    """By stage: what was done and what waited at moments since `since`."""
    found: dict[str, list[BacklogSample]] = {}
    for stage, *sample in connection.execute(
        "SELECT stage, at, committed, lag FROM samples WHERE at >= ? ORDER BY stage, at", (since,)
    ):
        found.setdefault(stage, []).append(BacklogSample(*sample))
    return found


def _as(model: type[_Said], text: str) -> _Said | None:
    try:
        return model.model_validate_json(text)
    except ValidationError:
        return None
