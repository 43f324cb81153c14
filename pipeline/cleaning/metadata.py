"""What a page says about its article: JSON-LD first, then OpenGraph and other meta tags."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.cleaning.normalise import line_text

_POSTINGS = frozenset(("liveblogposting", "blogposting", "socialmediaposting", "report"))
_LOCAL_TIME = ZoneInfo("Europe/Berlin")
_DATE_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued", "dcterms.created",
    "dc.date", "pubdate", "publish-date", "publication_date", "last-modified",
)  # fmt: skip
_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " • ")
_AUTHOR_SPLIT = re.compile(r"\s*(?:,|;|\||/| und | and | & | mit )\s*")
_AUTHOR_PREFIX = re.compile(r"(?:von|by|autor(?:in)?:|text:)\s+", re.IGNORECASE)
_DEEPEST = 12
_LONGEST_LD = 1_000_000


@dataclass(slots=True)
class Metadata:
    """What a page says about its article; None or empty where it says nothing.

    Attributes:
        published_at: RFC 3339.
        body: the article's text by JSON-LD `articleBody`, white space folded.
        descriptions: the page's summaries, by JSON-LD, OpenGraph and meta tags.
        sites: names by which the site calls itself.
    """

    title: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: str | None = None
    language: str | None = None
    body: str | None = None
    descriptions: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)


def read_metadata(root: Any) -> Metadata:
    """The metadata of a parsed page."""
    found = Metadata()
    metas = _metas(root)
    linked = list(_linked_data(root))
    articles = [
        entry for entry in linked if any(kind.endswith("article") or kind in _POSTINGS for kind in _types(entry))
    ]
    articles.sort(key=lambda entry: "author" not in entry)
    found.sites = _sites(metas, linked)
    headings = [text for h1 in root.iter("h1") if (text := line_text("".join(h1.itertext())))][:4]
    found.title = _title(root, metas, articles, headings, found.sites)
    found.authors = _authors(root, metas, articles, found.sites)
    found.published_at = _published(root, metas, articles)
    found.language = _language(root, articles)
    bodies = [line_text(html.unescape(body)) for entry in articles if isinstance(body := entry.get("articleBody"), str)]
    found.body = max(bodies, key=len, default=None)
    summaries = [entry.get("description") for entry in articles] + [
        metas.get("og:description"),
        metas.get("description"),
    ]
    found.descriptions = [
        line_text(html.unescape(text)) for text in summaries if isinstance(text, str) and text.strip()
    ]
    return found


def rfc3339(value: object) -> str | None:
    """A date or time as sites write it, in RFC 3339; German local time without a zone; None if it is none."""
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
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_LOCAL_TIME)
    written = moment.isoformat(timespec="seconds")
    return written.replace("+00:00", "Z")


def _metas(root: Any) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if name and content and content.strip():
            metas.setdefault(name.strip().lower(), content)
    return metas


def _linked_data(root: Any) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        text = (script.text or "").strip()
        text = (
            text.removeprefix("//<![CDATA[").removeprefix("<![CDATA[").removesuffix("//]]>").removesuffix("]]>").strip()
        )
        if not text or len(text) > _LONGEST_LD:
            continue
        try:
            value = json.loads(text.rstrip("; \n"), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _objects(value, 0)


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for key, inner in value.items():
            if (
                key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart")
                or "@type" not in value
            ):
                yield from _objects(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:200]:
            yield from _objects(inner, depth + 1)


def _types(entry: dict[str, Any]) -> set[str]:
    kinds = entry.get("@type")
    return {str(kind).lower().rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _sites(metas: dict[str, str], linked: list[dict[str, Any]]) -> list[str]:
    names = [
        metas.get(name) for name in ("og:site_name", "application-name", "publisher", "twitter:site", "dc.publisher")
    ]
    for entry in linked:
        publisher = entry.get("publisher")
        if isinstance(publisher, dict):
            names.append(publisher.get("name"))
        if _types(entry) & {"organization", "newsmediaorganization", "website"}:
            names.append(entry.get("name"))
    return [line_text(name).lstrip("@") for name in names if isinstance(name, str) and name.strip()]


def _title(
    root: Any, metas: dict[str, str], articles: list[dict[str, Any]], headings: list[str], sites: list[str]
) -> str | None:
    """The headline: OpenGraph's, as shown where the article is shared, without the site's name.

    JSON-LD's wins where it also gives an alternative headline, since such pages
    write og:title for search engines, unless it is a part of og:title.
    """
    page = next((text for title in root.iter("title") if (text := line_text(title.text or ""))), None)
    for entry in articles:
        headline = entry.get("headline") or entry.get("name")
        if isinstance(headline, str) and headline.strip():
            linked = line_text(html.unescape(headline))
            shared = _without_site(line_text(metas.get("og:title", "")), [linked, *headings], sites)
            if "alternativeHeadline" in entry and linked not in shared:
                return _without_site(linked, headings, sites)
            return shared or _without_site(linked, headings, sites)
    shared = metas.get("og:title") or metas.get("twitter:title") or page or ""
    return _without_site(line_text(shared), headings, sites) or (headings[0] if headings else None)


def _without_site(title: str, others: list[str], sites: list[str]) -> str:
    known = {site.lower() for site in sites}
    for separator in _SEPARATORS:
        parts = title.rsplit(separator, 1)
        if len(parts) == 2 and parts[0]:
            tail = parts[1].strip().lower()
            named = tail in known or any(tail == site.split(".")[0] or tail in site.split() for site in known)
            if (
                named
                or re.fullmatch(r"[\w-]+\.(?:de|at|ch|com|net|org)", tail)
                or (parts[0] in others and len(tail.split()) <= 4)
            ):
                return _without_site(parts[0].strip(), others, sites)
    return title


def _authors(root: Any, metas: dict[str, str], articles: list[dict[str, Any]], sites: list[str]) -> list[str]:
    people: list[str] = []
    organisations: list[str] = []
    for entry in articles:
        for author in _as_list(entry.get("author")):
            kind = _types(author) if isinstance(author, dict) else set()
            name = author.get("name") if isinstance(author, dict) else author
            for one in _as_list(name):
                if isinstance(one, str):
                    (organisations if "organization" in kind else people).extend(_names(one))
        if people or organisations:
            break
    known = {site.lower() for site in sites}
    people = [name for name in people if name.lower() not in known] or people
    if people and any(name.lower() not in known for name in people):
        return _unique(
            [*people, *organisations] if organisations and not known & {o.lower() for o in organisations} else people
        )
    named = [
        name
        for content in (
            metas.get("author"),
            metas.get("article:author"),
            metas.get("dc.creator"),
            metas.get("parsely-author"),
        )
        if content and "://" not in content
        for name in _names(content)
        if name.lower() not in known and not any(name.lower() in site or site in name.lower() for site in known)
    ]
    marked = named or [
        name
        for element in root.iter("a", "span", "address", "div")
        if "author" in (element.get("rel") or "").split() or element.get("itemprop") == "author"
        for name in _names(" ".join("".join(element.itertext()).split())[:80])
    ]
    return _unique(marked or people or organisations)


def _names(text: str) -> list[str]:
    whole = line_text(html.unescape(text))
    if "://" in whole or len(whole) > 300:
        return []
    parts = [_AUTHOR_PREFIX.sub("", part).strip(" .|") for part in _AUTHOR_SPLIT.split(whole)]
    return [part for part in parts if part and any(character.isalpha() for character in part) and len(part) <= 80]


def _published(root: Any, metas: dict[str, str], articles: list[dict[str, Any]]) -> str | None:
    candidates: list[object] = [
        entry.get(key) for key in ("datePublished", "dateCreated", "uploadDate") for entry in articles
    ]
    candidates += [metas.get(name) for name in _DATE_METAS]
    candidates += [element.get("datetime") for element in root.iter("time")][:3]
    return next((moment for candidate in candidates if (moment := rfc3339(candidate))), None)


def _language(root: Any, articles: list[dict[str, Any]]) -> str | None:
    named = [entry.get("inLanguage") for entry in articles] + [root.get("lang")]
    return next((value[:2].lower() for value in named if isinstance(value, str) and len(value) >= 2), None)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
