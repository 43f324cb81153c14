"""An article's record as rows of the store."""

import sqlite3
import zlib
from hashlib import blake2b
from typing import Any

import orjson

from agents.web.models import ArticleLine, EntityLine, QuoteLine
from agents.web.models.quotes import beginning
from agents.web.publication import publication
from agents.web.store.arrivals import note_gone
from agents.web.store.entity_rows import put_entity, take_back
from agents.web.store.quote_rows import (
    ArticleRow,
    delete_quotes,
    delete_unquoted,
    insert_quotes,
    label_num,
    quoted_in,
    type_of_whole,
)
from agents.web.store.same_articles import KnownTexts, mark_first
from schemas.codec import from_object
from schemas.records import QuoteArticle
from schemas.times import instant

QUOTES_IN_LINE = 3
ENTITIES_IN_LINE = 8
LEAST_WORDS = 5
"""A quote with fewer says little by itself."""


def insert_article(
    connection: sqlite3.Connection,
    texts: KnownTexts,
    value: bytes,
    *,
    arrived: float,
    partition: int,
    offset: int,
    trail: str,
    version: str | None,
) -> None:
    """Keep a QuoteArticle. The same article again replaces the former one; the same bytes only note the new place.

    Args:
        texts: of the articles in the store; changed only after all else has been written.
        value: the record's bytes.
        arrived: seconds since 1970 UTC.
        trail: the JSON of the message's `trail` header.
        version: of what wrote it, from its header.

    Raises:
        writer.UNREADABLE: the bytes are no QuoteArticle.
    """
    digest = blake2b(value, digest_size=16).digest()
    record = orjson.loads(value)
    from_object(record, QuoteArticle)  # one that is none would break each list that it stands in
    query = "SELECT seq, digest, same, record FROM articles WHERE id = ?"
    known = connection.execute(query, (record["id"],)).fetchone()
    former: set[int] = set()
    said_before: dict[tuple[str, str], float] = {}
    if known is not None:
        if known[1] == digest:
            connection.execute(
                "UPDATE articles SET partition = ?, position = ?, trail = ? WHERE seq = ?",
                (partition, offset, trail, known[0]),
            )
            return
        said_before = quoted_in(connection, known[0])
        former = delete_articles(connection, [known[0]])
    published = publication(record.get("published_at"), arrived)
    at = arrived if published is None else instant(published).timestamp()
    lines = [_quote_line(quote) for quote in record["quotes"]]
    about = (record["id"], record.get("source"), arrived, at, record["simhash"])
    place = (partition, offset, trail, version, digest)
    content = (_article_line(record, lines, arrived).model_dump_json(), zlib.compress(value, 1))
    copies = texts.same(record["simhash"], at, but=None if known is None else known[0])
    seq = connection.execute(
        "INSERT INTO articles (id, source, arrived, at, simhash, partition, position, trail, version, digest,"
        " line, record, same, first) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*about, *place, *content, copies or 0, copies is None),
    ).lastrowid
    assert seq is not None
    same = seq if copies is None else copies
    if copies is None:
        connection.execute("UPDATE articles SET same = ? WHERE seq = ?", (same, seq))
    else:
        mark_first(connection, same)
    _insert_parts(connection, ArticleRow(seq, same, at, arrived, said_before), record, lines)
    delete_unquoted(connection, former)  # what the new version has again has kept its statement
    if known is not None:
        take_back(connection, _entities_in(known[3]), record["entities"])
        note_gone(connection, record["id"], known[2])
        texts.remove([known[0]])
    texts.add(seq, same, record["simhash"], at)


def delete_articles(connection: sqlite3.Connection, seqs: list[int]) -> set[int]:
    """Forget articles and what hangs on them, but for their texts and the statements of their quotes, which are
    given."""
    statements = delete_quotes(connection, seqs)
    marks = ", ".join("?" * len(seqs))
    shared = connection.execute(f"SELECT DISTINCT same FROM articles WHERE seq IN ({marks})", seqs).fetchall()
    for table, column in (("articles", "seq"), ("mentions", "article"), ("search", "rowid")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(seq,) for seq in seqs])
    for (same,) in shared:
        mark_first(connection, same)
    return statements


def _insert_parts(
    connection: sqlite3.Connection, kept: ArticleRow, record: dict[str, Any], lines: list[QuoteLine]
) -> None:
    nums = {entity["id"]: put_entity(connection, entity) for entity in record["entities"]}
    counts = {entity["id"]: len(entity["mentions"]) for entity in record["entities"]}
    source = label_num(connection, record.get("source")) or 0
    connection.executemany(  # OR FAIL: see the triggers
        "INSERT OR FAIL INTO mentions (entity, article, count, arrived, day, source) VALUES (?, ?, ?, ?, ?, ?)",
        [(nums[id_], kept.seq, count, kept.arrived, kept.day, source) for id_, count in counts.items()],
    )
    insert_quotes(connection, kept, record, lines, nums)
    connection.execute(
        "INSERT INTO search (rowid, title, text, speakers, entities, source) VALUES (?, ?, ?, ?, ?, ?)",
        (
            kept.seq,
            " ".join(filter(None, (record.get("kicker"), record.get("title")))),
            record["text"],
            "\n".join(sorted({line.speaker for line in lines if line.speaker})),
            "\n".join(f"{entity['name']} {entity['id']}" for entity in record["entities"]),
            record.get("source") or "",
        ),
    )


def _quote_line(quote: dict[str, Any]) -> QuoteLine:
    speaker = quote.get("speaker") or {}
    return QuoteLine(
        id=quote["id"],
        text=quote["text"],
        type=quote["type"],
        medium=quote["medium"],
        speaker=speaker.get("name") or speaker.get("text"),
        entity=speaker.get("entity"),
        cue=(quote.get("cue") or {}).get("text"),
        confidence=quote["confidence"],
        part_of=quote.get("part_of"),
        speaker_confidence=speaker.get("confidence"),
        spans=quote["spans"],
    )


def _article_line(record: dict[str, Any], lines: list[QuoteLine], arrived: float) -> ArticleLine:
    salient = sorted(record["entities"], key=lambda entity: -entity.get("salience", 0.0))[:ENTITIES_IN_LINE]
    by_id = {line.id: line for line in lines}
    counted = [line for line in lines if type_of_whole(line, by_id) is None]
    telling = sorted(counted, key=lambda line: (line.speaker is None, len(line.text.split()) < LEAST_WORDS))
    return ArticleLine(
        id=record["id"],
        kicker=record.get("kicker"),
        title=record.get("title"),
        source=record.get("source"),
        url=record.get("url"),
        published_at=record.get("published_at"),
        arrived=arrived,
        quotes=[
            line.model_copy(update={"text": beginning(line.text)})
            for line in sorted(telling[:QUOTES_IN_LINE], key=counted.index)
        ],
        quote_count=len(counted),
        entities=[
            EntityLine(id=entity["id"], name=entity["name"], type=entity["type"], mentions=len(entity["mentions"]))
            for entity in salient
        ],
    )


def withdraw_article(connection: sqlite3.Connection, texts: KnownTexts, id_: str) -> None:
    """Forget an article that was taken back."""
    known = connection.execute("SELECT seq, same, record FROM articles WHERE id = ?", (id_,)).fetchone()
    if known is not None:
        delete_unquoted(connection, delete_articles(connection, [known[0]]))
        take_back(connection, _entities_in(known[2]), [])
        note_gone(connection, id_, known[1])
        texts.remove([known[0]])


def _entities_in(record: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(zlib.decompress(record))["entities"]
    return found
