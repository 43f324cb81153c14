"""Reading from the store: one method for each thing the pages show.

Every query runs on a connection of its own, in whatever thread calls, and is
cut off after `QUERY_SECONDS`, so that no page can hold up the others for long.

What counts quotes needs numpy, and imports it when it is asked for: health and
metrics of a worker do not, and a worker may have no other visitors.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agents.backlog import BacklogSample
from agents.report_models import ProgramSaid, WorkerSaid
from agents.web.models import (
    ArticleLine,
    ArticlePage,
    Copy,
    DeadLetterLine,
    DeadLetterList,
    EntityDetail,
    Hit,
    People,
    Ranked,
    RankedBy,
    RankWindow,
    StoredArticle,
)
from agents.web.store import arrivals, article_lists, dead_letter_lists, stream_states
from agents.web.store.arrivals import GoneArticle
from agents.web.store.article_lists import ArticleFilter
from agents.web.store.quote_reader import QUERY_SECONDS, QuoteReader, end_after
from agents.web.store.search import matching_articles
from agents.web.store.stored_article import stored_article
from agents.web.store.tables import open_for_reading

WINDOW_SECONDS: dict[RankWindow, float] = {"hour": 3600.0, "day": 86400.0}


class StoreUnavailable(Exception):
    """There is no store yet, it cannot be read, or a query took too long: one line that says which."""


class StoreReader(QuoteReader):
    """Queries on the store at `path`. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self, *, seconds: float = QUERY_SECONDS) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = open_for_reading(self._path)
            end_after(connection, seconds)
            yield connection
        except sqlite3.Error as error:
            reason = "the query took too long" if "interrupted" in str(error) else str(error)
            raise StoreUnavailable(reason) from None
        finally:
            if connection is not None:
                connection.close()

    def last_sequence(self) -> int:
        """The number of the article that came or went last; 0 if none has come."""
        with self._open() as connection:
            return arrivals.last_number(connection)

    def article_count(self) -> int:
        """How many articles are kept."""
        with self._open() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def articles(self, *, limit: int, before: int | None = None, after: int = 0) -> list[ArticleLine]:
        """The articles that came last, the last first, with sequence numbers between `after` and `before`."""
        with self._open() as connection:
            return article_lists.arrived(connection, limit=limit, before=before, after=after)

    def latest(self, shown: ArticleFilter, *, limit: int, cursor: str | None = None) -> ArticlePage:
        """Articles by their time, the latest first, the same text once; raises ValueError for a bad `cursor`."""
        with self._open() as connection:
            return article_lists.latest(connection, shown, limit=limit, cursor=cursor)

    def arrivals(self, shown: ArticleFilter, *, limit: int, before: int) -> list[ArticleLine | GoneArticle]:
        """What the `limit` articles that came last before number `before`, and those that went, change in a list."""
        with self._open() as connection:
            return arrivals.arrivals(connection, shown, limit=limit, before=before)

    def leaves_out(self, shown: ArticleFilter | None, limit: int, *, after: int, before: int) -> bool:
        """Whether `arrivals` leaves out some of what came or went after number `after`."""
        with self._open() as connection:
            return arrivals.leaves_out(connection, shown, limit, after=after, before=before)

    def named_in(self, entity: str, shown: ArticleFilter, *, limit: int, cursor: str | None = None) -> ArticlePage:
        """The articles that name an entity, the latest first, the same text once; ValueError for a bad `cursor`."""
        with self._open() as connection:
            return article_lists.naming(connection, entity, shown, limit=limit, cursor=cursor)

    def count_named_in(self, entity: str, shown: ArticleFilter) -> int:
        """How many articles name an entity, also those of the same text."""
        with self._open() as connection:
            return article_lists.count_naming(connection, entity, shown)

    def copies(self, id_: str) -> list[Copy]:
        """The other articles with the text of this one."""
        with self._open() as connection:
            return article_lists.copies_of(connection, id_)

    def article(self, id_: str) -> StoredArticle | None:
        """Everything kept about an article."""
        with self._open() as connection:
            return stored_article(connection, id_)

    def ranked(self, table: RankedBy, window: RankWindow, *, limit: int, now: float) -> list[Ranked]:
        """The entities with most statements ("quotes") or most often named ("mentions") in the last hour or day."""
        from agents.web.store import ranks

        begin, length = now - WINDOW_SECONDS[window], WINDOW_SECONDS[window]
        with self._open() as connection:
            if table == "mentions":
                return ranks.most_named(connection, begin, length, limit=limit)
            return ranks.most_quoted(connection, self._columns.columns(connection), begin, length, limit=limit)

    def entity(self, id_: str) -> EntityDetail | None:
        """What is kept about an entity."""
        from agents.web.store.people import entity_detail

        with self._open() as connection:
            return entity_detail(connection, self._columns.columns(connection), id_)

    def entity_names(self, ids: Collection[str]) -> dict[str, str]:
        """The names of the entities that are known among these ids."""
        marks = ", ".join("?" * len(ids))
        with self._open() as connection:
            rows = connection.execute(f"SELECT id, name FROM entities WHERE id IN ({marks})", tuple(ids))
            return dict(rows.fetchall())

    def people(self, *, words: str, types: tuple[str, ...], limit: int, cursor: str | None = None) -> People:
        """A page of the directory; raises ValueError for a bad `cursor`."""
        from agents.web.store.people import people

        with self._open() as connection:
            return people(connection, words=words, types=types, limit=limit, cursor=cursor)

    def search(self, expression: str, *, limit: int) -> list[Hit]:
        """The latest articles that match an FTS5 expression (see `search_expression`), newest first."""
        with self._open() as connection:
            return matching_articles(connection, expression, limit=limit)

    def sources(self) -> list[str]:
        """The names of the sources there are."""
        with self._open() as connection:
            rows = connection.execute("SELECT DISTINCT source FROM articles WHERE source <> '' ORDER BY source")
            return [source for (source,) in rows]

    def dead_letters(
        self, *, stage: str | None, reason: str | None, limit: int, since: float = 0.0, cursor: str | None = None
    ) -> DeadLetterList:
        """A page of dead letters, newest first, perhaps of one stage or for one reason; and the counts of all.

        `since`: only those written then or later, in seconds since 1970 UTC; of the counts too. Raises ValueError for a
        bad `cursor`.
        """
        with self._open() as connection:
            return dead_letter_lists.latest(
                connection, stage=stage, reason=reason, limit=limit, since=since, cursor=cursor
            )

    def dead_letter_counts(self, since: float = 0.0, *, unanswered: bool = False) -> dict[str, int]:
        """By stage, the dead letters that are kept and were written since then (seconds since 1970 UTC).

        `unanswered`: only those that were not replayed. What fails again after that makes another letter.
        """
        with self._open() as connection:
            return dead_letter_lists.counts_by_stage(connection, since, unanswered=unanswered)

    def dead_letter(self, partition: int, offset: int) -> DeadLetterLine | None:
        """One dead letter, by its place on the topic."""
        with self._open() as connection:
            return dead_letter_lists.line(connection, partition, offset)

    def state(self, name: str) -> tuple[float, Any] | None:
        """When a named value was written (seconds since 1970 UTC), and the value."""
        with self._open() as connection:
            return stream_states.state(connection, name)

    def workers(self) -> list[tuple[float, WorkerSaid]]:
        """When each worker last spoke, and what it said; without what a collector of a former version let in."""
        with self._open() as connection:
            return stream_states.workers(connection)

    def programs(self, program: str) -> list[tuple[float, ProgramSaid]]:
        """When each program of this kind ("feed", "sink") last spoke, and what it said; likewise."""
        with self._open() as connection:
            return stream_states.programs(connection, program)

    def samples(self, since: float) -> dict[str, list[BacklogSample]]:
        """By stage: what was done and what waited at moments since `since`."""
        with self._open() as connection:
            return stream_states.samples(connection, since)
