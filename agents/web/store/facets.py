"""Counts of quotes by what they have in common: each statement once for a value, or once for each paper."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.web.models import FacetValue
from agents.web.store.columns import GENDERS, TYPES, Columns
from agents.web.store.quote_filter import Places, QuoteQuery, gender_group, gender_groups, matching

FACETS = ("speaker", "party", "role", "gender", "source", "type", "agency")
FACET_VALUES = 30
MOST_CELLS = 20_000_000
"""Of a table of values by things: up to that it is faster to tick cells than to sort pairs."""
_COLUMN = {"speaker": "entity"}


def facets(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, once: bool = True
) -> dict[str, list[FacetValue]]:
    """By facet the commonest values; `once`: a statement counts once for each, however many papers have it."""
    places = matching(connection, columns, asked)
    return {name: list(_commonest(connection, columns, places, name, once)) for name in FACETS}


def _commonest(
    connection: sqlite3.Connection, columns: Columns, places: Places, facet: str, once: bool
) -> Iterator[FacetValue]:
    values = values_of(columns, facet)[places]
    known = values >= 0
    counted = count_distinct(values[known], columns.said[places][known]) if once else np.bincount(values[known])
    order = np.argsort(-counted, kind="stable")[:FACET_VALUES]
    yield from named(connection, facet, [(int(value), int(counted[value])) for value in order if counted[value]])


def values_of(columns: Columns, facet: str) -> NDArray[np.int64]:
    """For each quote the number of its value; -1: it has none."""
    if facet == "gender":
        return gender_groups(columns).astype(np.int64)
    numbers: NDArray[np.int64] = columns.rows[_COLUMN.get(facet, facet)].astype(np.int64)
    numbers[numbers == 0] = -1
    return numbers


def count_distinct(values: NDArray[np.int64], things: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each value from 0 on, how many different things have it; both not negative, `things` without great gaps."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    width, height = int(things.max()) + 1, int(values.max()) + 1
    pairs = values * width + things
    if width * height <= MOST_CELLS:
        cells = np.zeros(width * height, dtype=bool)
        cells[pairs] = True
        counts: NDArray[np.int64] = cells.reshape(height, width).sum(axis=1, dtype=np.int64)
        return counts
    return np.bincount(np.unique(pairs) // width)


def named(connection: sqlite3.Connection, facet: str, counted: Iterable[tuple[int, int]]) -> Iterator[FacetValue]:
    """Values by their numbers, with what to ask for and what to call them."""
    for value, count in counted:
        row: Any
        if facet == "speaker":
            row = connection.execute("SELECT id, name FROM entities WHERE num = ?", (value,)).fetchone()
        elif facet == "type":
            row = (TYPES[value - 1], TYPES[value - 1])
        elif facet == "gender":
            name = next(name for name in (*GENDERS, "unknown", "none") if gender_group(name) == value)
            row = (name, name)
        else:
            row = connection.execute("SELECT name, name FROM labels WHERE num = ?", (value,)).fetchone()
        if row is not None:
            yield FacetValue(value=row[0], name=row[1], count=count)
