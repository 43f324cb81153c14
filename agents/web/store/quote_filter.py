"""What is asked for, as a mask over the columns of all quotes."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.web.store.columns import GENDERS, KINDS, TYPES, Columns, code
from agents.web.store.query_parser import ParsedQuery, parse_query

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
NO_PERSONS = [code(KINDS, kind) for kind in ("organisation", "place", "group", "document")]
_MATCHING = "SELECT rowid FROM quote_search WHERE quote_search MATCH ?"
_ABOUT = "SELECT quote FROM quote_about WHERE entity = ?"
_OF_STATEMENT = "SELECT num FROM quotes WHERE statement = (SELECT num FROM statements WHERE id = ?)"


@dataclass(frozen=True)
class QuoteQuery:
    """What is asked for; None and empty: any.

    Attributes:
        words: as typed, see `agents.web.store.query_parser`; in the quote and the speaker's name.
        speaker: an entity's id, or words of a speaker's name.
        about: an entity's id, who is named in the quote and is not its speaker.
        party: what the speaker belongs to; `role`: what the speaker is.
        sources: names of papers, any of which.
        type: of the quote; `verbatim` true or false: in quotation marks or not.
        gender: of the speaker: f, m, unknown, or none for what is no person.
        since, until: of publication (or arrival), in seconds since 1970; the latter excluded.
        statement: only quotes of the statement of this id.
        parts: also those that are fragments of another quote that is asked for.
        upto: in articles with numbers of the store up to that, and behind `after`, that came from `arrived_since` on,
            in seconds since 1970.
    """

    words: str = ""
    speaker: str = ""
    about: str = ""
    party: str = ""
    role: str = ""
    gender: str = ""
    sources: tuple[str, ...] = ()
    agency: str = ""
    type: str = ""
    verbatim: bool | None = None
    since: float | None = None
    until: float | None = None
    statement: str = ""
    parts: bool = False
    after: int = 0
    upto: int | None = None
    arrived_since: float = 0.0

    @property
    def parsed(self) -> ParsedQuery:
        """The words, taken apart."""
        return parse_query(self.words)


def matching(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Places:
    """Places in the columns of the quotes asked for, the latest first."""
    mask = _mask(connection, columns, asked)
    return columns.latest_first[mask[columns.latest_first]]


def _mask(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Mask:
    rows = columns.rows
    mask: Mask = _by_words(connection, columns, asked)
    for name in ("party", "role", "agency"):
        if value := getattr(asked, name):
            mask &= rows[name] == _label(connection, value)
    if asked.sources:
        mask &= np.isin(rows["source"], [_label(connection, name) for name in asked.sources])
    if asked.gender:
        mask &= gender_groups(columns) == gender_group(asked.gender)
    if asked.type:
        mask &= rows["type"] == code(TYPES, asked.type)
    if asked.verbatim is not None:
        mask &= (rows["type"] == code(TYPES, "Direct")) == asked.verbatim
    if asked.since is not None:
        mask &= rows["at"] >= asked.since
    if asked.until is not None:
        mask &= rows["at"] < asked.until
    if asked.upto is not None:
        mask &= (rows["article"] > asked.after) & (rows["article"] <= asked.upto)
        mask &= rows["arrived"] >= asked.arrived_since
    return mask if asked.parts else mask & ~_counted_with_whole(columns, asked)


def _by_words(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Mask:
    """By what was said, by whom, about whom, and in which statement."""
    mask: Mask = np.ones(len(columns.rows), dtype=bool)
    by_name = "/" not in asked.speaker
    words = [asked.parsed.expression(), parse_query(asked.speaker).expression() if by_name else None]
    found = [part.format(what) for part, what in zip(("({})", "speaker : ({})"), words, strict=True) if what]
    if found:
        mask &= columns.places(_nums(connection, _MATCHING, " AND ".join(found)))
    if (unwanted := asked.parsed.exclusion()) is not None:
        mask &= ~columns.places(_nums(connection, _MATCHING, unwanted))
    if not by_name:
        mask &= columns.rows["entity"] == entity_num(connection, asked.speaker)
    if asked.about:
        mask &= columns.places(_nums(connection, _ABOUT, entity_num(connection, asked.about)))
    if asked.statement:
        mask &= columns.places(_nums(connection, _OF_STATEMENT, asked.statement))
    return mask


def _counted_with_whole(columns: Columns, asked: QuoteQuery) -> Mask:
    """Fragments of a quote that is asked for as well: its speaker and article are the same, so its type decides."""
    whole = columns.rows["whole"]
    asked_for: Mask = whole > 0
    if asked.type:
        asked_for &= whole == code(TYPES, asked.type)
    if asked.verbatim is not None:
        asked_for &= (whole == code(TYPES, "Direct")) == asked.verbatim
    return asked_for


def gender_groups(columns: Columns) -> NDArray[np.uint8]:
    """For each quote the speaker's, as in the columns; 0: not known, `gender_group("none")`: it is no person."""
    rows = columns.rows
    no_person = np.isin(rows["kind"], NO_PERSONS) & (rows["gender"] == 0)
    groups: NDArray[np.uint8] = np.where(no_person, gender_group("none"), rows["gender"])
    return groups


def gender_group(name: str) -> int:
    """The number of f, m, unknown or none in `gender_groups`."""
    return {"unknown": 0, "none": len(GENDERS) + 1}.get(name) or code(GENDERS, name)


def entity_num(connection: sqlite3.Connection, id_: str) -> int:
    """An entity's number in the store; -1: there is none."""
    row: Any = connection.execute("SELECT num FROM entities WHERE id = ?", (id_,)).fetchone()
    return -1 if row is None else int(row[0])


def _nums(connection: sqlite3.Connection, query: str, value: str | int) -> Sequence[int]:
    return [num for (num,) in connection.execute(query, (value,)).fetchall()]


def _label(connection: sqlite3.Connection, name: str) -> int:
    row: Any = connection.execute("SELECT num FROM labels WHERE name = ?", (name,)).fetchone()
    return -1 if row is None else int(row[0])
