"""What a message of the stream means for the tables: a pure function from its bytes to rows."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson

from pipeline.tables.columns import RecordKind, Row
from schemas import exact_json
from schemas.codec import RecordError, decode, one_line, written_at
from schemas.records import Entity, Quote, QuoteArticle, Statement
from schemas.times import instant

DIGEST_BYTES = 16
LARGEST_INTEGER = 2**63 - 1
"""That every store takes."""
_REVISION = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Change:
    """One message: the rows that an article or a statement has from now on, in place of all that it had.

    Attributes:
        kind: whether it is about an article or a statement.
        key: the article's or the statement's id.
        rows: by table; none at all takes the article or the statement back.
        digest: of the message's value; the same again changes nothing.
        day: of publication in UTC, or of arrival where that is not known.
        size: of the message's value, in bytes.
    """

    kind: RecordKind
    key: str
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    digest: bytes = b""
    day: date = date.min
    size: int = 0


def change_of(
    kind: RecordKind, key: bytes | None, value: bytes | None, *, timestamp_ms: int, revision: str | None = None
) -> Change:
    """The change that a message makes.

    Args:
        kind: what the topic is about.
        key: of the message.
        value: of the message; None is a tombstone.
        timestamp_ms: of the message, in milliseconds since 1970 UTC.
        revision: the message's header of that name: the number of the version of its article.

    Raises:
        RecordError: the value is no such record, its time stamp is no time, or a tombstone has no key.
    """
    if value is None:
        if key is None:
            raise RecordError("empty", "a message with neither key nor value")
        return Change(kind, key.decode("utf-8", "backslashreplace"))
    digest = hashlib.blake2b(value, digest_size=DIGEST_BYTES).digest()
    arrived = written_at(timestamp_ms)
    if kind == "statement":
        statement = decode(value, Statement)
        if max(statement.count, statement.sources) > LARGEST_INTEGER:
            raise RecordError("schema", f"count or sources is larger than {LARGEST_INTEGER}")
        rows: Mapping[str, list[Row]] = {"statements": [statement_row(statement)]}
        name, published = statement.id, statement.first.published_at
    else:
        article = decode(value, QuoteArticle)
        number = int(revision) if revision is not None and _REVISION.fullmatch(revision) else 1
        rows = article_rows(article, revision=number, arrived_at=arrived)
        name, published = article.id, article.published_at
    day = (_instant(published) or arrived).date()
    return Change(kind, name, rows, digest, day, len(value))


def article_rows(article: QuoteArticle, *, revision: int, arrived_at: datetime) -> dict[str, list[Row]]:
    """The rows of an article, by table.

    Raises:
        RecordError: `meta` is nested more deeply than JSON is written, though it is read.
    """
    genders = {entity.id: entity.gender for entity in article.entities}
    return {
        "articles": [
            {
                "id": article.id,
                "url": article.url,
                "source": article.source,
                "language": article.language,
                "published_at": _instant(article.published_at),
                "modified_at": _instant(article.modified_at),
                "kicker": article.kicker,
                "title": article.title,
                "authors": article.authors,
                "dateline": article.dateline,
                "department": article.department,
                "access": article.access,
                "agencies": article.agencies,
                "text": article.text,
                "infobox": _json(article.infobox),
                "meta": _json(article.meta),
                "content_hash": article.content_hash,
                "simhash": article.simhash,
                "revision": revision,
                "arrived_at": arrived_at,
            }
        ],
        "entities": [_entity(article.id, number, entity) for number, entity in enumerate(article.entities)],
        "mentions": [row | {"position": number} for number, row in enumerate(_mentions(article))],
        "quotes": [_quote(article, number, quote, genders) for number, quote in enumerate(article.quotes)],
    }


def statement_row(statement: Statement) -> Row:
    """The row of a statement."""
    speaker = statement.speaker
    return {
        "id": statement.id,
        "speaker_id": None if speaker is None else speaker.id,
        "speaker_name": statement.said_by if speaker is None else speaker.name,
        "speaker_gender": None if speaker is None else speaker.gender,
        "type": statement.type,
        "verbatim": statement.verbatim,
        "text": statement.text,
        "count": statement.count,
        "sources": statement.sources,
        "first_article_id": statement.first.article,
        "first_source": statement.first.source,
        "first_published_at": _instant(statement.first.published_at),
        "article_ids": [article.id for article in statement.articles],
        "quote_ids": [quote.quote for article in statement.articles for quote in article.quotes],
        "updated_at": _instant(statement.updated_at),
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def _entity(article_id: str, number: int, entity: Entity) -> Row:
    return {
        "article_id": article_id,
        "position": number,
        "id": entity.id,
        "name": entity.name,
        "type": entity.type,
        "roles": entity.roles,
        "affiliations": entity.affiliations,
        "wikidata": entity.wikidata,
        "gender": entity.gender,
        "gender_from": entity.gender_from,
        "salience": entity.salience,
        "mentions": len(entity.mentions),
    }


def _mentions(article: QuoteArticle) -> Iterator[Row]:
    for entity in article.entities:
        for mention in entity.mentions:
            yield {
                "article_id": article.id,
                "entity_id": entity.id,
                "begin_char": mention.begin,
                "end_char": mention.end,
                "text": mention.text,
                "kind": mention.kind,
            }


def _quote(article: QuoteArticle, number: int, quote: Quote, genders: Mapping[str, str | None]) -> Row:
    speaker, addressee = quote.speaker, quote.addressee
    return {
        "article_id": article.id,
        "position": number,
        "id": quote.id,
        "source": article.source,
        "published_at": _instant(article.published_at),
        "type": quote.type,
        "medium": quote.medium,
        "text": quote.text,
        "begin_char": min(span.begin for span in quote.spans),
        "end_char": max(span.end for span in quote.spans),
        "spans": _json([[span.begin, span.end] for span in quote.spans]),
        "part_of": quote.part_of,
        "confidence": quote.confidence,
        "speaker_id": None if speaker is None else speaker.entity,
        "speaker_name": None if speaker is None else speaker.name,
        "speaker_text": None if speaker is None else speaker.text,
        "speaker_kind": None if speaker is None else speaker.kind,
        "speaker_gender": None if speaker is None or speaker.entity is None else genders.get(speaker.entity),
        "speaker_confidence": None if speaker is None else speaker.confidence,
        "cue": None if quote.cue is None else quote.cue.text,
        "frame": None if quote.frame is None else quote.frame.text,
        "addressee_id": None if addressee is None else addressee.entity,
        "addressee_name": None if addressee is None else addressee.name,
        "addressee_text": None if addressee is None else addressee.text,
    }


def _json(value: Any) -> str:
    try:
        return exact_json.dumps(value).decode()
    except orjson.JSONEncodeError as error:
        raise RecordError("schema", f"meta: {one_line(str(error))}") from None
