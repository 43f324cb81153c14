"""The tables that every store has: their columns, in order, and what kind of value each holds."""

from collections.abc import Mapping
from typing import Any, Literal

ColumnType = Literal["text", "texts", "integer", "number", "truth", "time", "json"]
"""`texts` is a list of text, `time` an instant in UTC, `json` text that is JSON. Every one of them can be missing."""
ColumnTypes = Mapping[str, ColumnType]
Row = dict[str, Any]
"""A value by column; every column of the table is there."""
RecordKind = Literal["article", "statement"]
"""What a message of a topic is about. Its rows are replaced together."""

TABLES: Mapping[str, ColumnTypes] = {
    "articles": {
        "id": "text",
        "url": "text",
        "source": "text",
        "language": "text",
        "published_at": "time",
        "modified_at": "time",
        "kicker": "text",
        "title": "text",
        "authors": "texts",
        "dateline": "text",
        "department": "text",
        "access": "text",
        "agencies": "texts",
        "text": "text",
        "infobox": "json",
        "meta": "json",
        "content_hash": "text",
        "simhash": "text",
        "revision": "integer",
        "arrived_at": "time",
    },
    "entities": {
        "article_id": "text",
        "position": "integer",
        "id": "text",
        "name": "text",
        "type": "text",
        "roles": "texts",
        "affiliations": "texts",
        "wikidata": "text",
        "gender": "text",
        "gender_from": "text",
        "salience": "number",
        "mentions": "integer",
    },
    "mentions": {
        "article_id": "text",
        "position": "integer",
        "entity_id": "text",
        "begin_char": "integer",
        "end_char": "integer",
        "text": "text",
        "kind": "text",
    },
    "quotes": {
        "article_id": "text",
        "position": "integer",
        "id": "text",
        "source": "text",
        "published_at": "time",
        "type": "text",
        "medium": "text",
        "text": "text",
        "begin_char": "integer",
        "end_char": "integer",
        "spans": "json",
        "part_of": "text",
        "confidence": "number",
        "speaker_id": "text",
        "speaker_name": "text",
        "speaker_text": "text",
        "speaker_kind": "text",
        "speaker_gender": "text",
        "speaker_confidence": "number",
        "cue": "text",
        "frame": "text",
        "addressee_id": "text",
        "addressee_name": "text",
        "addressee_text": "text",
    },
    "statements": {
        "id": "text",
        "speaker_id": "text",
        "speaker_name": "text",
        "speaker_gender": "text",
        "type": "text",
        "verbatim": "truth",
        "text": "text",
        "count": "integer",
        "sources": "integer",
        "first_article_id": "text",
        "first_source": "text",
        "first_published_at": "time",
        "article_ids": "texts",
        "quote_ids": "texts",
        "updated_at": "time",
    },
}

TABLES_OF: Mapping[RecordKind, tuple[str, ...]] = {
    "article": ("articles", "entities", "mentions", "quotes"),
    "statement": ("statements",),
}
"""The first of them has one row for each article or statement."""

KEY_COLUMNS: Mapping[str, str] = {
    table: "id" if table == tables[0] else "article_id" for tables in TABLES_OF.values() for table in tables
}
"""The column that has the id of the article or statement that a row belongs to."""
