"""Who wrote an article, as its page says: by JSON-LD, by meta tags, or by elements that are marked as its author."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml import etree

from pipeline.cleaning.agencies import AGENCY_BY_NAME
from pipeline.cleaning.elements import is_beside
from pipeline.cleaning.linked_data import as_list, types_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.shapes import is_name

_SEPARATOR = re.compile(r"\s*(?:,|;|\||/(?!in\b)| und | and |&| mit )\s*")
_PREFIX = re.compile(
    r"\A(?:(?:beitragsautor(?:in)?:? ?)?(?:(?:eingestellt|geschrieben|veröffentlicht|verfasst|erstellt) )?von:?|"
    r"(?:(?:posted|written) )?by|par|text:|autor(?:[/*:_]?in(?:n?en)?|en)?:)\s+|\A(?-i:Autor|Author)(?=[A-ZÄÖÜ])",
    re.IGNORECASE,
)
_METAS = ("author", "article:author", "dc.creator", "parsely-author")
_COUNTRIES = frozenset(("germany", "deutschland", "austria", "österreich", "switzerland", "schweiz"))
_AUTHOR_CLASSES = frozenset(
    ("author", "autor", "author-name", "author__name", "autorname", "byline", "byline__author", "article-author",
     "article__author", "entry-author", "post-author", "fn")
)  # fmt: skip
# What content management systems call whom nobody has named.
_ACCOUNTS = re.compile(
    r"(?:\w*admin|administrator|super user|publisher|webmaster|root|user|gast|unknown|unbekannt|anonymous|none|null)$",
    re.IGNORECASE,
)
_SHARE = re.compile(r" \((?:text|fotos?|bild(?:er)?|videos?|illustration(?:en)?|grafik(?:en)?)\)$", re.IGNORECASE)
_LINK_TEXT = re.compile(
    r"[→›»]|\b(?:alle|weitere|mehr|zeige|archiv|artikel|beiträge|posts|profil|weiter|show|view|about|über)\b",
    re.IGNORECASE,
)
_LONGEST = 80
_LONGEST_NAME = 60
_MOST_MARKED = 60
_NO_PLACES = frozenset(("redaktion", *AGENCY_BY_NAME))
_ABBREVIATED = re.compile(r"(?:^|[ .])\w{1,3}\.$")


def authors_of(
    root: Any,
    metas: Mapping[str, str],
    articles: Sequence[dict[str, Any]],
    objects: Mapping[str, dict[str, Any]],
    sites: Sequence[str],
) -> list[str]:
    """The authors of a page's article.

    Args:
        root: the page.
        metas: its meta tags.
        articles: its JSON-LD's articles.
        objects: the objects of its JSON-LD by their `@id`, to which articles refer.
        sites: names by which the site calls itself.
    """
    people: list[str] = []
    organisations: list[str] = []
    for entry in articles:
        for author in as_list(entry.get("author")):
            known_as = objects.get(str(author.get("@id")), {}) if isinstance(author, dict) else {}
            kind = types_of(author) | types_of(known_as) if isinstance(author, dict) else set()
            name = author.get("name") or known_as.get("name") if isinstance(author, dict) else author
            for one in as_list(name):
                if isinstance(one, str):
                    if "organization" in kind:
                        organisations += _whole(one)
                    else:
                        people += _names(one)
        if people or organisations:
            break
    known = {site.lower() for site in sites}
    people = [name for name in people if name.lower() not in known] or people
    if people and any(name.lower() not in known for name in people):
        return _unique(
            [*people, *organisations] if organisations and not known & {o.lower() for o in organisations} else people
        )
    named = [
        name
        for content in map(metas.get, _METAS)
        if content
        for name in _names(content)
        if name.lower() not in known and not any(name.lower() in site or site in name.lower() for site in known)
    ]
    return _unique(named or _without_sites(_marked(root), known) or people or organisations)


def _without_sites(names: list[str], sites: set[str]) -> list[str]:
    """Names without what the site calls a part of itself ("Ida Muster, MDR AKTUELL"), if others are among them."""
    others = [name for name in names if not sites.intersection((name.lower(), name.lower().partition(" ")[0]))]
    return others or names


def _marked(root: Any) -> list[str]:
    """The authors by elements that are marked so, but in comments, beside the article or in the page's foot."""
    names: list[str] = []
    classed: list[str] = []
    for element, marked in islice(_candidates(root), _MOST_MARKED):
        if is_beside(element):
            continue
        inner = next((part for part in element.iter() if part.get("itemprop") == "name"), element)
        text = " ".join("".join(inner.itertext()).split())
        if len(text) <= _LONGEST_NAME and not _LINK_TEXT.search(text):
            if marked:
                names += _names(text)
            elif all(map(is_name, found := _names(text))):
                classed += found
    return names or classed


def _candidates(root: Any) -> Iterator[tuple[Any, bool]]:
    """The elements that say that they hold an author, and whether they are marked so, or only have such a class."""
    for element in root.iter(etree.Element):
        marked = "author" in (element.get("rel") or "").split() or element.get("itemprop") == "author"
        if marked or not _AUTHOR_CLASSES.isdisjoint((element.get("class") or "").lower().split()):
            yield element, marked


def _names(text: str) -> list[str]:
    """The names in a list of authors; the one of an organisation as a whole, though it may have an "und"."""
    whole = _whole(text)
    if not whole:
        return []
    parts = [part for part in map(_trimmed, _SEPARATOR.split(whole[0])) if _is_name(part)]
    if len(parts) > 1 and parts[-1].lower() in _COUNTRIES:
        return [whole[0].partition(",")[0]]  # "Waldauer Bote, Waldau, Germany"
    single = [part for part in parts if " " not in part and part[0].isupper() and part.lower() not in _NO_PLACES]
    if len(parts) > 1 and single:
        # "Ida Muster, Waldau" is a person and a place; "Kirche und Leben" and "Amt für Bauen, Wohnen" are one name.
        return [part for part in parts if part not in single] if is_name(parts[0]) else whole
    return parts


def _whole(text: str) -> list[str]:
    """A name as it stands, if it is one: no address, and no account of a content management system."""
    name = _trimmed(line_text(html.unescape(text)))
    return [name] if "://" not in name and len(name) <= 300 and _is_name(name) else []


def _trimmed(name: str) -> str:
    name = _SHARE.sub("", _PREFIX.sub("", name.strip(" |")).strip(" |"))
    return name if _ABBREVIATED.search(name) else name.rstrip(" .|").lstrip(" .")


def _is_name(name: str) -> bool:
    return any(character.isalpha() for character in name) and "@" not in name and _ACCOUNTS.match(name) is None


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if len(name) <= _LONGEST))
