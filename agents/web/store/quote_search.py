"""Pages of quotes, one by one or as statements, each once, the latest first."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson

from agents.web.models import QuoteHit, QuotePage, StatementPage
from agents.web.models.quotes import beginning
from agents.web.store.columns import Columns
from agents.web.store.counting import FirstOfEach, Places
from agents.web.store.quote_filter import first_of_each, matching, numbers_of
from agents.web.store.quote_hits import QuoteGone, hits
from agents.web.store.quote_query import QuoteQuery

_NAMELESS = "SELECT group_concat(num), group_concat(statement) FROM quotes WHERE said < 0 AND statement IS NOT NULL"


def quote_page(
    connection: sqlite3.Connection,
    columns: Columns,
    asked: QuoteQuery,
    found: FirstOfEach,
    *,
    copies: bool,
    limit: int,
    cursor: str | None,
) -> QuotePage:
    """A page of the quotes asked for, or of what counts once, the latest first.

    Args:
        found: what was asked for.
        copies: with the other articles in which the same was said.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    page, following = _page(columns, found, found.places[::-1], limit, cursor)
    items = hits(connection, columns["num"][page].tolist(), asked.parsed, copies=copies)
    return QuotePage(items=items, total=len(found), next=following)


def newest(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, limit: int
) -> list[tuple[QuoteHit, float]]:
    """Of each statement the matching quote that came first, and when; of these the `limit` that came last."""
    places = matching(connection, columns, asked)
    by_arrival = places[np.lexsort((columns["num"][places], columns["arrived"][places]))]
    latest = FirstOfEach(by_arrival, columns.said).places[::-1][:limit]
    found = hits(connection, columns["num"][latest].tolist(), asked.parsed)
    return list(zip(found, columns["arrived"][latest].tolist(), strict=True))


def statement_page(
    connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery, *, limit: int, cursor: str | None
) -> StatementPage:
    """A page of the statements that matching quotes belong to, each once, by their first matching quote.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    found = first_of_each(connection, columns, asked, "statement")
    places = statement_places(connection, columns, found)
    page, following = _page(columns, found, places, limit, cursor)
    items = [_shortened(record) for record in records(connection, columns["num"][page].tolist())]
    return StatementPage(items=items, total=len(places), next=following)


def statement_places(connection: sqlite3.Connection, columns: Columns, found: FirstOfEach) -> Places:
    """Of the quotes that count as one statement each, those whose statement is known, each statement once, the latest
    first. What counts as one for a speaker who is no entity can be several statements on their topic, of which that of
    the first quote stands for all."""
    places = found.places
    statements = columns["said"][places]
    nameless = statements < 0
    if nameless.any():
        nums, theirs = map(numbers_of, connection.execute(_NAMELESS).fetchone())
        known = dict(zip(nums.tolist(), theirs.tolist(), strict=True))
        statements[nameless] = [known.get(num, 0) for num in columns["num"][places[nameless]].tolist()]
    first = np.unique(statements, return_index=True)[1]
    return places[np.sort(first[statements[first] > 0])[::-1]]


def records(connection: sqlite3.Connection, nums: Iterable[int]) -> Iterator[dict[str, Any]]:
    """The statements of the quotes with these numbers.

    Raises:
        QuoteGone: there is no such quote, or it belongs to no statement (any more).
    """
    for num in nums:
        row = connection.execute(
            "SELECT s.record FROM quotes q JOIN statements s ON s.num = q.statement WHERE q.num = ?", (num,)
        ).fetchone()
        if row is None:
            raise QuoteGone
        yield orjson.loads(zlib.decompress(row[0]))


def _shortened(record: dict[str, Any]) -> dict[str, Any]:
    """A statement with as much of its words as lists have."""
    papers = [paper | {"text": beginning(paper["text"])} for paper in record["articles"]]
    return record | {"text": beginning(record["text"]), "articles": papers}


def _page(
    columns: Columns, found: FirstOfEach, places: Places, limit: int, cursor: str | None
) -> tuple[Places, str | None]:
    """The places of a page that begins behind a cursor, and the cursor of the next one.

    In between, an article can come in which something stood earlier that a former page has: it is not on a later page
    as well. So a cursor also has the number of the article that was the last when the first page was made.
    """
    at, num, article = columns["at"], columns["num"], columns["article"]
    upto = int(article.max(initial=0))
    if cursor is not None:
        moment, number, last = cursor.split("_")
        behind = (at < float(moment)) | ((at == float(moment)) & (num < int(number)))
        upto = int(last)
        known = found.among(article <= upto).places
        places = places[behind[places]]
        places = places[~found.share_things(places, known[~behind[known]])]
    page = places[:limit]
    more = len(places) > limit
    return page, f"{at[page[-1]].item()!r}_{num[page[-1]]}_{upto}" if more else None
