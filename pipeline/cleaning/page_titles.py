"""The headline of a page: without the names of the site that its title has before or behind it."""

import html
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from lxml import etree

from pipeline.cleaning.lines import words_of
from pipeline.cleaning.normalise import line_text

_SEPARATOR = re.compile(r" (?:\||-|–|—|::|:|•|·|›|»|«|⋆|│|/) ")
_DOMAIN = re.compile(r"(?:www\.)?[\w-]+\.(?:de|at|ch|com|net|org|eu|info)")
# What a page's title is where nobody wrote one: its program's own, the file's name, or what kind of page it is.
_NO_TITLE = re.compile(
    r"microsoft word - .*|\S+\.(?:pdf|docx?|odt|rtf|indd|html?)|un(?:benannte[sr]?|titled)(?: do[kc]ument)?|"
    r"do[kc]ument ?\d*|(?:presse|medien)(?:mitteilung|meldung|information)(?:en)?|"
    r"neue seite(?: \d{1,3})?|aktuelles|news|meldung(?:en)?|nachrichten|artikel|(?:dpa-)?notizblock",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"druck(?:ansicht|version|en)|print(?:ansicht|version)?|textversion")
_MOST_PARTS = 8
"""Of a title: the names of its department, site and publisher."""
_FEW_WORDS = 4
"""Of what may follow a headline that a heading has."""
_FEWEST_WORDS = 2
_MOST_HEADINGS = 6
_LONGEST_ADDRESS = 300
_HOME = re.compile(r"/?(?:index\.(?:html?|php))?")


def title_of(
    root: Any,
    metas: Mapping[str, str],
    articles: Sequence[dict[str, Any]],
    headings: Sequence[str],
    sites: Sequence[str],
) -> str | None:
    """The headline: OpenGraph's, as shown where the article is shared, without the site's name.

    JSON-LD's wins where it also gives an alternative headline, since such pages
    write og:title for search engines, unless it is a part of og:title.
    """
    titles = (line_text(title.text or "") for title in root.iter("title"))
    page = next((title for title in titles if title and _NO_TITLE.fullmatch(title) is None), None)
    for entry in articles:
        headline = entry.get("headline") or entry.get("name")
        if isinstance(headline, str) and headline.strip():
            linked = line_text(html.unescape(headline))
            shared = _without_site(line_text(metas.get("og:title", "")), [linked, *headings], sites)
            if "alternativeHeadline" in entry and linked not in shared:
                return _without_site(linked, headings, sites)
            return shared or _without_site(linked, headings, sites)
    shared = line_text(metas.get("og:title") or metas.get("twitter:title") or "")
    title = (
        _without_site(shared, headings, sites)
        if shared
        else _marked_headline(root) or _by_headings(root, page or "", headings, sites)
    )
    if headings and (not title or title.lower() in _lowered(sites)):
        return headings[0]
    return title or None


def _marked_headline(root: Any) -> str | None:
    """The first headline that an element is marked as."""
    marked = (element for element in root.iter(etree.Element) if element.get("itemprop") == "headline")
    first = next(marked, None)
    return line_text(first.get("content") or "".join(first.itertext())) or None if first is not None else None


def headings_of(root: Any, tags: Sequence[str]) -> list[str]:
    """The first headings of a page, but those that lead home with its site's name, and those that are no headline."""
    found = (
        text
        for heading in root.iter(*tags)
        if not any(_leads_home(link) for link in heading.iter("a")) and (text := line_text("".join(heading.itertext())))
        if _NO_TITLE.fullmatch(text) is None
    )
    return list(islice(found, _MOST_HEADINGS))


def _leads_home(link: Any) -> bool:
    address = (link.get("href") or "")[:_LONGEST_ADDRESS].partition("#")[0].partition("?")[0]
    path = address.partition("://")[2].partition("/")[2] if "://" in address else address
    return "home" in (link.get("rel") or "").split() or (bool(address) and _HOME.fullmatch(path) is not None)


def _by_headings(root: Any, page: str, headings: Sequence[str], sites: Sequence[str]) -> str:
    """What a page's `title` element says: the heading that it has among other parts, of the first rank before others.

    Behind "»", the site's name leads on to the headline.
    """
    known = _lowered(sites)
    second = headings_of(root, ("h2", "h3"))
    for heading in [*_longest_first(headings), *_longest_first(second)]:
        begin = page.find(heading)
        if begin < 0 or len(words_of(heading)) < _FEWEST_WORDS or heading.lower() in known:
            continue
        before, after = page[:begin], page[begin + len(heading) :]
        led_in = not before or before.endswith(": ") or _SEPARATOR.search(before[-3:])
        tail = after[2:] if after.startswith(": ") else ""
        names_site = 0 < len(tail.split()) <= _FEW_WORDS and heading in headings and tail not in second
        set_off = led_in and (not after or _SEPARATOR.match(after) or names_site)
        if set_off and " » " not in after and (after or before[:-3] not in second):
            return heading
    return _without_site(page, headings, sites)


def _longest_first(headings: Sequence[str]) -> list[str]:
    return sorted(headings, key=len, reverse=True)


def _without_site(title: str, others: Sequence[str], sites: Sequence[str]) -> str:
    known = _lowered(sites)
    for _ in range(_MOST_PARTS):
        whole = title
        separators = list(_SEPARATOR.finditer(title))
        for cut in separators[::-1][:_MOST_PARTS]:
            tail, head = title[cut.end() :].strip().lower(), title[: cut.start()].strip()
            if head and _is_tail(tail, head, others, known):
                title = head
                break
        first = _SEPARATOR.search(title)
        if first is not None and _is_site(title[: first.start()].strip().lower(), known):
            title = title[first.end() :].strip()
        if title == whole:
            break
    return title


def _is_tail(tail: str, head: str, others: Sequence[str], known: set[str]) -> bool:
    """Whether what follows a separator names the site, in lower case, and `head` is all of the title."""
    if _is_site(tail, known) or any(tail in site.split() for site in known) or _PRINTED.fullmatch(tail):
        return True
    return head in others and len(tail.split()) <= _FEW_WORDS


def _is_site(name: str, known: set[str]) -> bool:
    return name in known or any(name == site.split(".")[0] for site in known) or _DOMAIN.fullmatch(name) is not None


def _lowered(sites: Sequence[str]) -> set[str]:
    return {site.lower() for site in sites}
