"""People, organisations and whoever else is in the news: a directory, and what is kept about each."""

import sqlite3
from datetime import timedelta

import numpy as np
import orjson

from agents.web.models import EntityDetail, FacetValue, People, Period, Person, SourceCount
from agents.web.store.columns import Columns
from agents.web.store.counting import FirstOfEach, Numbers, Places, commonest
from agents.web.store.facets import commonest_values, names_of
from agents.web.store.query_parser import folded_words, parse_query
from agents.web.store.quote_filter import matching, numbers_of
from agents.web.store.quote_query import QuoteQuery
from pipeline.entities.slugs import entity_id
from schemas.times import EPOCH

TOGETHER = 30
"""Others who are listed on a person's page: those quoted in the same articles, and those who may be the same."""
CALLED = 5
"""Roles that are listed there, and affiliations."""


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
    mentions, articles, in_days, in_papers = connection.execute(
        "SELECT coalesce(sum(count), 0), count(*), group_concat(day), group_concat(source) FROM mentions"
        " WHERE entity = ?",
        (num,),
    ).fetchone()
    asked = QuoteQuery(speaker=id_)
    places = matching(connection, columns, asked) if "/" in id_ else np.zeros(0, dtype=np.int64)
    said = FirstOfEach(places[::-1], columns.said)
    party = _party(connection, columns, id_, name) if type_ == "ORG" else None
    members = places[:0] if party is None else matching(connection, columns, QuoteQuery(party=party))
    named_on = _by_day(numbers_of(in_days))
    said_on = _by_day(columns["day"][said.places])
    named_by = _by_source(connection, np.bincount(numbers_of(in_papers)))
    said_in = _by_source(connection, said.count(columns["source"]))
    return EntityDetail(
        id=id_,
        name=name,
        type=type_,
        **_roles_and_affiliations(about),
        wikidata=orjson.loads(about)["wikidata"],
        statement_count=len(said),
        quote_count=quotes,
        about_count=len(FirstOfEach(matching(connection, columns, QuoteQuery(about=id_)), columns.said)),
        article_count=articles,
        mention_count=mentions,
        called_roles=commonest_values(connection, columns, said, "role", CALLED),
        called_affiliations=commonest_values(connection, columns, said, "party", CALLED),
        days=[Period(day=day, quotes=said_on.get(day, 0), articles=named_on[day]) for day in sorted(named_on)],
        sources=sorted(
            (SourceCount(source=s, quotes=said_in.get(s, 0), articles=count) for s, count in named_by.items()),
            key=lambda line: (-line.quotes, -line.articles, line.source or ""),
        ),
        perhaps=_perhaps(connection, num, name) if type_ == "PER" else [],
        together=_together(connection, columns, num, places),
        members=len(FirstOfEach(members, columns.said)),
        party=party,
    )


def _party(connection: sqlite3.Connection, columns: Columns, id_: str, name: str) -> str:
    """What speakers are said to belong to where an organisation is meant: in full, where articles name it in short."""
    numbers = commonest(np.bincount(columns["party"]))
    names = names_of(connection, "party", numbers)
    found = (names[number][1] for number in numbers if number in names)
    return next((party for party in found if entity_id("ORG", party) == id_), name)


def _perhaps(connection: sqlite3.Connection, num: int, name: str) -> list[FacetValue]:
    """People who may be the same: of this very name, or with a surname that is the whole name of one of the two."""
    own = _parts(name)
    if not own:
        return []
    rows = connection.execute(
        "SELECT e.id, e.name, e.articles FROM entity_search s JOIN entities e ON e.num = s.rowid"
        " WHERE entity_search MATCH ? AND e.type = 'PER' AND e.num <> ? ORDER BY e.articles DESC, e.num",
        (f'"{own[-1]}"', num),
    )
    found = []
    for id_, other, articles in rows:
        (short, called), (long, _) = sorted([(own, name), (_parts(other), other)], key=lambda pair: len(pair[0]))
        is_surname = all(word[0].islower() for word in called.split()[:-1])  # "von der"
        if short == long or (is_surname and long[-len(short) :] == short):
            found.append(FacetValue(value=id_, name=other, count=articles))
    return found[:TOGETHER]


def _parts(name: str) -> list[str]:
    """The parts of a name, folded; a double name is one."""
    return [*filter(None, map(folded_words, name.split()))]


def _roles_and_affiliations(about: str) -> dict[str, list[str]]:
    stored = orjson.loads(about)
    return {"roles": stored["roles"] or [], "affiliations": stored["affiliations"] or []}


def _by_day(days: Numbers) -> dict[str, int]:
    """How many of these days, in days since 1970, are the same, by their date."""
    found, counts = np.unique(days, return_counts=True)
    return {
        (EPOCH + timedelta(days=day)).isoformat(): count
        for day, count in zip(found.tolist(), counts.tolist(), strict=True)
    }


def _by_source(connection: sqlite3.Connection, counts: Numbers) -> dict[str | None, int]:
    """By the paper's name how many statements it has, of which there are `counts` by its number."""
    papers = np.flatnonzero(counts).tolist()
    names = names_of(connection, "source", papers)
    return {names[number][1] if number in names else None: int(counts[number]) for number in papers}


def _together(connection: sqlite3.Connection, columns: Columns, num: int, places: Places) -> list[FacetValue]:
    """Who else is quoted in the articles with these quotes; the same article in several papers counts once."""
    entities, texts = columns["entity"], columns.texts
    own = np.zeros(int(texts.max(initial=-1)) + 1, dtype=bool)
    own[texts[places]] = True
    others = np.flatnonzero(own[texts] & (entities > 0) & (entities != num))
    counts = FirstOfEach(others, texts).count(entities)
    order = commonest(counts, TOGETHER)
    names = names_of(connection, "speaker", order)
    return [
        FacetValue(value=names[other][0], name=names[other][1], count=int(counts[other]))
        for other in order
        if other in names
    ]
