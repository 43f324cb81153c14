"""Reading from the store: one method for each thing the pages show.

Every query runs on a connection of its own, in whatever thread calls, and is
cut off after `QUERY_SECONDS`, so that no page can hold up the others for long.
"""

import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from agents.web.models import (
    Article,
    ArticleLine,
    DeadLetterCount,
    DeadLetterLine,
    DeadLetterList,
    EntityDetail,
    FacetValue,
    Hit,
    Period,
    QuoteLine,
    QuotePage,
    Ranked,
    SaidQuote,
    SourceCount,
    StatementPage,
    Step,
    Window,
)
from agents.web.store import quote_search
from agents.web.store.quote_search import Asked
from agents.web.store.tables import open_for_reading
from pipeline.stages import FINISHED_TOPIC

QUERY_SECONDS = 3.0
WINDOW_SECONDS: dict[Window, float] = {"hour": 3600.0, "day": 86400.0}
COURSE_PARTS = 12


class StoreUnavailable(Exception):
    """There is no store yet, it cannot be read, or a query took too long: one line that says which."""


class Reader:
    """Queries on the store at `path`. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = open_for_reading(self._path)
            deadline = time.monotonic() + QUERY_SECONDS
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 20_000)
            yield connection
        except sqlite3.Error as error:
            reason = "the query took too long" if "interrupted" in str(error) else str(error)
            raise StoreUnavailable(reason) from None
        finally:
            if connection is not None:
                connection.close()

    def last_sequence(self) -> int:
        """The sequence number of the article that came last; 0 if there is none."""
        with self._open() as connection:
            return int(connection.execute("SELECT coalesce(max(seq), 0) FROM articles").fetchone()[0])

    def article_count(self) -> int:
        """How many articles are kept."""
        with self._open() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def articles(self, *, limit: int, before: int | None = None, after: int = 0) -> list[ArticleLine]:
        """The latest articles, newest first, with sequence numbers between `after` and `before`."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT seq, line FROM articles WHERE seq > ? AND (? IS NULL OR seq < ?) ORDER BY seq DESC LIMIT ?",
                (after, before, before, limit),
            )
            return [_article_line(seq, line) for seq, line in rows]

    def article(self, id_: str) -> Article | None:
        """Everything kept about an article."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT record, arrived, partition, position, trail FROM articles WHERE id = ?", (id_,)
            ).fetchone()
        if row is None:
            return None
        record, arrived, partition, position, trail = row
        return Article(
            record=orjson.loads(zlib.decompress(record)),
            arrived=arrived,
            topic=FINISHED_TOPIC,
            partition=partition,
            offset=position,
            steps=_steps(trail),
        )

    def ranked(self, table: str, window: Window, *, limit: int, now: float) -> list[Ranked]:
        """The entities most often in `table` ("quotes" or "mentions") during the last hour or day."""
        what = {"quotes": "count(*)", "mentions": "sum(count)"}[table]
        length = WINDOW_SECONDS[window]
        begin = now - length
        with self._open() as connection:
            top = connection.execute(
                f"SELECT e.num, e.id, e.name, e.type, t.n FROM (SELECT entity, {what} AS n FROM {table}"
                " WHERE arrived >= ? AND entity IS NOT NULL GROUP BY entity ORDER BY n DESC, entity LIMIT ?) t"
                " JOIN entities e ON e.num = t.entity ORDER BY t.n DESC, e.name",
                (begin, limit),
            ).fetchall()
            courses = {num: [0] * COURSE_PARTS for num, *_ in top}
            marks = ", ".join("?" * len(courses))
            for num, part, count in connection.execute(
                f"SELECT entity, cast((arrived - ?) * {COURSE_PARTS} / ? AS INTEGER) AS part, {what} FROM {table}"
                f" WHERE arrived >= ? AND entity IN ({marks}) GROUP BY entity, part",
                (begin, length, begin, *courses),
            ):
                courses[num][min(part, COURSE_PARTS - 1)] += count
        return [Ranked(id=id_, name=name, type=type_, count=n, course=courses[num]) for num, id_, name, type_, n in top]

    def entity(self, id_: str, *, limit: int) -> EntityDetail | None:
        """All about an entity; of its quotes and articles the latest `limit`."""
        with self._open() as connection:
            row = connection.execute("SELECT num, name, type, about FROM entities WHERE id = ?", (id_,)).fetchone()
            if row is None:
                return None
            num, name, type_, about = row
            mentions, articles = connection.execute(
                "SELECT coalesce(sum(count), 0), count(*) FROM mentions WHERE entity = ?", (num,)
            ).fetchone()
            (quotes,) = connection.execute("SELECT count(*) FROM quotes WHERE entity = ?", (num,)).fetchone()
            grouped = (
                "SELECT a.{0}, sum((SELECT count(*) FROM quotes q WHERE q.entity = m.entity AND q.article = a.seq)),"
                " count(*) FROM mentions m JOIN articles a ON a.seq = m.article WHERE m.entity = ? GROUP BY a.{0}"
            )
            days = connection.execute(grouped.format("day") + " ORDER BY a.day", (num,)).fetchall()
            sources = connection.execute(grouped.format("source") + " ORDER BY 2 DESC, 3 DESC", (num,)).fetchall()
            said = connection.execute(
                "SELECT l.line, a.line, a.seq FROM quotes q JOIN quote_lines l ON l.num = q.num"
                " JOIN articles a ON a.seq = q.article"
                " WHERE q.entity = ? ORDER BY q.article DESC, q.num LIMIT ?",
                (num, limit),
            ).fetchall()
            seen = connection.execute(
                "SELECT a.seq, a.line FROM mentions m JOIN articles a ON a.seq = m.article"
                " WHERE m.entity = ? ORDER BY m.article DESC LIMIT ?",
                (num, limit),
            ).fetchall()
        return EntityDetail(
            id=id_,
            name=name,
            type=type_,
            **{key: value or [] for key, value in orjson.loads(about).items() if key != "wikidata"},
            wikidata=orjson.loads(about)["wikidata"],
            quote_count=quotes,
            article_count=articles,
            mention_count=mentions,
            days=[Period(day=day, quotes=q or 0, articles=a) for day, q, a in days],
            sources=[SourceCount(source=source, quotes=q or 0, articles=a) for source, q, a in sources],
            quotes=[_said(quote, _article_line(seq, line)) for quote, line, seq in said],
            articles=[_article_line(seq, line) for seq, line in seen],
        )

    def search(self, expression: str, *, limit: int) -> list[Hit]:
        """The latest articles that match an FTS5 expression (see `search_expression`), newest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT a.seq, a.line, snippet(search, 1, char(2), char(3), ' … ', 24) FROM search"
                " JOIN articles a ON a.seq = search.rowid WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
                (expression, limit),
            )
            return [Hit(article=_article_line(seq, line), snippet=snippet) for seq, line, snippet in rows]

    def quotes(self, asked: Asked, *, limit: int, cursor: str | None = None, once: bool = False) -> QuotePage:
        """The latest quotes that are asked for, or of each statement the latest; ValueError: a bad `cursor`."""
        with self._open() as connection:
            return quote_search.quote_page(connection, asked, limit=limit, cursor=cursor, once=once)

    def statements(self, asked: Asked, *, limit: int, cursor: str | None = None) -> StatementPage:
        """The statements that the quotes asked for belong to; raises ValueError for a bad `cursor`."""
        with self._open() as connection:
            return quote_search.statement_page(connection, asked, limit=limit, cursor=cursor)

    def statement(self, id_: str) -> dict[str, Any] | None:
        """A statement's record."""
        with self._open() as connection:
            row = connection.execute("SELECT record FROM statements WHERE id = ?", (id_,)).fetchone()
        return None if row is None else orjson.loads(zlib.decompress(row[0]))

    def facets(self, asked: Asked) -> dict[str, list[FacetValue]]:
        """By what the quotes asked for can be narrowed: speaker, party, gender, source, type, agency."""
        with self._open() as connection:
            return quote_search.facets(connection, asked)

    def rows(self, asked: Asked, *, most: int) -> list[dict[str, Any]]:
        """The quotes asked for as flat rows, for tables; at most so many, the latest first."""
        with self._open() as connection:
            return list(quote_search.flat_rows(connection, asked, most=most))

    def sources(self) -> list[str]:
        """The names of the sources there are."""
        with self._open() as connection:
            rows = connection.execute("SELECT DISTINCT source FROM articles WHERE source IS NOT NULL ORDER BY source")
            return [source for (source,) in rows.fetchmany(200)]

    def dead_letters(self, *, stage: str | None, reason: str | None, limit: int) -> DeadLetterList:
        """The latest dead letters, newest first, perhaps of one stage or for one reason, and the counts of all."""
        with self._open() as connection:
            rows = connection.execute(
                f"{_LETTERS} WHERE (? IS NULL OR stage = ?) AND (? IS NULL OR reason = ?)"
                " ORDER BY d.at DESC, partition, position DESC LIMIT ?",
                (stage, stage, reason, reason, limit),
            ).fetchall()
            counts = connection.execute(
                "SELECT stage, reason, count(*) FROM dead_letters GROUP BY stage, reason ORDER BY 3 DESC"
            ).fetchall()
        return DeadLetterList(
            letters=[_letter(row) for row in rows],
            counts=[DeadLetterCount(stage=s, reason=r, count=c) for s, r, c in counts],
        )

    def dead_letter(self, partition: int, offset: int) -> DeadLetterLine | None:
        """One dead letter, by its place on the topic."""
        with self._open() as connection:
            row = connection.execute(f"{_LETTERS} WHERE partition = ? AND position = ?", (partition, offset)).fetchone()
        return None if row is None else _letter(row)

    def state(self, name: str) -> tuple[float, Any] | None:
        """When a named value was written (seconds since 1970 UTC), and the value."""
        with self._open() as connection:
            row = connection.execute("SELECT at, value FROM states WHERE name = ?", (name,)).fetchone()
        return None if row is None else (row[0], orjson.loads(row[1]))

    def workers(self) -> list[tuple[float, dict[str, Any]]]:
        """When each worker last spoke, and what it said."""
        with self._open() as connection:
            rows = connection.execute("SELECT at, state FROM workers ORDER BY id").fetchall()
        return [(at, orjson.loads(state)) for at, state in rows]

    def samples(self, since: float) -> dict[str, list[tuple[float, int]]]:
        """By stage: moments since `since` and the messages committed by then."""
        found: dict[str, list[tuple[float, int]]] = {}
        with self._open() as connection:
            for stage, at, committed in connection.execute(
                "SELECT stage, at, committed FROM samples WHERE at >= ? ORDER BY stage, at", (since,)
            ):
                found.setdefault(stage, []).append((at, committed))
        return found


_LETTERS = (
    "SELECT partition, position, stage, reason, detail, key, topic, d.at, attempts, r.at"
    " FROM dead_letters d LEFT JOIN replays r USING (partition, position)"
)


def _letter(row: tuple[Any, ...]) -> DeadLetterLine:
    partition, offset, stage, reason, detail, key, topic, at, attempts, replayed_at = row
    return DeadLetterLine(
        partition=partition,
        offset=offset,
        stage=stage,
        reason=reason,
        detail=detail,
        key=key,
        topic=topic,
        at=at,
        attempts=attempts,
        replayed_at=replayed_at,
    )


def _article_line(seq: int, line: str) -> ArticleLine:
    return ArticleLine.model_validate_json(line).model_copy(update={"sequence": seq})


def _said(quote: str, article: ArticleLine) -> SaidQuote:
    return SaidQuote(
        quote=QuoteLine.model_validate_json(quote),
        article_id=article.id,
        article_title=article.title,
        source=article.source,
        published_at=article.published_at,
        arrived=article.arrived,
    )


def _steps(trail: str) -> list[Step]:
    try:
        return [Step.model_validate(step) for step in orjson.loads(trail)]
    except ValueError:
        return []
