"""Quotes and statements as rows of the store, each found by its words, its speaker and where it stands."""

import sqlite3
import zlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np

from agents.web.models import QuoteLine
from agents.web.store.columns import EVIDENCE, GENDERS, KINDS, ROW, TYPES, code
from agents.web.store.query_parser import folded_words
from schemas.codec import decode, encode
from schemas.records import Statement
from schemas.times import EPOCH, LOCAL_TIME, instant_at

CONTEXT_CHARACTERS = 2000


@dataclass(frozen=True)
class ArticleRow:
    """An article in the store.

    Attributes:
        seq: its number.
        same: the number that it shares with near copies.
        at: when it was published, or else came; `arrived`: when it came. Both in seconds since 1970 UTC.
        said_before: what its former version quotes, by speaker and words, and when that came.
    """

    seq: int
    same: int
    at: float
    arrived: float
    said_before: Mapping[tuple[str, str], float]

    @cached_property
    def day(self) -> int:
        """The day of `at` in Germany, in days since 1 January 1970."""
        moment = instant_at(self.at)
        with suppress(OverflowError):  # it is at the very end of what a calendar has
            moment = moment.astimezone(LOCAL_TIME)
        return (moment.date() - EPOCH).days


def insert_quotes(
    connection: sqlite3.Connection,
    article: ArticleRow,
    record: Mapping[str, Any],
    lines: Sequence[QuoteLine],
    nums: Mapping[str, int],
) -> None:
    """Keep the quotes of an article.

    Args:
        record: the QuoteArticle.
        lines: its quotes, in its order.
        nums: the entities' numbers in the store by their ids.
    """
    entities = {entity["id"]: entity for entity in record["entities"]}
    by_id = {line.id: line for line in lines}
    mentions = _Mentions(record)
    source = label_num(connection, record.get("source"))
    agency = label_num(connection, next(iter(record.get("agencies") or ()), None))
    rows = []
    for line, quote in zip(lines, record["quotes"], strict=True):
        speaker = entities.get(line.entity or "") or {}
        party = label_num(connection, next(iter(speaker.get("affiliations") or ()), None))
        entity, gender = nums.get(line.entity or ""), speaker.get("gender")
        known = connection.execute("SELECT statement FROM statement_quotes WHERE quote = ?", (line.id,)).fetchone()
        statement = None if known is None else known[0]
        words, whole = folded_words(line.text), type_of_whole(line, by_id)
        printed = _as_printed(article, line, words)
        said = _said(entity, statement, printed)
        cursor = connection.execute(  # OR FAIL: see the triggers
            "INSERT OR FAIL INTO quotes (id, article, entity, gender, party, agency, statement, fragment, printed,"
            " said) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (line.id, article.seq, entity, gender, party, agency, statement, whole is not None, printed, said),
        )
        num = cursor.lastrowid
        assert num is not None
        role = label_num(connection, next(iter(speaker.get("roles") or ()), None))
        numbers = (entity, source, party, agency, role)
        codes = (
            code(TYPES, line.type),
            code(TYPES, whole),
            code(GENDERS, gender),
            code(EVIDENCE, speaker.get("gender_from")),
            code(KINDS, (quote.get("speaker") or {}).get("kind")),
        )
        arrived = article.said_before.get(words_of(line), article.arrived)
        place = (num, said, article.seq, article.same, article.at, arrived, article.day)
        rows.append((*place, *(number or 0 for number in numbers), *codes))
        connection.execute(
            "INSERT OR REPLACE INTO quote_lines (num, line, context) VALUES (?, ?, ?)",
            (num, line.model_dump_json(), _context(record["text"], quote)),
        )
        connection.execute(
            "INSERT INTO quote_search (rowid, text, speaker) VALUES (?, ?, ?)",
            (num, words, folded_words(f"{line.speaker or ''} {(line.entity or '').partition('/')[2]}")),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO quote_about (entity, quote) VALUES (?, ?)",
            [(nums[name], num) for name in mentions.named_in(quote) if name != line.entity],
        )
    if rows:
        connection.execute(
            "INSERT OR REPLACE INTO quote_columns (article, rows) VALUES (?, ?)",
            (article.seq, np.array(rows, dtype=ROW).tobytes()),
        )


def quoted_in(connection: sqlite3.Connection, article: int) -> dict[tuple[str, str], float]:
    """What an article quotes, by speaker and words, and when that came, be it with a former version."""
    row = connection.execute("SELECT rows FROM quote_columns WHERE article = ?", (article,)).fetchone()
    if row is None:
        return {}
    rows = np.frombuffer(row[0], dtype=ROW)
    came = dict(zip(rows["num"].tolist(), rows["arrived"].tolist(), strict=True))
    query = "SELECT num, line FROM quotes JOIN quote_lines USING (num) WHERE article = ?"
    return {
        words_of(QuoteLine.model_validate_json(line)): came[num] for num, line in connection.execute(query, (article,))
    }


def delete_quotes(connection: sqlite3.Connection, seqs: Iterable[int]) -> set[int]:
    """Forget the quotes of articles; gives the statements that they belong to."""
    articles = [(seq,) for seq in seqs]
    query = "SELECT num, statement FROM quotes WHERE article = ?"
    found = [row for article in articles for row in connection.execute(query, article)]
    nums = [(num,) for num, _ in found]
    connection.executemany("DELETE FROM quote_columns WHERE article = ?", articles)
    for table, column in (
        ("quotes", "num"),
        ("quote_lines", "num"),
        ("quote_about", "quote"),
        ("quote_search", "rowid"),
    ):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", nums)
    return {statement for _, statement in found if statement is not None}


def delete_unquoted(connection: sqlite3.Connection, statements: Iterable[int]) -> None:
    """Forget those of some statements of which no quote is kept any more."""
    for statement in statements:
        if not _kept(connection, statement):
            _delete_statement(connection, statement)


def put_statement(connection: sqlite3.Connection, id_: str, value: bytes | None) -> None:
    """Keep a statement in its new state; None: there is none any more.

    Raises:
        writer.UNREADABLE: the bytes are no Statement.
    """
    known = connection.execute("SELECT num FROM statements WHERE id = ?", (id_,)).fetchone()
    if value is None:
        if known is not None:
            _delete_statement(connection, known[0])
        return
    record = decode(value, Statement)  # every list that it stands in shows its fields
    row = (record.count, record.sources, zlib.compress(encode(record), 1))
    if known is None:
        insert = "INSERT INTO statements (count, sources, record, id) VALUES (?, ?, ?, ?)"
        num, before = connection.execute(insert, (*row, id_)).lastrowid, set()
    else:
        num = known[0]
        connection.execute("UPDATE statements SET count = ?, sources = ?, record = ? WHERE num = ?", (*row, num))
        before = _quotes_of(connection, num)
    quotes = {quote.quote for article in record.articles for quote in article.quotes}
    gone = [(quote, num) for quote in sorted(before - quotes)]
    connection.executemany("DELETE FROM statement_quotes WHERE quote = ? AND statement = ?", gone)
    come = [(quote, num) for quote in sorted(quotes - before)]
    connection.executemany("INSERT OR REPLACE INTO statement_quotes (quote, statement) VALUES (?, ?)", come)
    _join(connection, (quote for quote, _ in gone), None, of=num)
    _join(connection, (quote for quote, _ in come), num)


def prune_statements(connection: sqlite3.Connection) -> None:
    """Forget the statements of which no quote is kept."""
    connection.execute("DELETE FROM statements WHERE num NOT IN (SELECT statement FROM quotes WHERE statement > 0)")
    connection.execute("DELETE FROM statement_quotes WHERE statement NOT IN (SELECT num FROM statements)")


def label_num(connection: sqlite3.Connection, name: str | None) -> int | None:
    """The number of a paper, party, role or agency in the store, given to it if it is new; None: it has no name."""
    if not name:
        return None
    row = connection.execute("SELECT num FROM labels WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return int(row[0])
    return connection.execute("INSERT INTO labels (name) VALUES (?)", (name,)).lastrowid


def _kept(connection: sqlite3.Connection, statement: int) -> bool:
    return connection.execute("SELECT 1 FROM quotes WHERE statement = ? LIMIT 1", (statement,)).fetchone() is not None


def _quotes_of(connection: sqlite3.Connection, statement: int) -> set[str]:
    """The ids of a statement's quotes, whether they are kept or not."""
    rows = connection.execute("SELECT quote FROM statement_quotes WHERE statement = ?", (statement,))
    return {quote for (quote,) in rows}


def _delete_statement(connection: sqlite3.Connection, num: int) -> None:
    _join(connection, sorted(_quotes_of(connection, num)), None, of=num)
    connection.execute("DELETE FROM statement_quotes WHERE statement = ?", (num,))
    connection.execute("DELETE FROM statements WHERE num = ?", (num,))


def _join(
    connection: sqlite3.Connection, quotes: Iterable[str], statement: int | None, *, of: int | None = None
) -> None:
    """Let quotes belong to a statement, or to none; only those that belong to the statement `of`, if it is named."""
    by_article: dict[int, dict[int, int]] = {}
    for quote in quotes:
        row = connection.execute(
            "SELECT num, article, entity, printed FROM quotes WHERE id = ? AND (?2 IS NULL OR statement = ?2)",
            (quote, of),
        ).fetchone()
        if row is not None:
            num, article, entity, printed = row
            by_article.setdefault(article, {})[num] = said = _said(entity, statement, printed)
            connection.execute("UPDATE quotes SET statement = ?, said = ? WHERE num = ?", (statement, said, num))
    for article, said_by_num in by_article.items():
        (blob,) = connection.execute("SELECT rows FROM quote_columns WHERE article = ?", (article,)).fetchone()
        rows = np.frombuffer(blob, dtype=ROW).copy()
        for num, said in said_by_num.items():
            rows["said"][rows["num"] == num] = said
        connection.execute("UPDATE quote_columns SET rows = ? WHERE article = ?", (rows.tobytes(), article))


def _said(entity: int | None, statement: int | None, printed: int) -> int:
    """What counts as the same statement: the statement that it belongs to. Where that is not known, and for speakers
    who are no entities and known within one article only, it is the same words in that article, in whatever paper."""
    return printed if entity is None or statement is None else statement


def words_in(connection: sqlite3.Connection, article: str) -> Collection[tuple[str, str]]:
    """What an article quotes, by speaker and words; nothing if it is not kept."""
    row = connection.execute("SELECT seq FROM articles WHERE id = ?", (article,)).fetchone()
    return () if row is None else quoted_in(connection, row[0])


def words_of(line: QuoteLine) -> tuple[str, str]:
    """By what a quote is known in all versions of its article: speaker and words."""
    return line.entity or line.speaker or "", line.text


def _as_printed(article: ArticleRow, line: QuoteLine, words: str) -> int:
    """A number below zero for these words, folded, of this speaker in an article, in whatever paper."""
    said = f"{article.same}|{line.speaker}|{words}"
    return -1 - int.from_bytes(blake2b(said.encode(), digest_size=7).digest(), "big")


def type_of_whole(line: QuoteLine, quotes: Mapping[str, QuoteLine]) -> str | None:
    """The type of the quote of the same speaker that this one is a fragment of."""
    whole = quotes.get(line.part_of or "")
    if whole is None or (line.speaker is not None and (line.entity, line.speaker) != (whole.entity, whole.speaker)):
        return None
    return whole.type


class _Mentions:
    """Where an article names whom, in its order."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        found = sorted(
            (mention["begin"], mention["end"], number)
            for number, entity in enumerate(record["entities"])
            for mention in entity["mentions"]
        )
        self._ids = [entity["id"] for entity in record["entities"]]
        self._begins = [begin for begin, _, _ in found]
        self._ends = [(end, number) for _, end, number in found]

    def named_in(self, quote: Mapping[str, Any]) -> list[str]:
        """The ids of those who are named within a quote, in the article's order."""
        numbers: set[int] = set()
        for span in quote["spans"]:
            first, last = bisect_left(self._begins, span["begin"]), bisect_left(self._begins, span["end"])
            numbers.update(number for end, number in self._ends[first:last] if end <= span["end"])
        return [self._ids[number] for number in sorted(numbers)]


def _context(text: str, quote: Mapping[str, Any]) -> str:
    """The paragraph that a quote begins in; of a long one what is around the beginning of the quote."""
    begin = quote["spans"][0]["begin"]
    first, last = text.rfind("\n", 0, begin) + 1, text.find("\n", begin)
    last = len(text) if last < 0 else last
    first = max(first, min(begin - CONTEXT_CHARACTERS // 4, last - CONTEXT_CHARACTERS))
    return text[first : min(last, first + CONTEXT_CHARACTERS)]
