"""Pages of quotes, one by one or as statements, each once, the latest first."""

import sqlite3
import zlib

import numpy as np
import orjson

from agents.web.models import QuotePage, StatementPage
from agents.web.store.columns import Columns
from agents.web.store.quote_filter import Places, QuoteQuery, matching
from agents.web.store.quote_hits import hits


def once_each(columns: Columns, places: Places) -> Places:
    """Of each statement the first of `places`, in their order."""
    if not len(places):
        return places
    said = columns.said[places]
    first = np.full(int(said.max()) + 1, -1, dtype=np.int64)
    first[said[::-1]] = np.arange(len(said) - 1, -1, -1)  # the last that is written is the first in their order
    kept = np.zeros(len(said), dtype=bool)
    kept[first[first >= 0]] = True
    return places[kept]


def quote_page(
    connection: sqlite3.Connection,
    columns: Columns,
    asked: QuoteQuery,
    *,
    limit: int,
    cursor: str | None,
    once: bool = False,
) -> QuotePage:
    """A page of quotes, the latest first; `once`: of each statement the latest alone.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    places = matching(connection, columns, asked)
    if once:
        places = once_each(columns, places)
    page, following = _page(columns, places, limit, cursor)
    found = hits(connection, columns.rows["num"][page].tolist(), asked.parsed, once=once)
    return QuotePage(items=found, total=len(places), next=following)


def statement_page(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, limit: int, cursor: str | None
) -> StatementPage:
    """A page of the statements that matching quotes belong to, each once, by their latest matching quote.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    places = once_each(columns, matching(connection, columns, asked))
    places = places[columns.rows["said"][places] > 0]
    page, following = _page(columns, places, limit, cursor)
    items = []
    for num in columns.rows["said"][page].tolist():
        row = connection.execute("SELECT record FROM statements WHERE num = ?", (num,)).fetchone()
        if row is not None:
            items.append(orjson.loads(zlib.decompress(row[0])))
    return StatementPage(items=items, total=len(places), next=following)


def _page(columns: Columns, places: Places, limit: int, cursor: str | None) -> tuple[Places, str | None]:
    """The places of a page that begins behind a cursor, and the cursor of the next one."""
    at, num = columns.rows["at"], columns.rows["num"]
    if cursor is not None:
        moment, _, number = cursor.rpartition("_")
        last, last_num = float(moment), int(number)
        places = places[(at[places] < last) | ((at[places] == last) & (num[places] < last_num))]
    page = places[:limit]
    more = len(places) > limit
    return page, f"{at[page[-1]].item()!r}_{num[page[-1]]}" if more else None
