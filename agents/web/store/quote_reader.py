"""Reading quotes and statements from the store: what a search, the API, exports and shares show."""

import math
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from agents.web.models import FacetValue, InStatement, QuoteHit, QuotePage, Shares, StatementPage
from agents.web.models.quotes import beginning
from agents.web.store.access import StoreAccess, end_after
from agents.web.store.quote_hits import QuoteGone
from agents.web.store.quote_query import Each, QuoteQuery

if TYPE_CHECKING:
    from agents.web.store.columns import ColumnCache, Columns
    from agents.web.store.exported_rows import Rows

Found = TypeVar("Found")

FINDING_SECONDS = 30.0
"""So long it may take to find what an export consists of."""
EXPORT_SECONDS = 600.0
"""So long it may take until its last row has been read, which waits for whoever takes them: meanwhile SQLite's log
grows by all that is written."""
ARRIVED_SECONDS = 1.0
"""Quotes up to an article are complete if it has been in the store for so long."""


class QuoteReader(StoreAccess):
    """The queries of `StoreReader` on quotes."""

    @cached_property
    def _columns(self) -> "ColumnCache":
        from agents.web.store.columns import ColumnCache

        return ColumnCache(self._open)

    def shares(self, asked: QuoteQuery, *, by: str, each: Each = "statement", now: float = 0.0) -> Shares:
        """The shares of the values of `by`, one of `BY`, among the quotes asked for."""
        from agents.web.store.shares import shares

        with self._open() as connection:
            return shares(connection, self._columns.columns(connection), asked, by=by, each=each, now=now)

    def quotes(
        self, asked: QuoteQuery, *, limit: int, cursor: str | None = None, each: Each | None = None
    ) -> QuotePage:
        """The latest quotes that are asked for, or what counts once, by the quote that was published first, the latest
        first; ValueError: a bad `cursor`.

        They are counted as they were a moment ago; up to an article as they were at most `ARRIVED_SECONDS` ago.
        """
        from agents.web.store.quote_filter import first_of_each
        from agents.web.store.quote_search import quote_page

        def page(connection: sqlite3.Connection, columns: "Columns") -> QuotePage:
            found = first_of_each(connection, columns, asked, each)
            return quote_page(connection, columns, asked, found, copies=each != "paper", limit=limit, cursor=cursor)

        # Who asks up to an article, and goes on behind it, must get all until there.
        return self._with_columns(page, seconds=math.inf if asked.upto is None else ARRIVED_SECONDS)

    def quotes_and_facets(
        self, asked: QuoteQuery, *, limit: int, cursor: str | None = None, each: Each = "statement"
    ) -> tuple[QuotePage, dict[str, list[FacetValue]]]:
        """The same, and by what these quotes can be narrowed, with counts of what counts once then; see `FACETS`."""
        from agents.web.store.facets import facets
        from agents.web.store.quote_filter import first_of_each_by_type
        from agents.web.store.quote_search import quote_page

        def page(connection: sqlite3.Connection, columns: "Columns") -> tuple[QuotePage, dict[str, list[FacetValue]]]:
            found, by_type = first_of_each_by_type(connection, columns, asked, each)
            page = quote_page(connection, columns, asked, found, copies=each != "paper", limit=limit, cursor=cursor)
            return page, facets(connection, columns, found, by_type)

        return self._with_columns(page)

    def count(self, asked: QuoteQuery, *, each: Each) -> int:
        """How much of what counts once is asked for."""
        from agents.web.store.quote_filter import first_of_each

        with self._open() as connection:
            return len(first_of_each(connection, self._columns.columns(connection), asked, each))

    def newest_quotes(self, asked: QuoteQuery, *, limit: int) -> list[tuple[QuoteHit, float]]:
        """What was asked for and came last, and when: each statement once, by the quote that came first."""
        from agents.web.store import quote_search

        return self._with_columns(partial(quote_search.newest, asked=asked, limit=limit))

    def statements(self, asked: QuoteQuery, *, limit: int, cursor: str | None = None) -> StatementPage:
        """The statements that the quotes asked for belong to; raises ValueError for a bad `cursor`."""
        from agents.web.store import quote_search

        return self._with_columns(partial(quote_search.statement_page, asked=asked, limit=limit, cursor=cursor))

    def _with_columns(
        self, make: Callable[[sqlite3.Connection, "Columns"], Found], *, seconds: float = math.inf
    ) -> Found:
        """What is made of the columns of a moment ago, or of those of now if quotes of theirs are gone: the new version
        of their article has others, which would be on no page."""
        with self._open() as connection:
            with suppress(QuoteGone):
                return make(connection, self._columns.columns(connection, seconds=seconds))
            connection.execute("BEGIN")  # all that is read from here on is of one moment
            return make(connection, self._columns.columns(connection, seconds=0.0))

    def taken_back(self, quotes: Collection[QuoteHit]) -> set[str]:
        """By `QuoteHit.said` those whose article was withdrawn, or has a new version without them."""
        from agents.web.store.quote_rows import words_in, words_of

        articles = {hit.article_id for hit in quotes}
        with self._open() as connection:
            gone = f"SELECT DISTINCT id FROM gone WHERE id IN ({', '.join('?' * len(articles))})"
            now = {
                id_: {(who, beginning(words)) for who, words in words_in(connection, id_)}
                for (id_,) in connection.execute(gone, tuple(articles)).fetchall()
            }
        return {hit.said for hit in quotes if hit.article_id in now and words_of(hit.quote) not in now[hit.article_id]}

    def statement(self, id_: str) -> dict[str, Any] | None:
        """A statement's record."""
        with self._open() as connection:
            row = connection.execute("SELECT record FROM statements WHERE id = ?", (id_,)).fetchone()
        return None if row is None else orjson.loads(zlib.decompress(row[0]))

    def sureness_of(self, statement: str) -> dict[str, float | None]:
        """How sure the speaker is of each quote of a statement, by the quotes' ids; without those that are not kept."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT q.id, l.line FROM quotes q JOIN quote_lines l ON l.num = q.num"
                " WHERE q.statement = (SELECT num FROM statements WHERE id = ?)",
                (statement,),
            )
            return {quote: orjson.loads(line)["speaker_confidence"] for quote, line in rows}

    def statements_of(self, article: str) -> dict[str, InStatement]:
        """The statements of an article's quotes that stand in other articles too, by the quotes' ids."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT q.id, s.id, s.count, s.sources FROM quotes q JOIN statements s ON s.num = q.statement"
                " WHERE q.article = (SELECT seq FROM articles WHERE id = ?) AND s.count > 1",
                (article,),
            )
            return {quote: InStatement(id=id_, count=count, sources=papers) for quote, id_, count, papers in rows}

    def quote_rows(self, asked: QuoteQuery) -> AbstractContextManager["Rows"]:
        """For the length of a `with` block the quotes asked for as rows of a table, the latest first: those that were
        there at its beginning, however long it takes to read them, and in whatever threads."""
        from agents.web.store.exported_rows import quote_rows

        return self._rows(quote_rows, asked)

    def statement_rows(self, asked: QuoteQuery) -> AbstractContextManager["Rows"]:
        """The same of the statements that the quotes asked for belong to."""
        from agents.web.store.exported_rows import statement_rows

        return self._rows(statement_rows, asked)

    @contextmanager
    def _rows(
        self, find: Callable[[sqlite3.Connection, "Columns", QuoteQuery], "Rows"], asked: QuoteQuery
    ) -> Iterator["Rows"]:
        with self._open(seconds=FINDING_SECONDS) as connection:
            connection.execute("BEGIN")  # what is read is of one moment: that of the columns, which are read first
            rows = find(connection, self._columns.columns(connection, seconds=0.0), asked)
            end_after(connection, EXPORT_SECONDS)
            yield rows
