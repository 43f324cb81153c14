"""Who or what is quoted how much, with intervals, over time, and against the weeks before."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agents.web.models import FacetValue, Share, SharePeriod, Shares
from agents.web.store.columns import EVIDENCE, TYPES, Columns, code
from agents.web.store.facets import count_distinct, named, values_of
from agents.web.store.quote_filter import Places, QuoteQuery, matching

BY = ("speaker", "gender", "party", "role", "source", "type", "verbatim", "agency")
SHOWN = 30
DRAWN = 6
"""So many of the values are told for each period."""
DAY_SECONDS = 86400
LONGEST_IN_DAYS = 62
"""A longer time is told by weeks."""
BEFORE = 4
"""So many periods of the same length before tell what is usual."""
Z = 1.959964
"""Of the normal distribution, for 95 %."""


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); from 0 to 1 if there is nothing."""
    if total == 0:
        return 0.0, 1.0
    share = count / total
    middle = share + Z * Z / (2 * total)
    half = Z * sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def shares(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, by: str, once: bool = True, now: float = 0.0
) -> Shares:
    """The shares of the values of `by` among the quotes asked for.

    Args:
        once: each statement counts once for a value, on the day of its first quote; else each quote counts.
        now: the end of the time asked for, where it has none, in seconds since 1970 UTC.
    """
    places = matching(connection, columns, asked)[::-1]
    things = columns.said if once else np.arange(len(columns.rows), dtype=np.int64)
    values = _values(columns, by)
    own, said = values[places], things[places]
    known = own >= 0
    counts = count_distinct(own[known], said[known])
    articles = count_distinct(own[known], _dense(columns.rows["article"][places][known]))
    sources = count_distinct(own[known], columns.rows["source"][places][known].astype(np.int64))
    total = len(np.unique(said))
    order = [int(value) for value in np.argsort(-counts, kind="stable") if counts[value]]
    usual = _usual(connection, columns, asked, values, things, now)
    lines = []
    for value in order[:SHOWN]:
        for found in _named(connection, by, value, int(counts[value])):
            low, high = wilson(found.count, total)
            before = None if usual is None else float(usual[value]) if value < len(usual) else 0.0
            lines.append(
                Share(
                    value=found.value,
                    name=found.name,
                    count=found.count,
                    articles=int(articles[value]),
                    sources=int(sources[value]),
                    share=found.count / total,
                    low=low,
                    high=high,
                    usual=before,
                    more=before is not None and low > before,
                    evidence=_evidence(columns, places[own == value], things) if by == "gender" else {},
                )
            )
    period, over_time = _over_time(columns, places, values, things, order[:DRAWN])
    return Shares(
        by=by,
        each="statement" if once else "paper",
        total=total,
        without=total - len(np.unique(said[known])),
        articles=len(np.unique(columns.rows["article"][places])),
        sources=len(np.unique(columns.rows["source"][places])),
        values=lines,
        others=max(0, len(order) - SHOWN),
        period=period,
        over_time=over_time,
    )


def _values(columns: Columns, by: str) -> NDArray[np.int64]:
    if by == "verbatim":
        verbatim: NDArray[np.int64] = (columns.rows["type"] == code(TYPES, "Direct")).astype(np.int64)
        return verbatim
    return values_of(columns, by)


def _named(connection: sqlite3.Connection, by: str, value: int, count: int) -> list[FacetValue]:
    if by == "verbatim":
        name = "true" if value else "false"
        found = [(name, name)]
    else:
        found = [(line.value, line.name) for line in named(connection, by, [(value, count)])]
    return [FacetValue(value=asked, name=name, count=count) for asked, name in found]


def _evidence(columns: Columns, places: Places, things: NDArray[np.int64]) -> dict[str, int]:
    from_what = columns.rows["evidence"][places].astype(np.int64)
    counts = count_distinct(from_what, things[places])
    return {name: int(counts[n]) for n, name in enumerate(EVIDENCE, 1) if n < len(counts) and counts[n]}


def _usual(
    connection: sqlite3.Connection,
    columns: Columns,
    asked: QuoteQuery,
    values: NDArray[np.int64],
    things: NDArray[np.int64],
    now: float,
) -> NDArray[np.float64] | None:
    """For each value its share in the periods before; None if no period is asked for, or not all of them were kept."""
    if asked.since is None or not len(columns.rows):
        return None
    length = (asked.until or now) - asked.since
    begin = asked.since - BEFORE * length
    if length <= 0 or columns.rows["at"].min() > begin:
        return None
    before = matching(connection, columns, replace(asked, since=begin, until=asked.since))
    total = len(np.unique(things[before]))
    before = before[values[before] >= 0]
    part: NDArray[np.float64] = count_distinct(values[before], things[before]) / max(1, total)
    return part


def _over_time(
    columns: Columns, places: Places, values: NDArray[np.int64], things: NDArray[np.int64], shown: list[int]
) -> tuple[Literal["day", "week"], list[SharePeriod]]:
    """By day or week all statements and those of the values shown; `places` the earliest first."""
    if not len(places):
        return "day", []
    days = np.floor(columns.rows["at"] / DAY_SECONDS).astype(np.int64)
    first, last = int(days[places[0]]), int(days[places[-1]])
    weekly = last - first >= LONGEST_IN_DAYS
    step = 7 if weekly else 1
    # 1 January 1970 was a Thursday: weeks begin on Mondays.
    start = first - (first + 3) % 7 if weekly else first
    count = (last - start) // step + 1

    def per_period(part: Places) -> NDArray[np.int64]:
        earliest = part[np.unique(things[part], return_index=True)[1]]
        return np.bincount((days[earliest] - start) // step, minlength=count)

    totals = per_period(places)
    each = [per_period(places[values[places] == value]) for value in shown]
    return "week" if weekly else "day", [
        SharePeriod(
            day=datetime.fromtimestamp((start + number * step) * DAY_SECONDS, UTC).date().isoformat(),
            total=int(totals[number]),
            counts=[int(counts[number]) for counts in each],
        )
        for number in range(count)
    ]


def _dense(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.unique(numbers, return_inverse=True)[1]
    return found
