"""The full-text search of articles: what a reader types as a query, and what it finds."""

import sqlite3

from agents.web.models import Hit
from agents.web.store.article_lists import article_line, with_copies


def search_expression(*, words: str = "", speaker: str = "", entity: str = "", source: str = "") -> str | None:
    """An FTS5 expression in which all that was typed is plain words; None if nothing was.

    All words must occur; the last one of each field may be the beginning of a word.
    """
    fields = {"{title text}": words, "speakers": speaker, "entities": entity, "source": source}
    parts = []
    for column, typed in fields.items():
        tokens = ['"' + token.replace('"', '""') + '"' for token in typed.replace("\0", " ").split()]
        if tokens:
            parts.append(f"({column} : ({' AND '.join(tokens)} *))")
    return " AND ".join(parts) or None


def matching_articles(connection: sqlite3.Connection, expression: str, *, limit: int) -> list[Hit]:
    """The latest articles that match an FTS5 expression, newest first, each with its copies."""
    rows = connection.execute(
        "SELECT snippet(search, 1, char(2), char(3), ' … ', 24), a.seq, a.line, a.at, a.same FROM search"
        " JOIN articles a ON a.seq = search.rowid WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
        (expression, limit),
    ).fetchall()
    articles = with_copies(connection, [article_line(*row) for _, *row in rows])
    return [Hit(article=article, snippet=row[0]) for article, row in zip(articles, rows, strict=True)]
