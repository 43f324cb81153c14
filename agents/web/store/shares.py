"""Who or what is quoted how much, with intervals, over time, and against the weeks before."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agents.web.models import Share, SharePeriod, Shares
from agents.web.store.columns import EVIDENCE, TYPES, Columns, code
from agents.web.store.counting import FirstOfEach, Numbers, Places, commonest, count_distinct, distinct
from agents.web.store.facets import least_value, names_of, values_of
from agents.web.store.quote_filter import matching
from agents.web.store.quote_query import Each, QuoteQuery
from agents.web.store.share_limits import DRAWN, LONGEST_DAYS, LONGEST_IN_DAYS
from schemas.times import EPOCH

SHOWN = 30
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
    connection: sqlite3.Connection,
    columns: Columns,
    asked: QuoteQuery,
    *,
    by: str,
    each: Each = "statement",
    now: float = 0.0,
) -> Shares:
    """The shares of the values of `by` among the quotes asked for.

    Args:
        each: what counts once for a value, on the day of its first quote.
        now: the end of the time asked for, where it has none, in seconds since 1970 UTC.
    """
    things = columns.things(each)
    values, least = _values(columns, by)
    places, before = _with_before(connection, columns, asked, now)
    found = FirstOfEach(places[::-1], things)
    with_values = found.of_each_value(values)
    known = with_values[values[with_values] >= least]
    counts, total = np.bincount(values[known]), len(found)
    order = commonest(counts)
    shown = order[:SHOWN]
    rows = np.full(int(values.max(initial=0)) + 1, len(shown), dtype=np.int64)
    rows[shown] = np.arange(len(shown))
    row, articles, sources = rows[values[places]], columns.articles[places], columns["source"][places]
    in_articles, in_sources = count_distinct(row, articles), _count_papers(row, sources)
    usual = None if before is None else _parts(values, FirstOfEach(before, things), least)
    evidence = _evidence(columns, found, values) if by == "gender" else {}
    names = {0: ("false",) * 2, 1: ("true",) * 2} if by == "verbatim" else names_of(connection, by, shown)
    lines = []
    for number, value in enumerate(shown):
        if value not in names:
            continue
        count = int(counts[value])
        low, high = wilson(count, total)
        part = None if usual is None else float(usual[value]) if value < len(usual) else 0.0
        lines.append(
            Share(
                value=names[value][0],
                name=names[value][1],
                count=count,
                articles=int(in_articles[number]),
                sources=int(in_sources[number]),
                share=count / total,
                low=low,
                high=high,
                usual=part,
                more=part is not None and low > part,
                evidence=evidence.get(value, {}),
            )
        )
    period, over_time = _over_time(columns, places, found, known, rows[values[known]], min(DRAWN, len(shown)))
    return Shares(
        by=by,
        each=each,
        total=total,
        without=total - distinct(things[known]),
        articles=distinct(articles),
        sources=distinct(sources[sources > 0]),
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


def _values(columns: Columns, by: str) -> tuple[Numbers, int]:
    """For each quote the number of its value, and the least that is one."""
    if by == "verbatim":
        return (columns["type"] == code(TYPES, "Direct")).astype(np.uint8), 0
    return values_of(columns, by), least_value(by)


def _evidence(columns: Columns, found: FirstOfEach, values: Numbers) -> dict[int, dict[str, int]]:
    """By gender what tells it, with counts."""
    kinds = len(EVIDENCE) + 1
    counts = found.count(values.astype(np.int64) * kinds + columns["evidence"])
    told: dict[int, dict[str, int]] = {}
    for number in np.flatnonzero(counts).tolist():
        value, from_what = divmod(number, kinds)
        if from_what:
            told.setdefault(value, {})[EVIDENCE[from_what - 1]] = int(counts[number])
    return told


def _count_papers(rows: Numbers, sources: Numbers) -> NDArray[np.int64]:
    """For each row how many papers it has quotes in; what stands in none is in none."""
    counts = count_distinct(rows, sources)
    without: NDArray[np.bool_] = np.bincount(rows[sources == 0], minlength=len(counts)) > 0
    return counts - without


def _parts(values: Numbers, found: FirstOfEach, least: int) -> NDArray[np.float64]:
    """For each value its share."""
    counts = found.count(values)
    counts[:least] = 0
    part: NDArray[np.float64] = counts / max(1, len(found))
    return part


def _over_time(
    columns: Columns, places: Places, found: FirstOfEach, with_values: Places, rows: Numbers, drawn: int
) -> tuple[Literal["day", "week"], list[SharePeriod]]:
    """By day or week all statements and those of the values drawn, each on the day of its first quote.

    Args:
        places: all that was found, the latest first.
        with_values: the first quote of each statement with each of its values, and `rows`: which value that is.
    """
    if not len(places):
        return "day", []
    days = columns["day"]
    last = int(days[places[0]])
    first = max(int(days[places[-1]]), last - LONGEST_DAYS)
    weekly = last - first >= LONGEST_IN_DAYS
    step = 7 if weekly else 1
    # 1 January 1970 was a Thursday: weeks begin on Mondays.
    start = first - (first + 3) % 7 if weekly else first
    count = (last - start) // step + 1
    statements = days[found.places]
    totals = np.bincount((statements[statements >= start] - start) // step, minlength=count)
    with_day = days[with_values]
    of_drawn = (rows < drawn) & (with_day >= start)
    periods = (with_day[of_drawn] - start) // step
    each = np.bincount(periods * drawn + rows[of_drawn], minlength=count * drawn).reshape(count, drawn)
    return "week" if weekly else "day", [
        SharePeriod(
            day=(EPOCH + timedelta(days=start + number * step)).isoformat(),
            total=int(totals[number]),
            counts=each[number].tolist(),
        )
        for number in range(count)
    ]
