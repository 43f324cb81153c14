"""The id of an article that came without one, and what tells its versions apart."""

import hashlib
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from schemas.codec import RecordError
from schemas.records import ArticleId, CleanArticle, RawArticle

_TRACKERS = re.compile(
    r"(?:utm|mtm|pk|wt|itm|mkt|ga|gs|mc|ml|oly|vero|hsa)_.*|at_(?:medium|campaign|custom\d|source|variant|format|term)|"
    r"(?:dc|fbc|gc|twc|yc|ysc)lid|(?:click|gbra|igsh|msclk|wbra)id|_g[al]|ref_src|s_cid|xtor"
)
_PERHAPS_TRACKERS = frozenset(
    {"ref", "referer", "referrer", "source", "campaign", "medium", "affiliate", "session", "sessionid", "phpsessid"}
)
"""Where a number follows, it may well be that of an article."""
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_NOTHING = re.compile(
    r"[\W_]*|https?:/*|about:blank|n/?a|\W?nan\W?|none|null|nil|undefined|unknown|unbekannt|k\. ?a\.", re.IGNORECASE
)
"""What programs write where they know no URL: articles that have it in common are not one article."""
_ARTICLE_ID: TypeAdapter[str] = TypeAdapter(ArticleId)


def article_id(article: RawArticle, *, key: str | None) -> str:
    """The article's own id, else the message key, else one made from its URL, else from its content.

    The same article always gets the same id: URLs that differ in case of the
    host, fragment, tracking parameters or their order count as one. A fragment
    that begins with "!" or "/" is an address, and counts.
    """
    if article.id is not None:
        return article.id
    if key:
        return key
    named = (article.url or "").strip()
    if not _NOTHING.fullmatch(named) and (url := _normalised(named)):
        return f"url-{_digest(url)}"
    return f"content-{_digest(article.title or '', article.text or '', article.html or '')}"


def version_hash(article: CleanArticle) -> str:
    """24 hex digits that differ where an article says something else: in its text, or in what is shown with it.

    Its address and `meta` do not count, nor when it was changed and what was removed: they may differ each time that
    the same page is fetched.
    """
    shown = (article.kicker, article.title, article.source, article.published_at, *article.authors)
    return _digest(article.text, *(part or "" for part in shown))


def with_id(article: RawArticle, key: str | None) -> RawArticle:
    """The article with its id (see `article_id`); the id holds to the rules for those that are given.

    Raises:
        RecordError: the message key is not fit to be an id.
    """
    if article.id is not None:
        return article
    try:
        identifier = _ARTICLE_ID.validate_python(article_id(article, key=key))
    except ValidationError as error:
        raise RecordError("schema", f"id from the message key: {error.errors()[0]['msg']}") from None
    return article.model_copy(update={"id": identifier})


def key_text(key: bytes | None) -> str | None:
    """A message key as an id can have it: its text, or a name made from its bytes where they are not UTF-8."""
    if key is None:
        return None
    try:
        return key.decode()
    except UnicodeDecodeError:
        return f"key-{hashlib.sha256(key).hexdigest()[:24]}"


def _normalised(url: str) -> str:
    """courlan's normal form, but for the query, of which it drops what may name the article: `?4711`, `cid=4711`."""
    from courlan import normalize_url  # 3 MB with what it imports, which processes without articles need not have

    try:
        parts = urlsplit(_SESSION.sub("", url))
        bare = _ESCAPED.sub(lambda found: found.group().upper(), parts._replace(query="", fragment="").geturl())
        address = normalize_url(bare).rstrip("/")
    except ValueError:  # "http://[": no URL, but still a name that its producer gave
        return url
    # What is no UTF-8 ("M%E4rz") stays apart from other such words.
    asked = parse_qsl(parts.query.replace("&amp;", "&"), keep_blank_values=True, errors="surrogateescape")
    kept = sorted((pair for pair in asked if not _tracks(*pair)), key=lambda pair: pair[0])
    query = urlencode(kept, errors="surrogateescape")
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) and len(parts.fragment) > 1 else ""
    return f"{address}{'/' if query and address.count('/') == 2 else ''}{'?' if query else ''}{query}{route}"


def _tracks(name: str, value: str) -> bool:
    """Whether a part of a query says where the reader came from, and not what the page is."""
    name = name.lower()
    return _TRACKERS.fullmatch(name) is not None or (name in _PERHAPS_TRACKERS and not value.isdecimal())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
