"""What a page says about its article: JSON-LD first, then OpenGraph and other meta tags."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pipeline.cleaning.access import access_by_page
from pipeline.cleaning.dates import modified, published
from pipeline.cleaning.departments import department_of
from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.linked_data import body_of, linked_data, own_articles, types_of, updates_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.page_authors import authors_of
from pipeline.cleaning.page_titles import headings_of, title_of
from pipeline.cleaning.tickers import Update

_POSTINGS = frozenset(("liveblogposting", "blogposting", "socialmediaposting", "report"))
_MOST_DESCRIPTIONS, _MOST_DESCRIBED = 100, 50_000
"""Of a page's summaries; all of them together, in characters."""


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
    headings = headings_of(root, ("h1",))
    articles = own_articles(articles, _addresses(root, metas), [*headings, metas.get("og:title", "")])
    articles.sort(key=lambda entry: "author" not in entry)
    found.sites = _sites(metas, linked)
    found.title = title_of(root, metas, articles, headings, found.sites)
    objects = {name: entry for entry in linked if isinstance(name := entry.get("@id"), str)}
    found.authors = authors_of(root, metas, articles, objects, found.sites)
    found.department = department_of(metas, articles, linked, found.title, found.sites)
    pages = [entry for entry in linked if "webpage" in types_of(entry)]
    found.published, found.modified = published(root, metas, articles, pages), modified(root, metas, articles, pages)
    found.access = access_by_page(metas, articles)
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


def _addresses(root: Any, metas: dict[str, str]) -> list[str]:
    """The addresses that the page gives as its own."""
    links = [link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    return [address for address in (*links, metas.get("og:url")) if address]
