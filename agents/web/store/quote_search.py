"""Quotes by their words, who said them, where and when; one by one, or as statements, each once."""

import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from agents.web.models import FacetValue, InStatement, Place, QuoteHit, QuoteLine, QuotePage, StatementPage
from agents.web.store.typed import Typed, typed

FACETS_OF = 20_000
"""Facets are counted over so many of the latest quotes that match."""
FACET_VALUES = 30
_STATEMENT = "coalesce(q.statement, -q.num)"
"""A quote whose statement is not known (yet) is one by itself."""


@dataclass(frozen=True)
class Asked:
    """What is asked for; None and empty: any.

    Attributes:
        words: as typed, see `agents.web.store.typed`; in the quote and the speaker's name.
        speaker: an entity's id, or words of a speaker's name.
        sources: names of papers, any of which.
        type: of the quote; `verbatim` true or false: in quotation marks or not.
        gender: f, m or unknown, of the speaker.
        since, until: of publication (or arrival), in seconds since 1970; the latter excluded.
        statement: only quotes of the statement of this id.
    """

    words: str = ""
    speaker: str = ""
    party: str = ""
    gender: str = ""
    sources: tuple[str, ...] = ()
    agency: str = ""
    type: str = ""
    verbatim: bool | None = None
    since: float | None = None
    until: float | None = None
    statement: str = ""

    @property
    def typed(self) -> Typed:
        """The words, taken apart."""
        return typed(self.words)


def quote_page(
    connection: sqlite3.Connection, asked: Asked, *, limit: int, cursor: str | None, once: bool = False
) -> QuotePage:
    """A page of quotes, the latest first; `once`: of each statement the latest alone.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    tables, where, values = _condition(asked)
    counted = f"count(DISTINCT {_STATEMENT})" if once else "count(*)"
    (total,) = connection.execute(f"SELECT {counted} FROM {tables} WHERE {where}", values).fetchone()
    if once:
        behind, place = _behind(cursor, "latest", "q.num")
        query = (
            f"SELECT q.num, max(q.at) AS latest FROM {tables} WHERE {where} GROUP BY {_STATEMENT}"
            f" HAVING 1 = 1{behind} ORDER BY latest DESC, q.num DESC LIMIT ?"
        )
    else:
        behind, place = _behind(cursor, "q.at", "q.num")
        query = f"SELECT q.num, q.at FROM {tables} WHERE {where}{behind} ORDER BY q.at DESC, q.num DESC LIMIT ?"
    rows = connection.execute(query, (*values, *place, limit + 1)).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    hits = _hits(connection, [num for num, _ in rows], asked.typed)
    return QuotePage(items=hits, total=total, next=_cursor(rows[-1][1], rows[-1][0]) if more else None)


def statement_page(connection: sqlite3.Connection, asked: Asked, *, limit: int, cursor: str | None) -> StatementPage:
    """A page of the statements that matching quotes belong to, each once, by their latest matching quote.

    Raises:
        ValueError: the cursor is none that a page gave.
    """
    tables, where, values = _condition(asked)
    where += " AND q.statement IS NOT NULL"
    (total,) = connection.execute(f"SELECT count(DISTINCT q.statement) FROM {tables} WHERE {where}", values).fetchone()
    behind, place = _behind(cursor, "latest", "q.statement")
    rows = connection.execute(
        f"SELECT q.statement, max(q.at) AS latest FROM {tables} WHERE {where} GROUP BY q.statement"
        f" HAVING 1 = 1{behind} ORDER BY latest DESC, q.statement DESC LIMIT ?",
        (*values, *place, limit + 1),
    ).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    records = (connection.execute("SELECT record FROM statements WHERE num = ?", (num,)).fetchone() for num, _ in rows)
    items = [orjson.loads(zlib.decompress(row[0])) for row in records if row is not None]
    return StatementPage(items=items, total=total, next=_cursor(rows[-1][1], rows[-1][0]) if more else None)


def facets(connection: sqlite3.Connection, asked: Asked) -> dict[str, list[FacetValue]]:
    """By facet the commonest values; a statement counts once for each, however many papers have it."""
    tables, where, values = _condition(asked)
    rows = connection.execute(
        f"SELECT {_STATEMENT}, q.entity, q.party, q.gender, q.source, q.type, q.agency FROM {tables} WHERE {where}"
        " ORDER BY q.at DESC, q.num DESC LIMIT ?",
        (*values, FACETS_OF),
    ).fetchall()
    names = ("speaker", "party", "gender", "source", "type", "agency")
    counts: dict[str, Counter[Any]] = {name: Counter() for name in names}
    for number, name in enumerate(names, 1):
        counts[name].update(value for _, value in {(row[0], row[number]) for row in rows if row[number] is not None})
    unknown = len({row[0] for row in rows if row[3] is None})
    if unknown and counts["gender"]:
        counts["gender"]["unknown"] = unknown
    return {name: list(_named(connection, name, counts[name].most_common(FACET_VALUES))) for name in names}


def flat_rows(connection: sqlite3.Connection, asked: Asked, *, most: int) -> Iterator[dict[str, Any]]:
    """Matching quotes as rows of a table, the latest first: what was said, by whom, where, and what found it."""
    tables, where, values = _condition(asked)
    nums = connection.execute(
        f"SELECT q.num FROM {tables} WHERE {where} ORDER BY q.at DESC, q.num DESC LIMIT ?", (*values, most)
    ).fetchall()
    trails: dict[str, tuple[str | None, str | None]] = {}
    for begin in range(0, len(nums), 200):
        for hit in _hits(connection, [num for (num,) in nums[begin : begin + 200]], Typed()):
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


def _condition(asked: Asked) -> tuple[str, str, list[Any]]:
    """Tables, condition and values of a query for the quotes asked for."""
    label = "(SELECT num FROM labels WHERE name = ?)"
    by_name = not asked.speaker or "/" not in asked.speaker
    words = [asked.typed.expression(), typed(asked.speaker).expression() if by_name else None]
    matches = [part.format(found) for part, found in zip(("({})", "speaker : ({})"), words, strict=True) if found]
    sources = f"q.source IN (SELECT num FROM labels WHERE name IN ({', '.join('?' * len(asked.sources))}))"
    conditions: list[tuple[str, Sequence[Any], bool]] = [
        ("quote_search MATCH ?", [" AND ".join(matches)], bool(matches)),
        (
            "q.num NOT IN (SELECT rowid FROM quote_search WHERE quote_search MATCH ?)",
            [asked.typed.exclusion()],
            asked.typed.exclusion() is not None,
        ),
        ("q.entity = (SELECT num FROM entities WHERE id = ?)", [asked.speaker], not by_name),
        (f"q.party = {label}", [asked.party], bool(asked.party)),
        (f"q.agency = {label}", [asked.agency], bool(asked.agency)),
        (sources, asked.sources, bool(asked.sources)),
        ("q.gender IS NULL", [], asked.gender == "unknown"),
        ("q.gender = ?", [asked.gender], asked.gender not in {"", "unknown"}),
        ("q.type = ?", [asked.type], bool(asked.type)),
        ("(q.type = 'Direct') = ?", [asked.verbatim], asked.verbatim is not None),
        ("q.at >= ?", [asked.since], asked.since is not None),
        ("q.at < ?", [asked.until], asked.until is not None),
        ("q.statement = (SELECT num FROM statements WHERE id = ?)", [asked.statement], bool(asked.statement)),
    ]
    held = [(condition, values) for condition, values, applies in conditions if applies]
    tables = "quotes q JOIN quote_search f ON f.rowid = q.num" if matches else "quotes q"
    where = " AND ".join(condition for condition, _ in held) or "1 = 1"
    return tables, where, [value for _, values in held for value in values]


def _hits(connection: sqlite3.Connection, nums: Iterable[int], asked: Typed) -> list[QuoteHit]:
    hits = []
    for num in nums:
        row = connection.execute(
            "SELECT l.line, l.context, q.gender, p.name, g.name, s.id, s.count, s.sources, a.line, a.id"
            " FROM quotes q JOIN quote_lines l ON l.num = q.num JOIN articles a ON a.seq = q.article"
            " LEFT JOIN labels p ON p.num = q.party LEFT JOIN labels g ON g.num = q.agency"
            " LEFT JOIN statements s ON s.num = q.statement WHERE q.num = ?",
            (num,),
        ).fetchone()
        if row is None:
            continue
        line, context, gender, party, agency, statement, count, sources, about, article = row
        quote, told = QuoteLine.model_validate_json(line), orjson.loads(about)
        hits.append(
            QuoteHit(
                quote=quote,
                context=context,
                marks=[Place(begin=begin, end=end) for begin, end in asked.marks(quote.text)],
                article_id=article,
                title=told["title"],
                source=told["source"],
                url=told["url"],
                published_at=told["published_at"],
                arrived=told["arrived"],
                agency=agency,
                party=party,
                gender=gender,
                statement=None if statement is None else InStatement(id=statement, count=count, sources=sources),
            )
        )
    return hits


def _named(connection: sqlite3.Connection, facet: str, counted: Iterable[tuple[Any, int]]) -> Iterator[FacetValue]:
    for value, count in counted:
        if facet == "speaker":
            row = connection.execute("SELECT id, name FROM entities WHERE num = ?", (value,)).fetchone()
        elif facet in {"party", "source", "agency"}:
            row = connection.execute("SELECT name, name FROM labels WHERE num = ?", (value,)).fetchone()
        else:
            row = (value, value)
        if row is not None:
            yield FacetValue(value=row[0], name=row[1], count=count)


def _model(connection: sqlite3.Connection, article: str) -> tuple[str | None, str | None]:
    """The version and the model of the stage that found an article's quotes."""
    row = connection.execute("SELECT version, trail FROM articles WHERE id = ?", (article,)).fetchone()
    if row is None:
        return None, None
    steps = (step for step in orjson.loads(row[1]) if isinstance(step, dict) and step.get("stage") == "quotes")
    return row[0], next(steps, {}).get("model")


def _behind(cursor: str | None, at: str, num: str) -> tuple[str, tuple[float, float, int] | tuple[()]]:
    """A further condition by which a page begins behind a cursor."""
    if cursor is None:
        return "", ()
    moment, _, number = cursor.rpartition("_")
    place = float(moment), float(moment), int(number)
    return f" AND ({at} < ? OR ({at} = ? AND {num} < ?))", place


def _cursor(at: float, num: int) -> str:
    return f"{at!r}_{num}"
