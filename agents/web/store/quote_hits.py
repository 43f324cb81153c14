"""Quotes as a search shows them, and as rows of a table."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from agents.web.models import Copy, InStatement, QuoteHit, QuoteLine, TextRange
from agents.web.store.query_parser import ParsedQuery
from pipeline.stages import FINISHED_TOPIC, STAGES

_AT_ONCE = 200
_LAST_STAGE = next(stage.name for stage in STAGES if stage.target == FINISHED_TOPIC)
"""The stage that writes what the store keeps of an article."""


def hits(
    connection: sqlite3.Connection, nums: Iterable[int], words: ParsedQuery, *, copies: bool = False
) -> list[QuoteHit]:
    """The quotes with these numbers, in this order.

    Args:
        words: are marked in them.
        copies: with the other articles in which the same was said.
    """
    found: list[QuoteHit] = []
    articles: dict[int, list[Copy]] = {}
    for num in nums:
        row = connection.execute(
            "SELECT l.line, l.context, q.gender, p.name, g.name, s.id, s.count, s.sources, a.line, a.id, q.said"
            " FROM quotes q JOIN quote_lines l ON l.num = q.num JOIN articles a ON a.seq = q.article"
            " LEFT JOIN labels p ON p.num = q.party LEFT JOIN labels g ON g.num = q.agency"
            " LEFT JOIN statements s ON s.num = q.statement WHERE q.num = ?",
            (num,),
        ).fetchone()
        if row is None:
            continue
        line, context, gender, party, agency, statement, count, sources, about, article, said = row
        if copies and said not in articles:
            articles[said] = _articles(connection, said)
        quote, stored = QuoteLine.model_validate_json(line), orjson.loads(about)
        found.append(
            QuoteHit(
                quote=quote,
                context=context,
                marks=[TextRange(begin=begin, end=end) for begin, end in words.marks(quote.text)],
                article_id=article,
                title=stored["title"],
                source=stored["source"],
                url=stored["url"],
                published_at=stored["published_at"],
                arrived=stored["arrived"],
                agency=agency,
                party=party,
                gender=gender,
                statement=None if statement is None else InStatement(id=statement, count=count, sources=sources),
                copies=[copy for copy in articles.get(said, ()) if copy.id != article],
            )
        )
    return found


def _articles(connection: sqlite3.Connection, said: int) -> list[Copy]:
    """The articles in which the same was said, the earliest first."""
    rows = connection.execute(
        "SELECT DISTINCT a.id, a.source, a.at, a.line FROM quotes q JOIN articles a ON a.seq = q.article"
        " WHERE q.said = ? ORDER BY a.at, a.seq",
        (said,),
    )
    return [Copy(id=id_, source=source, at=at, title=orjson.loads(line)["title"]) for id_, source, at, line in rows]


def flat_rows(connection: sqlite3.Connection, nums: list[int]) -> Iterator[dict[str, Any]]:
    """Quotes as rows of a table, in this order: what was said, by whom, where, and what found it."""
    trails: dict[str, tuple[str | None, str | None]] = {}
    for begin in range(0, len(nums), _AT_ONCE):
        for hit in hits(connection, nums[begin : begin + _AT_ONCE], ParsedQuery()):
            if hit.article_id not in trails:
                trails[hit.article_id] = _model(connection, hit.article_id)
            version, model = trails[hit.article_id]
            quote = hit.quote
            yield {
                "quote_id": quote.id,
                "statement_id": hit.statement.id if hit.statement else None,
                "statement_articles": hit.statement.count if hit.statement else None,
                "article_id": hit.article_id,
                "source": hit.source,
                "url": hit.url,
                "title": hit.title,
                "published_at": hit.published_at,
                "arrived": hit.arrived,
                "agency": hit.agency,
                "speaker_id": quote.entity,
                "speaker_name": quote.speaker,
                "speaker_confidence": quote.speaker_confidence,
                "gender": hit.gender,
                "party": hit.party,
                "type": quote.type,
                "medium": quote.medium,
                "part_of": quote.part_of,
                "text": quote.text,
                "spans": " ".join(f"{span.begin}-{span.end}" for span in quote.spans),
                "confidence": quote.confidence,
                "version": version,
                "model": model,
            }


def _model(connection: sqlite3.Connection, article: str) -> tuple[str | None, str | None]:
    """The version and the model of the stage that found an article's quotes."""
    row = connection.execute("SELECT version, trail FROM articles WHERE id = ?", (article,)).fetchone()
    if row is None:
        return None, None
    steps = (step for step in orjson.loads(row[1]) if isinstance(step, dict) and step.get("stage") == _LAST_STAGE)
    return row[0], next(steps, {}).get("model")
