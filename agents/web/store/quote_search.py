"""Pages of quotes, one by one or as statements, each once, the latest first."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson

from agents.web.models import QuoteHit, QuotePage, StatementPage
from agents.web.store.columns import Columns
from agents.web.store.counting import FirstOfEach, Places
from agents.web.store.query_parser import ParsedQuery
from agents.web.store.quote_filter import first_of_each, matching, numbers_of
from agents.web.store.quote_hits import hits
from agents.web.store.quote_query import QuoteQuery

_NAMELESS = "SELECT group_concat(num), group_concat(statement) FROM quotes WHERE said < 0 AND statement IS NOT NULL"


def quote_page(
    connection: sqlite3.Connection,
    columns: Columns,
    places: Places,
    words: ParsedQuery,
    *,
    limit: int,
    cursor: str | None,
    copies: bool = False,
) -> QuotePage:
    """A page of the quotes at `places`, the latest first.

    Args:
        words: are marked in them.
        copies: with the other articles in which the same was said.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    page, following = _page(columns, places, limit, cursor)
    found = hits(connection, columns["num"][page].tolist(), words, copies=copies)
    return QuotePage(items=found, total=len(places), next=following)


def newest(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, limit: int) -> list[QuoteHit]:
    """Of each statement the matching quote that came first; of these the `limit` that came last, the last first."""
    places = matching(connection, columns, asked)
    by_arrival = places[np.lexsort((columns["num"][places], columns["arrived"][places]))]
    latest = FirstOfEach(by_arrival, columns.said).places[::-1][:limit]
    return hits(connection, columns["num"][latest].tolist(), asked.parsed)


def statement_page(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, limit: int, cursor: str | None
) -> StatementPage:
    """A page of the statements that matching quotes belong to, each once, by their first matching quote.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    places = statement_places(connection, columns, asked)
    page, following = _page(columns, places, limit, cursor)
    items = list(records(connection, columns["num"][page].tolist()))
    return StatementPage(items=items, total=len(places), next=following)


def statement_places(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Places:
    """The matching quote of each statement that is known that was published first; of these the latest first. What
    counts as one for a speaker who is no entity can be several statements on their topic, of which that of the first
    quote stands for all."""
    places = first_of_each(connection, columns, asked, "statement").places
    statements = columns["said"][places]
    nameless = statements < 0
    if nameless.any():
        nums, theirs = map(numbers_of, connection.execute(_NAMELESS).fetchone())
        known = dict(zip(nums.tolist(), theirs.tolist(), strict=True))
        statements[nameless] = [known.get(num, 0) for num in columns["num"][places[nameless]].tolist()]
    first = np.unique(statements, return_index=True)[1]
    return places[np.sort(first[statements[first] > 0])[::-1]]


def records(connection: sqlite3.Connection, nums: Iterable[int]) -> Iterator[dict[str, Any]]:
    """The statements of the quotes with these numbers."""
    for num in nums:
        row = connection.execute(
            "SELECT s.record FROM quotes q JOIN statements s ON s.num = q.statement WHERE q.num = ?", (num,)
        ).fetchone()
        if row is not None:
            yield orjson.loads(zlib.decompress(row[0]))


def _page(columns: Columns, places: Places, limit: int, cursor: str | None) -> tuple[Places, str | None]:
    """The places of a page that begins behind a cursor, and the cursor of the next one."""
    at, num = columns["at"], columns["num"]
    if cursor is not None:
        moment, _, number = cursor.rpartition("_")
        last, last_num = float(moment), int(number)
        places = places[(at[places] < last) | ((at[places] == last) & (num[places] < last_num))]
    page = places[:limit]
    more = len(places) > limit
    return page, f"{at[page[-1]].item()!r}_{num[page[-1]]}" if more else None
