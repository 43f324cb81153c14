"""What the elements of a page say of themselves: what stands in them, whether it is shown, and where they lead."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from pipeline.cleaning.lines import words_of

_SECTIONS = frozenset(
    words_of("article main aside nav footer header figure figcaption form ul ol table blockquote button h1 h2 h3")
)
_NAMING = ("class", "id", "role", "itemprop", "data-testid", "data-component", "data-type", "data-qa", "aria-label")
LONGEST_NAME = 300
_UNSEEN_CLASS = re.compile(r"(?:^|\s)(?:mw-)?editsection(?:\s|$)")
"""What MediaWiki sets beside headings: "[Bearbeiten]"."""
_HIDDEN_STYLE = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)


def is_unseen(element: Any, hints: frozenset[str], classes: str) -> bool:
    """Whether an element within a line is not shown, or leads to the editor of a wiki; its hints are known."""
    return ("hidden" in hints and _is_hidden(element)) or _UNSEEN_CLASS.search(classes) is not None


def _is_hidden(element: Any) -> bool:
    style = element.get("style")
    return "hidden" in element.attrib or (bool(style) and _HIDDEN_STYLE.search(style[:LONGEST_NAME]) is not None)


def is_target(anchor: Any) -> bool:
    """Whether an anchor leads nowhere and is only what others lead to, as those that Word puts around headings."""
    attributes = anchor.attrib
    return "href" not in attributes and ("name" in attributes or "id" in attributes)


def hints_of(element: Any) -> frozenset[str]:
    """The categories of `data/hints.toml` that an element's names and tag belong to, and whether it is hidden."""
    found: frozenset[str] = frozenset((element.tag,)) if element.tag in _SECTIONS else frozenset()
    attributes = element.attrib
    if not attributes:
        return found
    for name in _NAMING:
        value = attributes.get(name)
        if value:
            found |= _hints_in(value[:LONGEST_NAME])
    if _is_hidden(element):
        found |= {"hidden"}
    return found


@lru_cache(maxsize=20_000)
def _hints_in(value: str) -> frozenset[str]:
    lowered = value.lower()
    return frozenset(category for category, words in _categories() if words.search(lowered))


@cache
def _categories() -> tuple[tuple[str, re.Pattern[str]], ...]:
    source = tomllib.loads((files(__package__) / "data" / "hints.toml").read_text(encoding="utf-8"))
    return tuple(
        (category, re.compile("|".join(re.escape(word) for word in words))) for category, words in source.items()
    )
