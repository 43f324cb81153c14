"""Reading from the store: one method for each thing the pages show.

What counts quotes needs numpy, and imports it when it is asked for: health and
metrics of a worker do not, and a worker may have no other visitors.
"""

from collections.abc import Collection

from agents.web.models import ArticleLine, EntityDetail, Hit, People, Ranked, RankedBy, RankWindow, StoredArticle
from agents.web.store import arrivals
from agents.web.store.arrivals import GoneArticle
from agents.web.store.article_lists import ArticleFilter, ArticleReader
from agents.web.store.dead_letter_lists import DeadLetterReader
from agents.web.store.quote_reader import QuoteReader
from agents.web.store.search import matching_articles
from agents.web.store.stored_article import stored_article
from agents.web.store.stream_states import StreamStateReader

WINDOW_SECONDS: dict[RankWindow, float] = {"hour": 3600.0, "day": 86400.0}


class StoreReader(ArticleReader, QuoteReader, DeadLetterReader, StreamStateReader):
    """All queries on the store."""

    def last_sequence(self) -> int:
        """The number of the article that came or went last; 0 if none has come."""
        with self._open() as connection:
            return arrivals.last_number(connection)

    def article_count(self) -> int:
        """How many articles are kept."""
        with self._open() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def arrivals(self, shown: ArticleFilter, *, limit: int, before: int) -> list[ArticleLine | GoneArticle]:
        """What the `limit` articles that came last before number `before`, and those that went, change in a list."""
        with self._open() as connection:
            return arrivals.arrivals(connection, shown, limit=limit, before=before)

    def leaves_out(self, shown: ArticleFilter | None, limit: int, *, after: int, before: int) -> bool:
        """Whether `arrivals` leaves out some of what came or went after number `after`."""
        with self._open() as connection:
            return arrivals.leaves_out(connection, shown, limit, after=after, before=before)

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
