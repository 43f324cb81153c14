"""Where an element of a page stands: in its article, or beside it."""

import re
from collections.abc import Iterator
from typing import Any

# Not what says that there is none ("no-comments").
_BESIDE = re.compile(r"(?:^|(?<!no)(?<!has)(?<!with)[\s_-])(?:comment|kommentar|related|teaser|recommend)")
_COMMENTS = re.compile(r"(?:^|(?<!no)(?<!has)(?<!with)[\s_-])(?:comment|kommentar)")
_POST = re.compile(
    r"twitter-(?:tweet|video)|instagram-media|fb-post|(?:tiktok|bluesky|mastodon|reddit)-embed|(?:threads|text)-post"
)
_LONGEST_NAMING = 300


def is_beside(element: Any) -> bool:
    """Whether an element stands among comments or teasers, beside the article, or in the foot of the page."""
    return any(
        around.tag in ("nav", "aside")
        or _BESIDE.search(_named(around)) is not None
        or (around.tag == "footer" and not any(outer.tag == "article" for outer in around.iterancestors()))
        for around in _around(element)
    )


def is_in_comments(element: Any) -> bool:
    """Whether an element stands among comments."""
    return any(_COMMENTS.search(_named(around)) for around in _around(element))


def is_in_post(element: Any) -> bool:
    """Whether an element stands in an embedded post of a social network."""
    return any(_POST.search(_named(around)) for around in _around(element))


def _around(element: Any) -> Iterator[Any]:
    return (around for around in element.iterancestors() if around.tag not in ("body", "html"))


def _named(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower()[:_LONGEST_NAMING]
