"""Reading from the store: one method for each thing the pages show.

What counts quotes needs numpy, and imports it when it is asked for: health and
metrics of a worker do not, and a worker may have no other visitors.
"""

import zlib
from collections.abc import Collection

from agents.web.models import EntityDetail, Hit, People, Ranked, RankedBy, RankWindow, StoredArticle
from agents.web.models.articles import steps_in
from agents.web.store.arrivals import ArrivalReader
from agents.web.store.article_lists import ArticleReader, article_lines
from agents.web.store.dead_letter_lists import DeadLetterReader
from agents.web.store.quote_reader import QuoteReader
from agents.web.store.stream_states import StreamStateReader
from pipeline.stages import FINISHED_TOPIC
from schemas import exact_json

WINDOW_SECONDS: dict[RankWindow, float] = {"hour": 3600.0, "day": 86400.0}


class StoreReader(ArticleReader, ArrivalReader, QuoteReader, DeadLetterReader, StreamStateReader):
    """All queries on the store."""

    def article_count(self) -> int:
        """How many articles are kept."""
        with self._open() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def article(self, id_: str) -> StoredArticle | None:
        """Everything kept about an article."""
        query = "SELECT record, arrived, partition, position, trail FROM articles WHERE id = ?"
        with self._open() as connection:
            row = connection.execute(query, (id_,)).fetchone()
        if row is None:
            return None
        record, arrived, partition, position, trail = row
        return StoredArticle(
            record=exact_json.loads(zlib.decompress(record)),
            arrived=arrived,
            topic=FINISHED_TOPIC,
            partition=partition,
            offset=position,
            steps=steps_in(trail),
        )

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
        """The latest articles that match an FTS5 expression (see `search_expression`), newest first, with copies."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT snippet(search, 1, char(2), char(3), ' … ', 24), a.seq, a.line, a.at, a.same FROM search"
                " JOIN articles a ON a.seq = search.rowid WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
                (expression, limit),
            ).fetchall()
            articles = article_lines(connection, [row[1:] for row in rows])
        return [Hit(article=article, snippet=row[0]) for article, row in zip(articles, rows, strict=True)]

    def sources(self) -> list[str]:
        """The names of the sources there are."""
        with self._open() as connection:
            rows = connection.execute("SELECT DISTINCT source FROM articles WHERE source <> '' ORDER BY source")
            return [source for (source,) in rows]
