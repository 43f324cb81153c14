"""Quotes as a search shows them."""

import sqlite3
from collections.abc import Iterable

import orjson

from agents.web.models import Copy, InStatement, QuoteHit, QuoteLine, TextRange
from agents.web.models.quotes import beginning
from agents.web.store.query_parser import ParsedQuery


class QuoteGone(Exception):
    """The columns have a quote that is no longer in the store: they are older than it is."""


def hits(
    connection: sqlite3.Connection, nums: Iterable[int], words: ParsedQuery, *, copies: bool = False
) -> list[QuoteHit]:
    """The quotes with these numbers, in this order.

    Args:
        words: are marked in them.
        copies: with the other articles in which the same was said.

    Raises:
        QuoteGone: there is no such quote (any more).
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
            raise QuoteGone
        line, context, gender, party, agency, statement, count, sources, about, article, said = row
        if copies and said not in articles:
            articles[said] = _articles(connection, said)
        whole, stored = QuoteLine.model_validate_json(line), orjson.loads(about)
        quote = whole.model_copy(update={"text": beginning(whole.text)})
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
