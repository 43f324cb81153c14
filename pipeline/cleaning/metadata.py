"""What a page says about its article: JSON-LD first, then OpenGraph and other meta tags."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pipeline.cleaning.access import access_by_page
from pipeline.cleaning.dates import modified, published
from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.linked_data import as_list, body_of, linked_data, types_of, updates_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.tickers import Update

_POSTINGS = frozenset(("liveblogposting", "blogposting", "socialmediaposting", "report"))
_SECTION_METAS = ("article:section", "og:article:section", "cxenseparse:category", "section", "dc.subject.section")
_HOME = frozenset(("start", "startseite", "home", "homepage"))
_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " • ")
_MOST_TAILS = 8
"""Of a title: the names of its department, site and publisher."""
_MOST_DESCRIPTIONS, _MOST_DESCRIBED = 100, 50_000
"""Of a page's summaries; all of them together, in characters."""
_AUTHOR_SPLIT = re.compile(r"\s*(?:,|;|\||/| und | and | & | mit )\s*")
_AUTHOR_PREFIX = re.compile(r"(?:von|by|autor(?:in)?:|text:)\s+", re.IGNORECASE)


@dataclass(slots=True)
class Metadata:
    """What a page says about its article; None or empty where it says nothing.

    Attributes:
        published: time of publication.
        modified: time of the last change.
        department: the part of the paper that it stands in.
        access: whether everybody may read it whole.
        body: the article's text by JSON-LD `articleBody`, without tags.
        descriptions: the page's summaries, by JSON-LD, OpenGraph and meta tags.
        sites: names by which the site calls itself.
        updates: of a live ticker its entries by JSON-LD.
        is_news: whether JSON-LD calls it a news article.
    """

    title: str | None = None
    authors: list[str] = field(default_factory=list)
    published: FieldValue | None = None
    modified: FieldValue | None = None
    department: FieldValue | None = None
    access: FieldValue | None = None
    language: str | None = None
    body: str | None = None
    descriptions: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    is_news: bool = False


def read_metadata(root: Any) -> Metadata:
    """The metadata of a parsed page."""
    found = Metadata()
    metas = _metas(root)
    linked = list(linked_data(root))
    articles = [
        entry for entry in linked if any(kind.endswith("article") or kind in _POSTINGS for kind in types_of(entry))
    ]
    articles.sort(key=lambda entry: "author" not in entry)
    found.sites = _sites(metas, linked)
    headings = [text for h1 in root.iter("h1") if (text := line_text("".join(h1.itertext())))][:4]
    found.title = _title(root, metas, articles, headings, found.sites)
    found.authors = _authors(root, metas, articles, found.sites)
    found.department = _department(metas, articles, linked, found.title)
    found.published, found.modified = published(root, metas, articles), modified(metas, articles)
    found.access = access_by_page(metas, articles)
    found.language = _language(root, articles)
    found.body = body_of(articles)
    kinds = {kind for entry in articles for kind in types_of(entry)}
    found.is_news = any(kind.endswith("newsarticle") or kind == "liveblogposting" for kind in kinds)
    found.updates = [update for entry in articles for update in updates_of(entry)]
    summaries = [entry.get("description") for entry in articles] + [
        metas.get("og:description"),
        metas.get("description"),
    ]
    found.descriptions = list(_descriptions(summaries))
    return found


def _descriptions(summaries: list[Any]) -> Iterator[str]:
    """The different ones among them, as far as they are to be compared with every line of the page."""
    different = dict.fromkeys(text for text in summaries if isinstance(text, str) and text.strip())
    left = _MOST_DESCRIBED
    for text in islice(different, _MOST_DESCRIPTIONS):
        left -= len(text)
        if left >= 0:
            yield line_text(html.unescape(text))


def _metas(root: Any) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if name and content and content.strip():
            metas.setdefault(name.strip().lower(), content)
    return metas


def _sites(metas: dict[str, str], linked: list[dict[str, Any]]) -> list[str]:
    names = [
        metas.get(name) for name in ("og:site_name", "application-name", "publisher", "twitter:site", "dc.publisher")
    ]
    for entry in linked:
        publisher = entry.get("publisher")
        if isinstance(publisher, dict):
            names.append(publisher.get("name"))
        if types_of(entry) & {"organization", "newsmediaorganization", "website"}:
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
    for _ in range(_MOST_TAILS):
        whole = title
        for separator in _SEPARATORS:
            head, _, tail = title.rpartition(separator)
            if head and _is_tail(tail.strip().lower(), head, others, known):
                title = head.strip()
                break
        if title == whole:
            break
    return title


def _is_tail(tail: str, head: str, others: list[str], known: set[str]) -> bool:
    """Whether what follows a title's last separator names the site, in lower case, and `head` is all of the title."""
    return (
        tail in known
        or any(tail == site.split(".")[0] or tail in site.split() for site in known)
        or re.fullmatch(r"[\w-]+\.(?:de|at|ch|com|net|org)", tail) is not None
        or (head in others and len(tail.split()) <= 4)
    )


def _authors(root: Any, metas: dict[str, str], articles: list[dict[str, Any]], sites: list[str]) -> list[str]:
    people: list[str] = []
    organisations: list[str] = []
    for entry in articles:
        for author in as_list(entry.get("author")):
            kind = types_of(author) if isinstance(author, dict) else set()
            name = author.get("name") if isinstance(author, dict) else author
            for one in as_list(name):
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


def _department(
    metas: dict[str, str], articles: list[dict[str, Any]], linked: list[dict[str, Any]], title: str | None
) -> FieldValue | None:
    """The department by JSON-LD, meta tags or the first of the breadcrumbs, which may end with the article itself."""
    for entry in articles:
        for named in as_list(entry.get("articleSection"))[:1]:
            if isinstance(named, str) and named.strip():
                return FieldValue(line_text(html.unescape(named)), "JSON-LD articleSection")
    for meta in _SECTION_METAS:
        if section := metas.get(meta):
            return FieldValue(line_text(html.unescape(section)), f"meta {meta}")
    for entry in linked:
        steps = as_list(entry.get("itemListElement")) if "breadcrumblist" in types_of(entry) else []
        names = [line_text(html.unescape(name)) for step in steps if (name := _step_name(step))]
        inner = [name for name in names if name.lower() not in _HOME and name != title]
        if inner:
            return FieldValue(inner[0], "JSON-LD BreadcrumbList")
    return None


def _step_name(step: Any) -> str | None:
    item = step.get("item") if isinstance(step, dict) else None
    names = [step.get("name") if isinstance(step, dict) else None, item.get("name") if isinstance(item, dict) else None]
    return next((name for name in names if isinstance(name, str) and name.strip()), None)


def _language(root: Any, articles: list[dict[str, Any]]) -> str | None:
    named = [entry.get("inLanguage") for entry in articles] + [root.get("lang")]
    return next((value[:2].lower() for value in named if isinstance(value, str) and len(value) >= 2), None)


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
