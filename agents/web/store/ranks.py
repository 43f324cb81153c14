"""The most quoted and most named of the last hour or day."""

import sqlite3

import numpy as np

from agents.web.models import Ranked
from agents.web.store.columns import Columns
from agents.web.store.counting import FirstOfEach, commonest

COURSE_PARTS = 12


def most_quoted(
    connection: sqlite3.Connection, columns: Columns, begin: float, length: float, *, limit: int
) -> list[Ranked]:
    """The speakers with most statements that came in the `length` seconds from `begin` on; not those that a new version
    of an article only has again.

    A statement counts once, however many papers have it, and in the course where it came first.
    """
    places = np.flatnonzero((columns["arrived"] >= begin) & (columns["entity"] > 0) & (columns["whole"] == 0))
    entities = columns["entity"][places]
    counts = FirstOfEach(places, columns.said).count(columns["entity"])
    found = []
    for num in commonest(counts, limit):
        own = places[entities == num]
        first = FirstOfEach(own[np.argsort(columns["arrived"][own], kind="stable")], columns.said).places
        parts = ((columns["arrived"][first] - begin) * COURSE_PARTS / length).astype(np.int64)
        course = np.bincount(np.clip(parts, 0, COURSE_PARTS - 1), minlength=COURSE_PARTS)
        found += _ranked(connection, num, int(counts[num]), course.tolist())
    return sorted(found, key=lambda ranked: (-ranked.count, ranked.name))


def most_named(connection: sqlite3.Connection, begin: float, length: float, *, limit: int) -> list[Ranked]:
    """The entities most often named in articles that came in the `length` seconds from `begin` on."""
    top = connection.execute(
        "SELECT entity, sum(count) AS n FROM mentions WHERE arrived >= ? GROUP BY entity"
        " ORDER BY n DESC, entity LIMIT ?",
        (begin, limit),
    ).fetchall()
    courses = {num: [0] * COURSE_PARTS for num, _ in top}
    marks = ", ".join("?" * len(courses))
    for num, part, count in connection.execute(
        f"SELECT entity, cast((arrived - ?) * {COURSE_PARTS} / ? AS INTEGER) AS part, sum(count) FROM mentions"
        f" WHERE arrived >= ? AND entity IN ({marks}) GROUP BY entity, part",
        (begin, length, begin, *courses),
    ):
        courses[num][min(part, COURSE_PARTS - 1)] += count
    found = [ranked for num, count in top for ranked in _ranked(connection, num, count, courses[num])]
    return sorted(found, key=lambda ranked: (-ranked.count, ranked.name))


def _ranked(connection: sqlite3.Connection, num: int, count: int, course: list[int]) -> list[Ranked]:
    rows = connection.execute("SELECT id, name, type FROM entities WHERE num = ?", (num,))
    return [Ranked(id=id_, name=name, type=type_, count=count, course=course) for id_, name, type_ in rows]
