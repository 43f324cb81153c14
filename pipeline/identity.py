"""The id of an article that came without one."""

import hashlib

from courlan import normalize_url

from schemas.records import RawArticle


def article_id(article: RawArticle, *, key: str | None) -> str:
    """The article's own id, else the message key, else one made from its URL, else from its content.

    The same article always gets the same id: URLs that differ in case of the
    host, fragment, tracking parameters or their order count as one.
    """
    if article.id is not None:
        return article.id
    if key:
        return key
    if article.url and article.url.strip():
        normalised = normalize_url(article.url.strip(), strict=False).rstrip("/")
        return f"url-{_digest(normalised)}"
    return f"content-{_digest(article.title or '', article.text or '', article.html or '')}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
