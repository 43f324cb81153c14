"""A page's JSON-LD: its objects, and what those of articles say of the article's text."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.cleaning.dates import rfc3339
from pipeline.cleaning.lines import words_of
from pipeline.cleaning.tickers import Update, update_of

_DEEPEST = 12
_LONGEST_LD = 1_000_000
_MOST_UPDATES = 1_000
_BREAK = re.compile(r"<(?:br|/p|/div|/h[1-6]|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,500}>", re.IGNORECASE)


def linked_data(root: Any) -> Iterator[dict[str, Any]]:
    """All typed objects of a page's JSON-LD."""
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


def own_articles(
    articles: list[dict[str, Any]], addresses: Sequence[str], headlines: Sequence[str]
) -> list[dict[str, Any]]:
    """Those of a page's articles that are its own, by their address or else their headline; all if none shows to be.

    The others are those that the page refers to. One that says neither address nor headline tells of the page's own.
    """
    known = {_bare(address) for address in addresses}
    by_address = [entry for entry in articles if known & set(map(_bare, _addresses_of(entry)))]
    wanted = {tuple(words_of(html.unescape(headline))) for headline in headlines} - {()}
    own = by_address or [entry for entry in articles if tuple(words_of(_headline(entry))) in wanted]
    if not own:
        return list(articles)
    kept = {id(entry) for entry in own}
    return [e for e in articles if id(e) in kept or not (_headline(e) or _addresses_of(e))]


def _addresses_of(entry: dict[str, Any]) -> list[str]:
    page = entry.get("mainEntityOfPage")
    found = [entry.get("url"), entry.get("@id"), page.get("@id") if isinstance(page, dict) else page]
    return [address for address in found if isinstance(address, str) and "://" in address]


def _bare(address: str) -> str:
    return address.partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def _headline(entry: dict[str, Any]) -> str:
    headline = entry.get("headline") or entry.get("name")
    return html.unescape(headline) if isinstance(headline, str) else ""


def types_of(entry: dict[str, Any]) -> set[str]:
    """What an object says it is, in lower case, without the vocabulary's address."""
    kinds = entry.get("@type")
    return {str(kind).lower().rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])}


def updates_of(entry: dict[str, Any]) -> Iterator[Update]:
    """A live ticker's entries."""
    for update in as_list(entry.get("liveBlogUpdate"))[:_MOST_UPDATES]:
        if isinstance(update, dict):
            texts = [update.get("headline"), update.get("articleBody")]
            listed = update_of(
                [_TAG.sub(" ", html.unescape(text)) for text in texts if isinstance(text, str)],
                rfc3339(update.get("datePublished") or update.get("dateCreated")),
            )
            if listed is not None:
                yield listed


def body_of(articles: list[dict[str, Any]]) -> str | None:
    """The longest `articleBody`; its lines and paragraphs stay."""
    bodies = [html.unescape(body) for entry in articles if isinstance(body := entry.get("articleBody"), str)]
    longest = max(bodies, key=len, default="")
    return _TAG.sub(" ", _BREAK.sub("\n\n", longest)) or None


def as_list(value: Any) -> list[Any]:
    """A value that may be one, several or missing, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
