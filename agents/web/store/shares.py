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
from agents.web.store.facets import count_distinct, distinct, named, values_of
from agents.web.store.quote_filter import Places, QuoteQuery, matching, once_each

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
    things = columns.said if once else np.arange(len(columns), dtype=np.int64)
    values = _values(columns, by)
    places, before = _with_before(connection, columns, asked, now)
    own, said, articles, sources = (column[places] for column in (values, things, columns.articles, columns["source"]))
    known = own >= 0
    counts = count_distinct(own[known], said[known])
    total = distinct(said)
    order = [int(value) for value in np.argsort(-counts, kind="stable") if counts[value]]
    shown = np.full(len(counts), -1, dtype=np.int64)
    shown[order[:SHOWN]] = np.arange(min(len(order), SHOWN))
    row = np.where(known, shown[own], -1) if len(shown) else own
    listed = row >= 0
    in_articles, in_sources = (count_distinct(row[listed], column[listed]) for column in (articles, sources))
    usual = None if before is None else _parts(values[before], things[before])
    lines = []
    for number, value in enumerate(order[:SHOWN]):
        for found in _named(connection, by, value, int(counts[value])):
            low, high = wilson(found.count, total)
            part = None if usual is None else float(usual[value]) if value < len(usual) else 0.0
            lines.append(
                Share(
                    value=found.value,
                    name=found.name,
                    count=found.count,
                    articles=int(in_articles[number]),
                    sources=int(in_sources[number]),
                    share=found.count / total,
                    low=low,
                    high=high,
                    usual=part,
                    more=part is not None and low > part,
                    evidence=_evidence(columns, places[own == value], things) if by == "gender" else {},
                )
            )
    period, over_time = _over_time(columns, places, values, things, order[:DRAWN])
    return Shares(
        by=by,
        each="statement" if once else "paper",
        total=total,
        without=total - distinct(said[known]),
        articles=distinct(articles),
        sources=distinct(sources),
        values=lines,
        others=max(0, len(order) - SHOWN),
        period=period,
        over_time=over_time,
    )


def _with_before(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, now: float
) -> tuple[Places, Places | None]:
    """The quotes asked for, and those of the periods before; None if no period is asked for, or not all were kept."""
    begin = None if asked.since is None else asked.since - BEFORE * ((asked.until or now) - asked.since)
    if asked.since is None or begin is None or begin >= asked.since or not _reach(columns, begin):
        return matching(connection, columns, asked), None
    places = matching(connection, columns, replace(asked, since=begin))
    asked_for = columns["at"][places] >= asked.since
    return places[asked_for], places[~asked_for]


def _reach(columns: Columns, begin: float) -> bool:
    """Whether quotes of that time are still kept."""
    return len(columns) > 0 and bool(columns["at"][-1] <= begin)


def _values(columns: Columns, by: str) -> NDArray[np.int64]:
    if by == "verbatim":
        verbatim: NDArray[np.int64] = (columns["type"] == code(TYPES, "Direct")).astype(np.int64)
        return verbatim
    return values_of(columns, by, np.arange(len(columns)))


def _named(connection: sqlite3.Connection, by: str, value: int, count: int) -> list[FacetValue]:
    if by == "verbatim":
        name = "true" if value else "false"
        found = [(name, name)]
    else:
        found = [(line.value, line.name) for line in named(connection, by, [(value, count)])]
    return [FacetValue(value=asked, name=name, count=count) for asked, name in found]


def _evidence(columns: Columns, places: Places, things: NDArray[np.int64]) -> dict[str, int]:
    from_what = columns["evidence"][places].astype(np.int64)
    counts = count_distinct(from_what, things[places])
    return {name: int(counts[n]) for n, name in enumerate(EVIDENCE, 1) if n < len(counts) and counts[n]}


def _parts(values: NDArray[np.int64], things: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each value its share."""
    known = values >= 0
    part: NDArray[np.float64] = count_distinct(values[known], things[known]) / max(1, distinct(things))
    return part


def _over_time(
    columns: Columns, places: Places, values: NDArray[np.int64], things: NDArray[np.int64], shown: list[int]
) -> tuple[Literal["day", "week"], list[SharePeriod]]:
    """By day or week all statements and those of the values shown, each on the day of its first quote."""
    if not len(places):
        return "day", []
    days = np.floor(columns["at"] / DAY_SECONDS).astype(np.int64)
    first, last = int(days[places[-1]]), int(days[places[0]])
    weekly = last - first >= LONGEST_IN_DAYS
    step = 7 if weekly else 1
    # 1 January 1970 was a Thursday: weeks begin on Mondays.
    start = first - (first + 3) % 7 if weekly else first
    count = (last - start) // step + 1

    def per_period(part: Places) -> NDArray[np.int64]:
        earliest = once_each(part[::-1], things)
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
