"""Quotes and statements as rows of a table, some at a time, so that however many there are little memory is needed."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from numpy.typing import NDArray

from agents.web.models.articles import steps_in
from agents.web.store.columns import EVIDENCE, KINDS, Columns
from agents.web.store.quote_filter import first_of_each, matching
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.quote_search import records, statement_places
from pipeline.stages import FINISHED_TOPIC, STAGES

AT_ONCE = 250
"""Rows that are read at a time."""
_LAST_STAGE = next(stage.name for stage in STAGES if stage.target == FINISHED_TOPIC)
"""The stage that writes what the store keeps of an article."""
_QUOTE = (
    "SELECT l.line, q.gender, p.name, r.name, g.name, s.id, s.count, q.article FROM quotes q"
    " JOIN quote_lines l ON l.num = q.num LEFT JOIN labels p ON p.num = q.party LEFT JOIN labels r ON r.num = ?2"
    " LEFT JOIN labels g ON g.num = q.agency LEFT JOIN statements s ON s.num = q.statement WHERE q.num = ?1"
)

_COUNTED = ("num", "role", "kind", "evidence")
"""What the columns alone have."""

Row = dict[str, Any]
_About = tuple[str, dict[str, Any], str | None, str | None]
"""An article's id, what lists show of it, and the version and the model of the stage that found its quotes."""


@dataclass(frozen=True)
class Rows:
    """Rows of a table, to be read once, some at a time; `count`: of all of them."""

    count: int
    parts: Iterator[list[Row]]


def quote_rows(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Rows:
    """The quotes asked for, the latest first: what was said, by whom, where, and what found it."""
    places = matching(connection, columns, asked)
    return Rows(len(places), _quotes(connection, {name: columns[name][places] for name in _COUNTED}))


def statement_rows(connection: sqlite3.Connection, columns: Columns, asked: QuoteQuery) -> Rows:
    """The statements that the quotes asked for belong to, each by its first quote, the latest first."""
    nums = columns["num"][statement_places(connection, columns, first_of_each(connection, columns, asked, "statement"))]
    return Rows(len(nums), _statements(connection, nums))


def _quotes(connection: sqlite3.Connection, counted: Mapping[str, NDArray[Any]]) -> Iterator[list[Row]]:
    known: int | None = None
    about: _About = "", {}, None, None
    for begin in range(0, len(counted["num"]), AT_ONCE):
        rows = []
        for num, role_num, kind, evidence in zip(
            *(counted[name][begin : begin + AT_ONCE].tolist() for name in _COUNTED), strict=True
        ):
            found = connection.execute(_QUOTE, (num, role_num)).fetchone()
            line, gender, party, role, agency, statement, count, article = found
            if article != known:  # those of an article follow each other
                known, about = article, _about(connection, article)
            article_id, article_line, version, model = about
            quote = orjson.loads(line)
            rows.append(
                {
                    "quote_id": quote["id"],
                    "statement_id": statement,
                    "statement_articles": count,
                    "article_id": article_id,
                    "source": article_line["source"],
                    "url": article_line["url"],
                    "title": article_line["title"],
                    "published_at": article_line["published_at"],
                    "arrived": article_line["arrived"],
                    "agency": agency,
                    "speaker_id": quote["entity"],
                    "speaker_name": quote["speaker"],
                    "speaker_confidence": quote["speaker_confidence"],
                    "speaker_kind": (None, *KINDS)[kind],
                    "gender": gender,
                    "gender_from": (None, *EVIDENCE)[evidence],
                    "party": party,
                    "role": role,
                    "type": quote["type"],
                    "medium": quote["medium"],
                    "part_of": quote["part_of"],
                    "text": quote["text"],
                    "spans": " ".join(f"{span['begin']}-{span['end']}" for span in quote["spans"]),
                    "confidence": quote["confidence"],
                    "version": version,
                    "model": model,
                }
            )
        yield rows


def _about(connection: sqlite3.Connection, article: int) -> _About:
    query = "SELECT id, line, version, trail FROM articles WHERE seq = ?"
    id_, line, version, trail = connection.execute(query, (article,)).fetchone()
    model = next((step.model for step in steps_in(trail) if step.stage == _LAST_STAGE), None)
    return id_, orjson.loads(line), version, model


def _statements(connection: sqlite3.Connection, nums: NDArray[Any]) -> Iterator[list[Row]]:
    for begin in range(0, len(nums), AT_ONCE):
        yield [_statement_row(record) for record in records(connection, nums[begin : begin + AT_ONCE].tolist())]


def _statement_row(record: dict[str, Any]) -> Row:
    speaker, first, articles = record["speaker"] or {}, record["first"], record["articles"]
    return {
        "statement_id": record["id"],
        "text": record["text"],
        "type": record["type"],
        "verbatim": record["verbatim"],
        "speaker_id": speaker.get("id"),
        "speaker_name": record.get("said_by") or speaker.get("name"),
        "count": record["count"],
        "sources": record["sources"],
        "source_names": list(dict.fromkeys(name for article in articles if (name := article.get("source")))),
        "first_article_id": first["article"],
        "first_source": first["source"],
        "first_published_at": first["published_at"],
        "updated_at": record["updated_at"],
        "article_ids": [article["id"] for article in articles],
        "quote_ids": [article["quote"] for article in articles],
    }
