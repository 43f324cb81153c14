"""The fields of other tools' articles, under the names of a raw article.

fundus and news-please write JSON of their own; a table's columns are named by
whoever made it. What has no place in a raw article goes into its `meta`.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.cleaning.dates import MONTHS, month_named, rfc3339
from schemas.codec import from_object
from schemas.records import RawArticle

FIELDS = tuple(name for name in RawArticle.model_fields if name not in ("schema_", "meta"))

OTHER_NAMES = {
    "maintext": "text",
    "plaintext": "text",
    "lang": "language",
    "date_publish": "published_at",
    "publishing_date": "published_at",
    "source_domain": "source",
    "publisher": "source",
}
"""Of news-please (maintext, date_publish, source_domain) and fundus (plaintext, publishing_date, publisher)."""

_GERMAN_DATE = re.compile(
    rf"(?:[a-z]+, ?)?(\d{{1,2}})\. ?(?:(\d{{1,2}})\.|({'|'.join(MONTHS)})[a-z]{{0,6}}\.?) ?(\d{{4}})"
    r"(?:[ ,]+(?:um )?(\d{1,2})[:.](\d{2})(?::(\d{2}))?)?(?: Uhr)?",
    re.IGNORECASE,
)
_EMPTY: tuple[object, ...] = (None, "", [], {})


def raw_article(value: Mapping[str, Any]) -> RawArticle:
    """The article in an object of any of these tools.

    Raises:
        RecordError: it has neither text nor page, or a field that cannot be read.
    """
    fields = {name: item for name, item in value.items() if item is not None or name not in FIELDS}
    for name, ours in OTHER_NAMES.items():
        if fields.get(ours) in _EMPTY and fields.get(name) not in _EMPTY:
            fields[ours] = fields.pop(name)
    _unfold(fields)
    if isinstance(fields.get("published_at"), str):
        fields["published_at"] = moment(fields["published_at"])
    return from_object(fields, RawArticle)


def moment(text: str) -> str | None:
    """A time as tables have it, in RFC 3339: ISO 8601, "10.01.2022 09:00" or "10. Januar 2022"; German local time
    without a zone.

    None if it is empty; what is no time comes back as it is.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if german := _GERMAN_DATE.fullmatch(stripped):
        *numbers, name, year, hour, minute, second = german.groups()
        day, month = int(numbers[0]), month_named(name) if name else int(numbers[1])
        clock = ":".join(f"{int(part or 0):02d}" for part in (hour, minute, second))
        stripped = f"{year}-{month:02d}-{day:02d}T{clock}"
    return rfc3339(stripped) or stripped


def _unfold(fields: dict[str, Any]) -> None:
    """fundus nests: the page with its addresses, and the body with its sections."""
    page = fields.get("html")
    if isinstance(page, Mapping):
        fields["html"] = page.get("content")
        if not fields.get("url"):
            fields["url"] = page.get("responded_url") or page.get("requested_url")
        source = page.get("source_info")
        if not fields.get("source") and isinstance(source, Mapping):
            fields["source"] = source.get("publisher")
        fields["fundus_html"] = {name: item for name, item in page.items() if name != "content"}
    body = fields.get("body")
    if isinstance(body, Mapping) and not fields.get("text"):
        fields["text"] = _text_of(body)
        del fields["body"]


def _text_of(body: Mapping[str, Any]) -> str:
    parts = [*_lines(body.get("summary"))]
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else []:
        if isinstance(section, Mapping):
            parts += [*_lines(section.get("headline")), *_lines(section.get("paragraphs"))]
    return "\n\n".join(parts)


def _lines(value: object) -> list[str]:
    lines = value if isinstance(value, list) else [value]
    return [line for line in lines if isinstance(line, str) and line.strip()]
