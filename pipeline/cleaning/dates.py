"""When an article was published and last changed: by what its page says of itself, else by its dated lines."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from itertools import islice
from typing import Any

from pipeline.cleaning.elements import is_beside, is_in_comments, is_in_post
from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.lines import Line
from schemas.times import LOCAL_TIME, PRESS_YEARS

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued", "dcterms.created",
    "dc.date", "pubdate", "publish-date", "publication_date",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "lastmod", "last-modified",
)  # fmt: skip
MONTHS = {
    "jan": 1, "jän": 1, "feb": 2, "mär": 3, "mrz": 3, "apr": 4, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "okt": 10, "nov": 11, "dez": 12,
}  # fmt: skip
_DAY = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})\. ?(?:(?P<number>\d{{1,2}})\.|(?P<name>{'|'.join(MONTHS)})"
    r"[a-zä]{0,6}\.?) ?(?P<year>(?:19|20)\d\d)(?!\d)|(?P<iso>(?:19|20)\d\d-\d\d-\d\d)|"
    r"(?<![\d.])(?P<short_day>\d{1,2})\.(?P<short_number>\d{1,2})\.(?P<short_year>[0-3]\d)(?![\d.:]|,\d)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_CLOCK = re.compile(
    r"(?<![\d.:])(?P<hour>[01]?\d|2[0-3])(?::|\.(?=\d\d ?uhr))(?P<minute>[0-5]\d)(?![\d:.])", re.IGNORECASE
)
_CHANGED = re.compile(
    r"aktualisier|geändert|änderung|update|bearbeitet|bearbeitung|überarbeitet|\bstand\b", re.IGNORECASE
)
_OF_AUTHOR = re.compile(r"\b(?:registriert|angemeldet|mitglied seit|dabei seit)\b")
"""What in a forum stands before the day since when somebody writes there."""
_LONGEST_LINE = 90
_MOST_ELEMENTS = 3


def rfc3339(value: object) -> str | None:
    """A date or time as sites write it, in RFC 3339; German local time without a zone; None if none can be meant."""
    if not isinstance(value, str):
        return None
    text = value.strip()[:40]
    zone = re.search(r"([+-]\d{2})(\d{2})$", text)
    if zone and "T" in text:
        text = f"{text[: zone.start()]}{zone[1]}:{zone[2]}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return written(moment) if moment.year in PRESS_YEARS else None


def written(moment: datetime) -> str:
    """A time in RFC 3339, to the second; German local time if it has no zone.

    Until 1893 clocks went by the sun, in Berlin 53 minutes and 28 seconds ahead of UTC; RFC 3339 has whole minutes.
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL_TIME)
    if offset := moment.utcoffset():
        moment = moment.replace(tzinfo=timezone(timedelta(minutes=int(offset / timedelta(minutes=1)))))
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def published(
    root: Any, metas: Mapping[str, str], articles: Sequence[Mapping[str, Any]], pages: Sequence[Mapping[str, Any]]
) -> FieldValue | None:
    """The time of publication, by JSON-LD, meta tags or the first `time` element that has one and is the article's."""
    keys = ("datePublished", "dateCreated", "uploadDate")
    found = _linked(articles, keys) or _named(metas, _PUBLISHED_METAS) or _linked(pages, keys)
    return found or _marked(root, "datePublished") or _first_time(root)


def modified(
    root: Any, metas: Mapping[str, str], articles: Sequence[Mapping[str, Any]], pages: Sequence[Mapping[str, Any]]
) -> FieldValue | None:
    """The time of the last change, by JSON-LD, meta tags or an element."""
    found = _linked(articles, ("dateModified",)) or _named(metas, _MODIFIED_METAS)
    return found or _linked(pages, ("dateModified",)) or _marked(root, "dateModified")


def _marked(root: Any, name: str) -> FieldValue | None:
    """The time of the first element of the article that is marked by `itemprop`."""
    marked = (element for element in root.iter("span", "time", "div", "p") if element.get("itemprop") == name)
    return next(
        (
            FieldValue(moment, f"element {name}")
            for element in islice(marked, _MOST_ELEMENTS)
            if (moment := rfc3339(element.get("datetime") or element.get("content"))) and not is_beside(element)
        ),
        None,
    )


def _first_time(root: Any) -> FieldValue | None:
    """The first `time` element: one of the article, else one that is in no comment; none of embedded posts."""
    times = [
        (moment, element)
        for element in islice(root.iter("time"), _MOST_ELEMENTS)
        if element.get("itemprop") != "dateModified"
        and not is_in_post(element)
        and (moment := rfc3339(element.get("datetime")))
    ]
    own = [moment for moment, element in times if not is_beside(element)]
    others = [moment for moment, element in times if not is_in_comments(element)]
    return next((FieldValue(moment, "time element") for moment in own or others), None)


def dated_lines(lines: Sequence[Line]) -> tuple[FieldValue | None, FieldValue | None]:
    """Publication and last change by short lines with a day in them; of several the first of each kind."""
    by_kind: dict[bool, FieldValue] = {}
    for line in lines:
        has_day = len(line.text) <= _LONGEST_LINE and _DIGIT.search(line.text) is not None
        if not has_day or _OF_AUTHOR.search(line.lowered):
            continue
        end = 0
        found = list(_DAY.finditer(line.text))
        for match, following in zip(found, [*found[1:], None], strict=False):
            changed = _CHANGED.search(line.text, end, match.start()) is not None
            end = match.end()
            clock = clock_in(line.text[end : following.start() if following else None])
            if (day := _day(match)) is not None:
                moment = datetime.combine(day, clock or time())
                by_kind.setdefault(changed, FieldValue(written(moment), "dated line"))
    return by_kind.get(False), by_kind.get(True)


def is_day_in_words(text: str) -> bool:
    """Whether a day stands in a text as in a sentence ("9. November 1938"; not "09. November"), and no time of day."""
    found = _DAY.search(text)
    return found is not None and found["name"] is not None and found["day"][0] != "0" and clock_in(text) is None


def day_in(text: str) -> date | None:
    """The first day with its year in a text ("12.03.2024", "12. März 2024", "2024-03-12")."""
    # Most lines have no digit, which is sooner found out.
    found = _DAY.search(text) if _DIGIT.search(text) is not None else None
    return _day(found) if found is not None else None


def _day(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["short_year"]:
            return date(2000 + int(found["short_year"]), int(found["short_number"]), int(found["short_day"]))
        month = int(found["number"]) if found["number"] else month_named(found["name"])
        return date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def month_named(begin: str) -> int:
    """The number of the month whose name begins as a pattern of `MONTHS` found it, be it by a long s or a dotted I."""
    return next(number for name, number in MONTHS.items() if re.fullmatch(name, begin, re.IGNORECASE))


def clock_in(text: str) -> time | None:
    """The first time of day in a text ("16:40", "16.40 Uhr")."""
    found = _CLOCK.search(text)
    return time(int(found["hour"]), int(found["minute"])) if found else None


def _linked(articles: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> FieldValue | None:
    return next(
        (
            FieldValue(moment, f"JSON-LD {key}")
            for key in keys
            for entry in articles
            if (moment := rfc3339(entry.get(key)))
        ),
        None,
    )


def _named(metas: Mapping[str, str], names: Sequence[str]) -> FieldValue | None:
    return next(
        (FieldValue(moment, f"meta {name}") for name in names if (moment := _moment(metas.get(name, "")))), None
    )


def _moment(value: str) -> str | None:
    """A time as meta tags have it, also as it is written in German ("12.03.2004", "12. März 2004, 16:40 Uhr")."""
    if (moment := rfc3339(value)) is not None or (day := day_in(value[:_LONGEST_LINE])) is None:
        return moment
    return written(datetime.combine(day, clock_in(value[:_LONGEST_LINE]) or time()))
