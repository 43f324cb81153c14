"""Quotes and statements as rows of the store, each found by its words, its speaker and where it stands."""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from agents.web.models import QuoteLine
from agents.web.store.typed import folded_words


def insert_quotes(
    connection: sqlite3.Connection,
    seq: int,
    record: Mapping[str, Any],
    lines: Iterable[QuoteLine],
    nums: Mapping[str, int],
    *,
    arrived: float,
    at: float,
) -> None:
    """Keep the quotes of an article.

    Args:
        seq: the article's number in the store.
        record: the QuoteArticle.
        lines: its quotes, in its order.
        nums: the entities' numbers in the store by their ids.
        arrived: when it came, in seconds since 1970 UTC.
        at: when it was published, or else came.
    """
    entities = {entity["id"]: entity for entity in record["entities"]}
    source = _label(connection, record.get("source"))
    agency = _label(connection, next(iter(record.get("agencies") or ()), None))
    for line, quote in zip(lines, record["quotes"], strict=True):
        speaker = entities.get(line.entity or "") or {}
        party = _label(connection, next(iter(speaker.get("affiliations") or ()), None))
        known = connection.execute("SELECT statement FROM statement_quotes WHERE quote = ?", (line.id,)).fetchone()
        cursor = connection.execute(
            "INSERT OR REPLACE INTO quotes (id, article, entity, arrived, at, type, fragment, gender, source, party,"
            " agency, statement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line.id,
                seq,
                nums.get(line.entity or ""),
                arrived,
                at,
                line.type,
                int(line.part_of is not None),
                speaker.get("gender"),
                source,
                party,
                agency,
                None if known is None else known[0],
            ),
        )
        num = cursor.lastrowid
        connection.execute(
            "INSERT OR REPLACE INTO quote_lines (num, line, context) VALUES (?, ?, ?)",
            (num, line.model_dump_json(), _context(record["text"], quote)),
        )
        connection.execute(
            "INSERT INTO quote_search (rowid, text, speaker) VALUES (?, ?, ?)",
            (num, folded_words(line.text), folded_words(f"{line.speaker or ''} {line.entity or ''}")),
        )


def delete_quotes(connection: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Forget the quotes of articles, and the statements of which nothing is kept any more."""
    for seq in seqs:
        for num, statement in connection.execute(
            "SELECT num, statement FROM quotes WHERE article = ?", (seq,)
        ).fetchall():
            connection.execute("DELETE FROM quote_search WHERE rowid = ?", (num,))
            connection.execute("DELETE FROM quote_lines WHERE num = ?", (num,))
            connection.execute("DELETE FROM quotes WHERE num = ?", (num,))
            if statement is not None and not _kept(connection, statement):
                _delete_statement(connection, statement)


def put_statement(connection: sqlite3.Connection, id_: str, value: bytes | None) -> None:
    """Keep a statement in its new state; None: there is none any more.

    Raises:
        ValueError, KeyError, TypeError: the bytes are no Statement.
    """
    known = connection.execute("SELECT num FROM statements WHERE id = ?", (id_,)).fetchone()
    if known is not None:
        _delete_statement(connection, known[0])
    if value is None:
        return
    record = orjson.loads(value)
    row = (id_, record["count"], record["sources"], zlib.compress(value, 1))
    cursor = connection.execute("INSERT INTO statements (id, count, sources, record) VALUES (?, ?, ?, ?)", row)
    quotes = [quote["quote"] for article in record["articles"] for quote in (article, *article.get("also", ()))]
    for quote in quotes:
        connection.execute(
            "INSERT OR REPLACE INTO statement_quotes (quote, statement) VALUES (?, ?)", (quote, cursor.lastrowid)
        )
        connection.execute("UPDATE quotes SET statement = ? WHERE id = ?", (cursor.lastrowid, quote))


def prune_statements(connection: sqlite3.Connection) -> None:
    """Forget the statements of which no quote is kept."""
    connection.execute("DELETE FROM statements WHERE num NOT IN (SELECT statement FROM quotes WHERE statement > 0)")
    connection.execute("DELETE FROM statement_quotes WHERE statement NOT IN (SELECT num FROM statements)")


def _kept(connection: sqlite3.Connection, statement: int) -> bool:
    return connection.execute("SELECT 1 FROM quotes WHERE statement = ? LIMIT 1", (statement,)).fetchone() is not None


def _delete_statement(connection: sqlite3.Connection, num: int) -> None:
    connection.execute("UPDATE quotes SET statement = NULL WHERE statement = ?", (num,))
    connection.execute("DELETE FROM statement_quotes WHERE statement = ?", (num,))
    connection.execute("DELETE FROM statements WHERE num = ?", (num,))


def _label(connection: sqlite3.Connection, name: str | None) -> int | None:
    if not name:
        return None
    row = connection.execute("SELECT num FROM labels WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return int(row[0])
    return connection.execute("INSERT INTO labels (name) VALUES (?)", (name,)).lastrowid


def _context(text: str, quote: Mapping[str, Any]) -> str:
    """The paragraph that a quote begins in."""
    begin = quote["spans"][0]["begin"]
    first = text.rfind("\n", 0, begin) + 1
    last = text.find("\n", begin)
    return text[first : len(text) if last < 0 else last][:2000]
