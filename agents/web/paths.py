"""Addresses of pages, and of articles elsewhere."""

from hashlib import blake2b
from urllib.parse import quote, urlsplit

from agents.web.models.quotes import beginning


def article_path(id_: str) -> str:
    """The address of an article's page. Dots alone would be taken for a folder, so such ids go into the query."""
    return f"/articles/?id={quote(id_, safe='')}" if id_ in {".", ".."} else f"/articles/{quote(id_, safe='')}"


def entity_path(id_: str) -> str:
    """The address of an entity's page."""
    parts = [quote(part, safe="") for part in id_.split("/")]
    if any(part in {"", ".", ".."} for part in parts):
        return f"/entities/?id={quote(id_, safe='')}"
    return "/entities/" + "/".join(parts)


def web_address(url: str | None) -> str | None:
    """An article's address, if it is one that may become a link."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def quote_path(article: str, text: str) -> str:
    """The address of a quote in an article, by its words."""
    return f"{article_path(article)}#{words_anchor(text)}"


def words_anchor(text: str) -> str:
    """The place of a quote within the page of its article, whatever number it has in the article's present version."""
    return "words-" + blake2b(beginning(text).encode(), digest_size=6).hexdigest()
