"""Articles in one order of time, each text once, with the papers that have it too."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from agents.web.models import ArticleLine, ArticlePage, Copy
from agents.web.store.access import StoreAccess

MOST_COPIES = 100
"""Of an article that are listed. A text that is printed again and again, such as a list of addresses, has thousands."""

_FIRST = (
    "(a.first = 1 OR NOT EXISTS (SELECT 1 FROM articles e WHERE e.same = a.same AND e.at >= ?"
    " AND (e.at, e.seq) < (a.at, a.seq)))"
)
"""Of the articles of the same text since a moment the earliest."""
_NAMING = "mentions m JOIN articles a ON a.seq = m.article"
_NAMED = "m.entity = (SELECT num FROM entities WHERE id = ?)"


@dataclass(frozen=True)
class ArticleFilter:
    """Which articles a list shows; None and empty: all.

    Attributes:
        sources: of one of these papers.
        quoting: only those with quotes.
        since, until: of publication (or arrival), in seconds since 1970; the latter excluded.
    """

    sources: tuple[str, ...] = ()
    quoting: bool = False
    since: float | None = None
    until: float | None = None

    def condition(self, *, copies: bool = False) -> tuple[str, list[str | float]]:
        """For the table `articles a`, with its values; `copies`: also of a text that another article stands for."""
        conditions: list[tuple[str, list[str | float], bool]] = [
            (f"a.source IN ({', '.join('?' * len(self.sources))})", [*self.sources], bool(self.sources)),
            ("a.first = 1", [], not self.sources and not copies and self.since is None),
            (_FIRST, [self.since or 0.0], not self.sources and not copies and self.since is not None),
            ("EXISTS (SELECT 1 FROM quotes q WHERE q.article = a.seq)", [], self.quoting),
            ("a.at >= ?", [self.since or 0.0], self.since is not None),
            ("a.at < ?", [self.until or 0.0], self.until is not None),
        ]
        held = [(condition, values) for condition, values, applies in conditions if applies] or [("1 = 1", [])]
        return " AND ".join(condition for condition, _ in held), [value for _, values in held for value in values]


class ArticleReader(StoreAccess):
    """The queries of `StoreReader` on lists of articles; all raise ValueError for a `cursor` that no page gave."""

    def articles(self, *, limit: int, before: int | None = None, after: int = 0) -> list[ArticleLine]:
        """The articles that came last, the last first, with sequence numbers between `after` and `before`, with
        copies."""
        query = "SELECT seq, line, at, same FROM articles WHERE seq > ? AND (?2 IS NULL OR seq < ?2)"
        with self._open() as connection:
            rows = connection.execute(f"{query} ORDER BY seq DESC LIMIT ?", (after, before, limit)).fetchall()
            return article_lines(connection, rows)

    def latest(self, shown: ArticleFilter, *, limit: int, cursor: str | None = None) -> ArticlePage:
        """A page of articles by the time of their publication (or arrival), the latest first.

        Of the same text in several papers the earliest that is asked for stands for all, unless papers are asked for.
        """
        where, values = shown.condition()
        return self._page("articles a", where, values, limit, cursor)

    def named_in(self, entity: str, shown: ArticleFilter, *, limit: int, cursor: str | None = None) -> ArticlePage:
        """The same of the articles that name an entity."""
        where, values = shown.condition()
        return self._page(_NAMING, f"{_NAMED} AND {where}", [entity, *values], limit, cursor)

    def count_named_in(self, entity: str, shown: ArticleFilter) -> int:
        """How many articles name an entity, also those of the same text."""
        where, values = shown.condition(copies=True)
        query = f"SELECT count(*) FROM {_NAMING} WHERE {_NAMED} AND {where}"
        with self._open() as connection:
            return int(connection.execute(query, (entity, *values)).fetchone()[0])

    def copies(self, id_: str) -> list[Copy]:
        """The other articles with the text of this one, the earliest first, up to `MOST_COPIES`."""
        with self._open() as connection:
            row = connection.execute("SELECT seq, same FROM articles WHERE id = ?", (id_,)).fetchone()
            return [] if row is None else _copies(connection, *row)

    def _page(self, tables: str, where: str, values: list[str | float], limit: int, cursor: str | None) -> ArticlePage:
        behind: tuple[float, int] | tuple[()] = ()
        if cursor is not None:
            at, _, seq = cursor.rpartition("_")
            behind = float(at), int(seq)
            where += " AND (a.at, a.seq) < (?, ?)"
        query = f"SELECT a.seq, a.line, a.at, a.same FROM {tables} WHERE {where} ORDER BY a.at DESC, a.seq DESC LIMIT ?"
        with self._open() as connection:
            rows = connection.execute(query, (*values, *behind, limit + 1)).fetchall()
            items = article_lines(connection, rows[:limit])
        last = items[-1] if len(rows) > limit else None
        return ArticlePage(items=items, next=None if last is None else f"{last.at!r}_{last.sequence}")


def article_lines(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, float, int]]) -> list[ArticleLine]:
    """Lines as they are kept, each with its place in the store, and the other articles of its text."""
    return [
        ArticleLine.model_validate_json(line).model_copy(
            update={"sequence": seq, "at": at, "same": same, "copies": _copies(connection, seq, same)}
        )
        for seq, line, at, same in rows
    ]


def _copies(connection: sqlite3.Connection, seq: int, same: int) -> list[Copy]:
    rows = connection.execute(
        "SELECT id, source, line, at FROM articles WHERE same = ? AND seq <> ? ORDER BY at, seq LIMIT ?",
        (same, seq, MOST_COPIES),
    )
    return [Copy(id=id_, source=source, title=orjson.loads(line)["title"], at=at) for id_, source, line, at in rows]
