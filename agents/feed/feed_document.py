"""Reading RSS, Atom and sitemaps: the articles that a feed lists, with what it says of each."""

import io
import re
from calendar import timegm
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import feedparser
from lxml import etree
from yarl import URL

from agents.feed import feedparser_patterns
from pipeline.cleaning.dates import rfc3339

feedparser_patterns.replace()

MAX_ENTRIES = 1_000
"""Of one document; news sitemaps have no more. Of a longer one the newest are taken, as far as it dates them."""

MAX_TEXT = 2_000
MAX_TAGS = 30
_SITEMAP = re.compile(rb"<(?:[\w-]+:)?(urlset|sitemapindex)\b")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECONDS = re.compile(r"([0-9]{10})(?:[0-9]{3})?")
_FIRST_YEAR = 1000
_LONG_SPACE = re.compile(rb"\s{100,}")
_LONG_WORD = re.compile(rb"([\w.@+-]{5000})[\w.@+-]+")
"""What takes feedparser's regular expressions a time that grows with the square of its length."""
_REFERENCES = re.compile(rb"(?:&#(?:\d+|[xX][\da-fA-F]+);)+")
MAX_DIGITS = 10
_HIGH, _LOW, _CHARACTERS = range(0xD800, 0xDC00), range(0xDC00, 0xE000), 0x110000


class FeedUnreadable(Exception):
    """Neither RSS, Atom nor a sitemap: one line."""


@dataclass(frozen=True)
class FeedEntry:
    """What a feed says of one article; times in RFC 3339."""

    link: str
    title: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    guid: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def metadata(self) -> dict[str, Any]:
        """The fields that have a value, the link among them."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class FeedDocument:
    """A feed or sitemap.

    Attributes:
        entries: each link once, in the order of the document.
        sitemaps: further sitemaps that an index names, the newest first.
        left_out: entries beyond the first MAX_ENTRIES.
        damaged: what is wrong with its XML, if it could be read in part only.
    """

    title: str | None = None
    language: str | None = None
    entries: list[FeedEntry] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    left_out: int = 0
    damaged: str | None = None


def read(body: bytes, *, url: str, content_type: str) -> FeedDocument:
    """Read a document that came from `url`, not compressed any more.

    Raises:
        FeedUnreadable: it is something else.
    """
    body = _REFERENCES.sub(_existing, _LONG_WORD.sub(rb"\1", _LONG_SPACE.sub(b"\n", body)))
    try:
        return _sitemap(body, url) if _SITEMAP.search(body[:4096]) else _feed(body, url, content_type)
    except FeedUnreadable:
        raise
    except Exception as error:  # whatever the parsers raise where characters, encodings or dates are none
        raise FeedUnreadable(f"it cannot be read ({type(error).__name__}: {_line(str(error))})") from error


def _existing(references: re.Match[bytes]) -> bytes:
    """References to characters, one after the other, without those that there are not: for these both parsers would
    give up the whole document. Two halves of an emoji, as some systems write it, are put together."""
    made: list[int] = []
    for text in references[0][2:-1].split(b";&#"):
        base = 16 if text[:1] in b"xX" else 10
        number = int(text.lstrip(b"xX"), base) if len(text) <= MAX_DIGITS else _CHARACTERS
        if made and made[-1] in _HIGH and number in _LOW:
            number = 0x10000 + (made.pop() - _HIGH.start) * 0x400 + (number - _LOW.start)
        made.append(number)
    fit = (0xFFFD if number in _HIGH or number in _LOW or number >= _CHARACTERS else number for number in made)
    return b"".join(b"&#%d;" % number for number in fit)


def _feed(body: bytes, url: str, content_type: str) -> FeedDocument:
    headers = {"content-location": url, "content-type": content_type}
    # A stream, since feedparser takes bytes for the name of a file first.
    parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
    if not parsed.get("version") and not parsed.entries:
        raise FeedUnreadable("neither RSS, Atom nor a sitemap" if body.strip() else "empty")
    damaged = None
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        damaged = _line(str(parsed.bozo_exception))
    entries, left_out = _once(_entry(item, url) for item in parsed.entries)
    return FeedDocument(
        title=_text(parsed.feed.get("title")),
        language=_text(parsed.feed.get("language")),
        entries=entries,
        left_out=left_out,
        damaged=damaged,
    )


def _entry(item: Any, url: str) -> FeedEntry | None:
    link = _absolute(item.get("link"), url)
    if link is None:
        return None
    return FeedEntry(
        link=link,
        title=_text(item.get("title")),
        published_at=_moment(item, "published"),
        updated_at=_moment(item, "updated"),
        guid=_text(item.get("id")),
        summary=_text(item.get("summary")),
        authors=_names(author.get("name") for author in item.get("authors", ())),
        tags=_names(tag.get("term") for tag in item.get("tags", ())),
    )


def _sitemap(body: bytes, url: str) -> FeedDocument:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    root = etree.fromstring(body, parser)
    if root is None:
        raise FeedUnreadable("a sitemap whose XML cannot be read")
    damaged = _line(str(parser.error_log[0].message)) if len(parser.error_log) else None
    if etree.QName(root).localname == "sitemapindex":
        dated = [(_first(item, "lastmod") or "", _absolute(_first(item, "loc"), url)) for item in root]
        newest = sorted(dated, key=lambda pair: pair[0], reverse=True)
        sitemaps = list(dict.fromkeys(link for _, link in newest if link))
        return FeedDocument(sitemaps=sitemaps, damaged=damaged)
    found = [entry for item in root if (entry := _sitemap_entry(item, url))]
    if damaged and not found:
        raise FeedUnreadable(f"a sitemap whose XML cannot be read: {damaged}")
    if len(found) > MAX_ENTRIES:
        found.sort(key=lambda entry: entry.published_at or entry.updated_at or "", reverse=True)
    entries, left_out = _once(found)
    language = next((text for item in root if (text := _first(item, "language"))), None)
    return FeedDocument(language=language, entries=entries, left_out=left_out, damaged=damaged)


def _sitemap_entry(item: Any, url: str) -> FeedEntry | None:
    link = _absolute(_first(item, "loc"), url)
    if link is None:
        return None
    keywords = (_first(item, "keywords") or "").split(",")
    return FeedEntry(
        link=link,
        title=_text(_first(item, "title")),
        published_at=_written(_first(item, "publication_date")),
        updated_at=_written(_first(item, "lastmod")),
        tags=_names(keywords),
    )


def _first(item: Any, name: str) -> str | None:
    """The text of the first element of that local name, in any name space but those of images and videos."""
    for element in item.iter(f"{{*}}{name}"):
        space = etree.QName(element).namespace or ""
        if "image" not in space and "video" not in space:
            return "".join(element.itertext()).strip() or None
    return None


def _once(entries: Iterable[FeedEntry | None]) -> tuple[list[FeedEntry], int]:
    """Each link once, as many as are taken, and how many are left out."""
    links: dict[str, FeedEntry] = {}
    for entry in entries:
        if entry is not None:
            links.setdefault(entry.link, entry)
    kept = list(links.values())
    return kept[:MAX_ENTRIES], max(0, len(kept) - MAX_ENTRIES)


def _absolute(link: object, base: str) -> str | None:
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        return str(URL(base).join(URL(link.strip())).with_fragment(None))
    except ValueError:
        return link.strip()  # is refused when it is fetched, and said so


def _moment(item: Any, name: str) -> str | None:
    """A time that an entry has of its own (feedparser would give one in place of another), as feedparser reads it. A
    mere number is seconds or milliseconds since 1970, of which it takes the first four digits for the year."""
    if f"{name}_parsed" not in item or (parsed := item[f"{name}_parsed"]) is None:
        return None
    seconds = _SECONDS.fullmatch(str(item.get(name, "")).strip())
    try:
        moment = datetime.fromtimestamp(int(seconds[1]) if seconds else timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # The year 1 is what some systems write where there is no date.
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= _FIRST_YEAR else None


def _written(text: str | None) -> str | None:
    """A date or time as sitemaps write it."""
    if text is not None and _DATE.fullmatch(text):
        text += "T00:00:00Z"
    return rfc3339(text)


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    folded = " ".join(value.split())
    return folded[:MAX_TEXT] or None


def _names(values: Iterable[object]) -> tuple[str, ...]:
    def named() -> Iterator[str]:
        for value in values:
            if (name := _text(value)) is not None:
                yield name

    return tuple(dict.fromkeys(named()))[:MAX_TAGS]


def _line(message: str) -> str:
    return " ".join(message.split())[:200]
