"""The department of the paper that an article stands in, as its page says."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.lines import words_of
from pipeline.cleaning.linked_data import as_list, types_of
from pipeline.cleaning.normalise import line_text

_METAS = (
    "article:section",
    "og:article:section",
    "cxenseparse:category",
    "section",
    "dc.subject.section",
    "articlesection",
)
_NO_DEPARTMENTS = frozenset(
    ("start", "startseite", "home", "homepage", "suche", "erweiterte suche", "alle artikel", "artikel", "uncategorized")
)


def department_of(
    metas: Mapping[str, str],
    articles: Sequence[dict[str, Any]],
    linked: Sequence[dict[str, Any]],
    title: str | None,
    sites: Sequence[str],
) -> FieldValue | None:
    """The department by JSON-LD, meta tags or the first of the breadcrumbs that is neither the site nor the article."""
    known = {site.lower() for site in sites}
    for name, source in _named(metas, articles, linked):
        shown = line_text(html.unescape(name)).strip(" ,")
        lowered = shown.lower()
        if lowered in _NO_DEPARTMENTS or lowered in known or any(lowered == site.split(".")[0] for site in known):
            continue
        if words_of(shown) and not _is_title(shown, title):
            return FieldValue(shown, source)
    return None


def _named(
    metas: Mapping[str, str], articles: Sequence[dict[str, Any]], linked: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    for entry in articles:
        for section in as_list(entry.get("articleSection"))[:1]:
            if isinstance(section, str):
                yield _first(section), "JSON-LD articleSection"
    for meta in _METAS:
        if section := metas.get(meta):
            yield section, f"meta {meta}"
    for entry in linked:
        steps = as_list(entry.get("itemListElement")) if "breadcrumblist" in types_of(entry) else []
        for step in steps:
            if isinstance(step, dict) and (name := _step_name(step)) and not _is_home(step):
                yield name, "JSON-LD BreadcrumbList"


def _first(section: str) -> str:
    """The first of several sections that a program has joined: "Wohnen,Bauen"; "Wohnen, Bauen" may be one name."""
    return section if ", " in section else section.partition(",")[0]


def _step_name(step: dict[str, Any]) -> str | None:
    item = step.get("item")
    names = [step.get("name"), item.get("name") if isinstance(item, dict) else None]
    return next((name for name in names if isinstance(name, str) and name.strip()), None)


def _is_home(step: dict[str, Any]) -> bool:
    """Whether a breadcrumb leads to the site's first page."""
    item = step.get("item")
    address = item.get("@id") or item.get("url") if isinstance(item, dict) else item
    if not isinstance(address, str) or "://" not in address:
        return False
    try:
        return urlsplit(address).path.strip("/") == ""
    except ValueError:
        return False


def _is_title(name: str, title: str | None) -> bool:
    """Whether a name is the article's headline, if need be a shorter or longer form of it."""
    words, wanted = words_of(name), words_of(title or "")
    shorter = min(len(words), len(wanted))
    return words == wanted or (shorter >= 4 and words[:shorter] == wanted[:shorter])
