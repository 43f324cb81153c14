"""The id of an article that came without one."""

import hashlib
from urllib.parse import urldefrag

from courlan import normalize_url
from pydantic import TypeAdapter, ValidationError

from schemas.codec import RecordError
from schemas.records import Identifier, RawArticle

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


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
        return f"url-{_digest(_normalised(article.url.strip()))}"
    return f"content-{_digest(article.title or '', article.text or '', article.html or '')}"


def with_id(article: RawArticle, key: str | None) -> RawArticle:
    """The article with its id (see `article_id`); the id holds to the rules for those that are given.

    Raises:
        RecordError: the message key is not fit to be an id.
    """
    if article.id is not None:
        return article
    try:
        identifier = _IDENTIFIER.validate_python(article_id(article, key=key))
    except ValidationError as error:
        raise RecordError("schema", f"id from the message key: {error.errors()[0]['msg']}") from None
    return article.model_copy(update={"id": identifier})


def _normalised(url: str) -> str:
    try:
        return normalize_url(urldefrag(url).url).rstrip("/")
    except ValueError:  # "http://[": no URL, but still a name that its producer gave
        return url


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
