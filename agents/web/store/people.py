"""People, organisations and whoever else is in the news: a directory, and what is kept about each."""

import sqlite3
from typing import Any

import numpy as np
import orjson

from agents.web.models import EntityDetail, FacetValue, People, Period, Person, SourceCount
from agents.web.store.columns import Columns
from agents.web.store.query_parser import parse_query
from agents.web.store.quote_filter import QuoteQuery, matching
from agents.web.store.quote_search import once_each

TOGETHER = 30


def people(
    connection: sqlite3.Connection, *, words: str = "", types: tuple[str, ...], limit: int, cursor: str | None = None
) -> People:
    """A page of those whose name has the words, the most quoted first.

    Args:
        words: as typed; the last may be the beginning of one.
        types: of the entities: PER, ORG, LOC, MISC.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    marks = ", ".join("?" * len(types))
    where, values = f"e.type IN ({marks})", [*types]
    if (expression := parse_query(words).expression()) is not None:
        where += " AND e.num IN (SELECT rowid FROM entity_search WHERE entity_search MATCH ?)"
        values.append(expression)
    elif words.strip():
        return People(items=[], total=0, next=None)
    (total,) = connection.execute(f"SELECT count(*) FROM entities e WHERE {where}", values).fetchone()
    behind: tuple[int, ...] = ()
    if cursor is not None:
        quotes, articles, num = map(int, cursor.split("_"))
        behind = (quotes, articles, num)
        where += " AND (e.quotes, e.articles, e.num) < (?, ?, ?)"
    rows = connection.execute(
        f"SELECT e.id, e.name, e.type, e.about, e.quotes, e.articles, e.num FROM entities e WHERE {where}"
        " ORDER BY e.quotes DESC, e.articles DESC, e.num DESC LIMIT ?",
        (*values, *behind, limit + 1),
    ).fetchall()
    items = [
        Person(id=id_, name=name, type=type_, quotes=quotes, articles=articles, **_roles_and_affiliations(about))
        for id_, name, type_, about, quotes, articles, _ in rows[:limit]
    ]
    last = "_".join(map(str, rows[limit - 1][4:])) if len(rows) > limit else None
    return People(items=items, total=total, next=last)


def entity_detail(connection: sqlite3.Connection, columns: Columns, id_: str) -> EntityDetail | None:
    """What is kept about an entity; None if no kept article names it."""
    row = connection.execute("SELECT num, name, type, about, quotes FROM entities WHERE id = ?", (id_,)).fetchone()
    if row is None:
        return None
    num, name, type_, about, quotes = row
    mentions, articles = connection.execute(
        "SELECT coalesce(sum(count), 0), count(*) FROM mentions WHERE entity = ?", (num,)
    ).fetchone()
    grouped = (
        "SELECT a.{0}, count(*) FROM mentions m JOIN articles a ON a.seq = m.article WHERE m.entity = ? GROUP BY a.{0}"
    )
    asked = QuoteQuery(speaker=id_)
    places = matching(connection, columns, asked) if "/" in id_ else np.zeros(0, dtype=np.int64)
    said = once_each(columns, places[::-1])
    days = dict(connection.execute(grouped.format("day"), (num,)))
    said_on = _counts(np.floor(columns.rows["at"][said] / 86400).astype("datetime64[D]").astype(str))
    named_by = dict(connection.execute(grouped.format("source"), (num,)))
    said_in = _by_source(connection, columns, places)
    return EntityDetail(
        id=id_,
        name=name,
        type=type_,
        **_roles_and_affiliations(about),
        wikidata=orjson.loads(about)["wikidata"],
        statement_count=len(said),
        quote_count=quotes,
        about_count=len(once_each(columns, matching(connection, columns, QuoteQuery(about=id_)))),
        article_count=articles,
        mention_count=mentions,
        days=[Period(day=day, quotes=said_on.get(day, 0), articles=days[day]) for day in sorted(days)],
        sources=sorted(
            (SourceCount(source=s, quotes=said_in.get(s, 0), articles=count) for s, count in named_by.items()),
            key=lambda line: (-line.quotes, -line.articles),
        ),
        together=_together(connection, columns, num, places),
        members=len(once_each(columns, matching(connection, columns, QuoteQuery(party=name)))) if type_ == "ORG" else 0,
    )


def _roles_and_affiliations(about: str) -> dict[str, list[str]]:
    stored = orjson.loads(about)
    return {"roles": stored["roles"] or [], "affiliations": stored["affiliations"] or []}


def _counts(values: Any) -> dict[str, int]:
    found, counts = np.unique(values, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _by_source(connection: sqlite3.Connection, columns: Columns, places: Any) -> dict[str | None, int]:
    """By the paper's name how many statements it has."""
    pairs = np.unique(np.stack([columns.rows["source"][places], columns.said[places]]), axis=1)
    numbers, counts = np.unique(pairs[0], return_counts=True)
    found: dict[str | None, int] = {}
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        row = connection.execute("SELECT name FROM labels WHERE num = ?", (number,)).fetchone()
        found[None if row is None else row[0]] = count
    return found


def _together(connection: sqlite3.Connection, columns: Columns, num: int, places: Any) -> list[FacetValue]:
    """Who else is quoted in the articles with these quotes; the same article in several papers counts once."""
    rows = columns.rows
    others = rows[np.isin(rows["same"], rows["same"][places]) & (rows["entity"] > 0) & (rows["entity"] != num)]
    pairs = np.unique(np.stack([others["entity"].astype(np.int64), others["same"]]), axis=1)
    numbers, counts = np.unique(pairs[0], return_counts=True)
    found = []
    for place in np.argsort(-counts, kind="stable")[:TOGETHER]:
        row = connection.execute("SELECT id, name FROM entities WHERE num = ?", (int(numbers[place]),)).fetchone()
        if row is not None:
            found.append(FacetValue(value=row[0], name=row[1], count=int(counts[place])))
    return found
