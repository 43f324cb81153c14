"""What is asked for, as a mask over the columns of all quotes."""

import sqlite3
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.web.store.columns import TYPES, Columns, code, gender_group
from agents.web.store.counting import FirstOfEach, Places
from agents.web.store.query_parser import parse_query
from agents.web.store.quote_query import Each, QuoteQuery

Mask = NDArray[np.bool_]
_MATCHING = "SELECT group_concat(rowid) FROM quote_search WHERE quote_search MATCH ?"
_ABOUT = "SELECT group_concat(quote) FROM quote_about WHERE entity = ?"
_OF_STATEMENT = "SELECT group_concat(num) FROM quotes WHERE statement = (SELECT num FROM statements WHERE id = ?)"


def matching(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Places:
    """Places in the columns of the quotes asked for, the latest first."""
    return np.flatnonzero(_mask(connection, columns, asked))


def first_of_each(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, each: Each | None
) -> FirstOfEach:
    """The quotes asked for, of which those count once that are the same: by the one that was published first, as in
    the lists of articles. Its places stand the earliest first."""
    return FirstOfEach(matching(connection, columns, asked)[::-1], None if each is None else columns.things(each))


def first_of_each_by_type(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, each: Each
) -> tuple[FirstOfEach, FirstOfEach]:
    """The same; and what counts of each type if it is asked for as well: fragments of quotes of another type, too."""
    mask, things = _mask(connection, columns, replace(asked, parts=True)), columns.things(each)
    found = mask & ~_counted_with_whole(columns, asked), mask & (columns["whole"] != columns["type"])
    all_found, by_type = (FirstOfEach(np.flatnonzero(kept)[::-1], things) for kept in found)
    return all_found, by_type


def _mask(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Mask:
    mask: Mask = _by_words(connection, columns, asked)
    for name in ("party", "role", "agency"):
        if value := getattr(asked, name):
            mask &= columns[name] == _label(connection, value)
    if asked.sources:
        mask &= np.isin(columns["source"], [_label(connection, name) for name in asked.sources])
    if asked.gender:
        mask &= columns.gender_groups == gender_group(asked.gender)
    if asked.type:
        mask &= columns["type"] == code(TYPES, asked.type)
    if asked.verbatim is not None:
        mask &= (columns["type"] == code(TYPES, "Direct")) == asked.verbatim
    if asked.since is not None:
        mask &= columns["at"] >= asked.since
    if asked.until is not None:
        mask &= columns["at"] < asked.until
    if asked.upto is not None:
        mask &= (columns["article"] > asked.after) & (columns["article"] <= asked.upto)
        mask &= columns["arrived"] >= asked.arrived_since
    return mask if asked.parts else mask & ~_counted_with_whole(columns, asked)


def _by_words(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Mask:
    """By what was said, by whom, about whom, and in which statement. What was typed without a word (an emoji, a "§")
    finds nothing, for it narrows nothing."""
    by_name = "/" not in asked.speaker
    words = [asked.parsed.expression(), parse_query(asked.speaker).expression() if by_name else None]
    no_word = asked.words.strip() and not (asked.parsed.wanted or asked.parsed.unwanted)
    no_name = by_name and asked.speaker.strip() and words[1] is None
    if no_word or no_name:
        return np.zeros(len(columns), dtype=bool)
    mask: Mask = np.ones(len(columns), dtype=bool)
    found = [part.format(what) for part, what in zip(("({})", "speaker : ({})"), words, strict=True) if what]
    if found:
        mask &= columns.with_nums(_nums(connection, _MATCHING, " AND ".join(found)))
    if (unwanted := asked.parsed.exclusion()) is not None:
        mask &= ~columns.with_nums(_nums(connection, _MATCHING, unwanted))
    if not by_name:
        mask &= columns["entity"] == entity_num(connection, asked.speaker)
    if asked.about:
        mask &= columns.with_nums(_nums(connection, _ABOUT, entity_num(connection, asked.about)))
    if asked.statement:
        mask &= columns.with_nums(_nums(connection, _OF_STATEMENT, asked.statement))
    return mask


def _counted_with_whole(columns: Columns, asked: QuoteQuery) -> Mask:
    """Fragments of a quote that is asked for as well: its speaker and article are the same, so its type decides."""
    whole = columns["whole"]
    asked_for: Mask = whole > 0
    if asked.type:
        asked_for &= whole == code(TYPES, asked.type)
    if asked.verbatim is not None:
        asked_for &= (whole == code(TYPES, "Direct")) == asked.verbatim
    return asked_for


def entity_num(connection: sqlite3.Connection, id_: str) -> int:
    """An entity's number in the store; -1: there is none."""
    row: Any = connection.execute("SELECT num FROM entities WHERE id = ?", (id_,)).fetchone()
    return -1 if row is None else int(row[0])


def numbers_of(text: str | None) -> NDArray[np.int64]:
    """The numbers that SQLite gives as one text (`group_concat`): a word can have as many as there are quotes, and each
    row that SQLite hands over costs more than finding it did."""
    return np.fromstring(text or "", dtype=np.int64, sep=",")


def _nums(connection: sqlite3.Connection, query: str, value: str | int) -> NDArray[np.int64]:
    (text,) = connection.execute(query, (value,)).fetchone()
    return numbers_of(text)


def _label(connection: sqlite3.Connection, name: str) -> int:
    row: Any = connection.execute("SELECT num FROM labels WHERE name = ?", (name,)).fetchone()
    return -1 if row is None else int(row[0])
