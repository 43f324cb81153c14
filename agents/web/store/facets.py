"""Counts of quotes by what they have in common: each statement once for a value, or once for each paper."""

import sqlite3
from collections.abc import Sequence

from agents.web.models import FacetValue
from agents.web.store.columns import GENDERS, TYPES, Columns, gender_group
from agents.web.store.counting import FirstOfEach, Numbers, commonest

FACETS = ("speaker", "party", "role", "gender", "source", "type", "agency")
FACET_VALUES = 30
_COLUMN = {"speaker": "entity"}


def facets(
    connection: sqlite3.Connection, columns: Columns, found: FirstOfEach, by_type: FirstOfEach
) -> dict[str, list[FacetValue]]:
    """By facet the commonest values of what was found, and how much is found with each; `by_type`: of their types."""
    return {name: commonest_values(connection, columns, by_type if name == "type" else found, name) for name in FACETS}


def commonest_values(
    connection: sqlite3.Connection, columns: Columns, found: FirstOfEach, facet: str, most: int = FACET_VALUES
) -> list[FacetValue]:
    """The commonest values of one facet, and how much of what was found has them."""
    counts = found.count(values_of(columns, facet))
    counts[: least_value(facet)] = 0
    values = commonest(counts, most)
    names = names_of(connection, facet, values)
    return [
        FacetValue(value=asked, name=name, count=int(counts[value]))
        for value in values
        if value in names
        for asked, name in (names[value],)
    ]


def values_of(columns: Columns, facet: str) -> Numbers:
    """For each quote the number of its value; below `least_value`: it has none."""
    return columns.gender_groups if facet == "gender" else columns[_COLUMN.get(facet, facet)]


def least_value(facet: str) -> int:
    """The least number that stands for a value."""
    return 0 if facet == "gender" else 1


def names_of(connection: sqlite3.Connection, facet: str, values: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By the numbers of values what to ask for and what to call them; those that are no longer known are missing."""
    if facet == "type":
        return {value: (TYPES[value - 1], TYPES[value - 1]) for value in values}
    if facet == "gender":
        return {gender_group(name): (name, name) for name in (*GENDERS, "unknown", "none")}
    names = "id, name FROM entities" if facet == "speaker" else "name, name FROM labels"
    marks = ", ".join("?" * len(values))
    rows = connection.execute(f"SELECT num, {names} WHERE num IN ({marks})", values)
    return {value: (asked, name) for value, asked, name in rows}
