"""From a fetched page to its article: its canonical URL, its record, and whether it says something new."""

import hashlib
import html
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courlan import extract_domain
from yarl import URL

from agents.charset import decoded
from agents.feed.feed_document import FeedEntry
from agents.feed.feed_list import FeedSource
from agents.feed.fetching import FetchError, FetchResponse
from pipeline.errors import Rejected
from schemas.records import CleanArticle, RawArticle

log = logging.getLogger("redefluss.feed")

PAGE_TYPES = {"text/html", "application/xhtml+xml", "text/plain", ""}
_LINK = re.compile(r"<link\b[^>]{0,2000}>", re.IGNORECASE)
_CANONICAL = re.compile(r"\brel\s*=\s*[\"']?canonical\b", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_HEAD_CHARACTERS = 300_000
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def text_of(answer: FetchResponse) -> str:
    """The page's text, in the encoding that its server or itself declares.

    Raises:
        FetchError: it is no page, or an empty one.
    """
    if answer.content_type not in PAGE_TYPES:
        raise FetchError(f"no page: {answer.content_type[:60]}", "refused")
    charset = _CHARSET.search(answer.headers.get("Content-Type", ""))
    text = decoded(answer.body, declared=charset[1] if charset else None)
    if not text.strip():
        raise FetchError("an empty page", "failed")
    if "\x00" in text[:4096]:
        raise FetchError("no page: binary data", "refused")
    return text


def canonical_url(text: str, url: str) -> str:
    """What the page says its URL is, if that is a page of the same site; else `url`, without fragment and password.

    A canonical link to the front page is a mistake that some sites make on every page.
    """
    here = URL(url).with_fragment(None).with_user(None)
    for tag in _LINK.finditer(text[:_HEAD_CHARACTERS]):
        href = _HREF.search(tag[0]) if _CANONICAL.search(tag[0]) else None
        if href is None:
            continue
        try:
            there = here.join(URL(html.unescape(next(filter(None, href.groups()), "")).strip())).with_fragment(None)
            if there.scheme in ("http", "https") and _same_site(here, there) and there.path.strip("/"):
                return str(there.with_user(None))
        except ValueError:  # also of a host that cannot be
            continue
    return str(here)


def article(
    feed: FeedSource, title: str | None, entry: FeedEntry, *, identifier: str, url: str, text: str
) -> RawArticle:
    """The record of a page: the same page, listed in the same way, gives the same bytes.

    Args:
        title: of the feed.
        identifier: the article's id.
        url: canonical.
        text: the page.
    """
    meta: dict[str, Any] = {"url": feed.public_url}
    if title:
        meta["title"] = title
    return RawArticle(
        id=identifier,
        url=url,
        source=feed.source,
        html=text,
        language=feed.language,
        published_at=entry.published_at or entry.updated_at,
        meta={"feed": meta | {"entry": entry.metadata()}},
    )


@dataclass(frozen=True)
class PageReading:
    """What a page says, without what changes at each request: advertisements, counters, teasers.

    Attributes:
        fingerprint: the same for two pages with the same headline and body.
        kept, removed: characters of the body, and of what cleaning took out.
    """

    fingerprint: str
    kept: int = 0
    removed: int = 0


def read(clean: Callable[[RawArticle], CleanArticle], record: RawArticle) -> PageReading:
    """Read a page as the first stage does; what that does not take is compared as it is."""
    try:
        found = clean(record)
    except Exception as error:
        # The worker's first stage makes a dead letter of it, and says there what is wrong.
        if not isinstance(error, Rejected):
            log.warning("%s: cannot be read (%s)", record.url, type(error).__name__, exc_info=True)
        return PageReading(_digest(record.html or ""))
    removed = sum(len(part.text) for part in found.removed)
    return PageReading(_digest(found.title or "", found.text), kept=len(found.text), removed=removed)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _same_site(one: URL, other: URL) -> bool:
    if one.host == other.host:
        return True
    domain = extract_domain(str(one))
    return domain is not None and domain == extract_domain(str(other))
