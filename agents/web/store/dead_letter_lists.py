"""The dead letters of the store: lists of them, and their counts."""

import sqlite3
import time
from typing import Any

from agents.web.models import DeadLetterCount, DeadLetterLine, DeadLetterList

LETTER_HOURS = 48
_SELECTED = "(? IS NULL OR stage = ?) AND (? IS NULL OR reason = ?)"
_LETTERS = (
    "SELECT partition, position, stage, reason, detail, key, topic, d.at, attempts, r.at, r.by"
    " FROM dead_letters d LEFT JOIN replays r USING (partition, position)"
)


def latest(
    connection: sqlite3.Connection,
    *,
    stage: str | None,
    reason: str | None,
    limit: int,
    since: float,
    cursor: str | None = None,
) -> DeadLetterList:
    """A page of letters, newest first, the counts of all, and how many came in each of the last `LETTER_HOURS`.

    Args:
        connection: to the store.
        stage: only letters of this stage.
        reason: only letters with this reason.
        limit: at most so many letters.
        since: only those written then or later, in seconds since 1970 UTC; of the counts too.
        cursor: what the page before gave.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    selected = (stage, stage, reason, reason)
    values: tuple[str | float | None, ...] = (*selected, since)
    where = f"{_SELECTED} AND d.at >= ?"
    (total,) = connection.execute(f"SELECT count(*) FROM dead_letters d WHERE {where}", values).fetchone()
    if cursor is not None:
        at, partition, offset = cursor.split("_")
        where += " AND (d.at, partition, position) < (?, ?, ?)"
        values = (*values, float(at), int(partition), int(offset))
    rows = connection.execute(
        f"{_LETTERS} WHERE {where} ORDER BY d.at DESC, partition DESC, position DESC LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    letters = [_line(row) for row in rows[:limit]]
    last = letters[-1] if len(rows) > limit else None
    counts = connection.execute(
        "SELECT stage, reason, count(*) FROM dead_letters WHERE at >= ? GROUP BY stage, reason ORDER BY 3 DESC",
        (since,),
    ).fetchall()
    begin = time.time() - LETTER_HOURS * 3600
    hours = connection.execute(
        f"SELECT CAST((d.at - ?) / 3600 AS INTEGER), count(*) FROM dead_letters d"
        f" WHERE {_SELECTED} AND d.at >= ? GROUP BY 1",
        (begin, *selected, begin),
    ).fetchall()
    course = [0] * LETTER_HOURS
    for hour, count in hours:
        course[min(hour, LETTER_HOURS - 1)] += count
    return DeadLetterList(
        letters=letters,
        total=total,
        next=None if last is None else f"{last.at!r}_{last.partition}_{last.offset}",
        counts=[DeadLetterCount(stage=s, reason=r, count=c) for s, r, c in counts],
        course=course,
    )


def counts_by_stage(connection: sqlite3.Connection, since: float, *, unanswered: bool) -> dict[str, int]:
    """How many letters were written since then, by stage; `unanswered`: only those that were not replayed."""
    rows = connection.execute(
        "SELECT d.stage, count(*) FROM dead_letters d LEFT JOIN replays r USING (partition, position)"
        " WHERE d.at >= ? AND NOT (? AND r.at IS NOT NULL) GROUP BY d.stage",
        (since, unanswered),
    )
    return dict(rows.fetchall())


def line(connection: sqlite3.Connection, partition: int, offset: int) -> DeadLetterLine | None:
    """One letter, by its place on the topic."""
    row = connection.execute(f"{_LETTERS} WHERE partition = ? AND position = ?", (partition, offset)).fetchone()
    return None if row is None else _line(row)


def _line(row: tuple[Any, ...]) -> DeadLetterLine:
    partition, offset, stage, reason, detail, key, topic, at, attempts, replayed_at, replayed_by = row
    return DeadLetterLine(
        partition=partition,
        offset=offset,
        stage=stage,
        reason=reason,
        detail=detail,
        key=key,
        topic=topic,
        at=at,
        attempts=attempts,
        replayed_at=replayed_at,
        replayed_by=replayed_by,
    )
