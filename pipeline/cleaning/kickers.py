"""The kicker of an article: the line over its headline, or what stands before it in the heading of a page."""

import re
from collections.abc import Sequence

from pipeline.cleaning.dates import MONTHS
from pipeline.cleaning.lines import Line
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.phrases import match
from pipeline.cleaning.rules import LineReading, read

_MENU = frozenset(("start", "startseite", "home", "menü", "zurück"))
_MOST_WORDS, _MOST_MARKED_WORDS = 6, 12
"""Of a kicker; of one that the page calls so."""
_GENRES = frozenset(("kommentar", "meinung", "leitartikel", "glosse"))
"""What over a headline is its kicker, though elsewhere it may head comments or a menu."""
_ELSEWHERE = frozenset(("nav", "aside", "form", "footer", "button", "comments", "share", "advert", "figcaption"))
_NO_KICKER_TAGS = frozenset(("button", "label"))
_SHORTEST_WORD = 3
# A day stands in no kicker: such a line says when and where the article was published.
_DATED = re.compile(r"(?<!\d)\d{1,2}(?:[./]\d{1,2}[./]|\.? ?[A-ZÄ][a-zä]{2,8}\.? )(?:19|20)\d\d")
_PAGE = re.compile(r"Seite \d")
_NAME_OF_MONTH = rf"(?:{'|'.join(MONTHS)})[a-zä]{{0,6}}\.?"
_DAY_ALONE = re.compile(rf"{_NAME_OF_MONTH} \d{{1,2}}|\d{{1,2}}\.? {_NAME_OF_MONTH}", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3")
_FEWEST_TITLE_WORDS = 3
_BETWEEN = " :|–—-·•/"
"""What a page sets between a kicker and its headline."""


def kicker_over(lines: Sequence[Line], readings: Sequence[LineReading], title: int) -> str | None:
    """The line over the headline, which is line number `title`, made a field; None if none is there."""
    before = title - 1
    if before < 0 or not lines[before].open:
        return None
    line = lines[before]
    if line.lowered not in _GENRES:
        is_marked = line.markup is not None and "kicker" in line.markup.near
        far_down = not is_marked and before > 4 and len(lines[before - 1].words) <= 8 and lines[before - 1].open
        if far_down or _has(lines[title], line) or not _may_be_kicker(line, readings[before], marked=is_marked):
            return None
    line.become("kicker", "short line over the headline")
    return line.text.rstrip(" :")


def split_heading(lines: Sequence[Line], title: str) -> str | None:
    """The kicker in the heading of a page that has it before the headline, `title`; that heading is made a field.

    Many pages mark up both in one element (`<h1><span>Bildung</span> <span>Mehr Lehrer</span></h1>`).
    """
    headings = (line for line in lines if line.open and line.markup is not None and line.markup.tag in _HEADINGS)
    behind = (line for line in headings if line.text.endswith(title) and _are_apart(line.text[: -len(title)], title))
    found = next(behind, None)
    if found is None or len(title.split()) < _FEWEST_TITLE_WORDS:
        return None
    before = Line(line_text(found.text[: -len(title)]).strip(_BETWEEN) or ":", markup=found.markup)
    if not _may_be_kicker(before, read(before), marked=True):
        return None
    found.become("title", "is the record's title, behind its kicker")
    return before.text


def _are_apart(before: str, title: str) -> bool:
    """Whether something stands before a headline, and no word of it goes on there ("Neu" in "Neubau am Hafen").

    Elements side by side need no space between them ("Bauen am WasserNeue Brücke").
    """
    return bool(before) and before[-1] != "-" and (not before[-1].isalnum() or title[0].isupper())


def _has(title: Line, line: Line) -> bool:
    """Whether a line is a headline, if need be without its kicker ("Bildung: Mehr Lehrer")."""
    before, found, after = title.text.rpartition(line.text)
    return bool(found) and not after and (not before or before.rstrip()[-1:] in _BETWEEN)


def _may_be_kicker(line: Line, reading: LineReading, *, marked: bool) -> bool:
    most = _MOST_MARKED_WORDS if marked else _MOST_WORDS
    is_short = 1 <= len(line.words) <= most and not line.bullet and line.text[-1] not in ".!,"
    if not is_short or not reading.is_free or _DATED.search(line.text) or _is_no_word(line):
        return False
    is_menu = (
        "|" in line.text
        or " > " in line.text
        or line.words[0] in _MENU
        or all(match(word, [word]) is not None for word in line.words)
    )
    return not is_menu and not _stands_elsewhere(line)


def _is_no_word(line: Line) -> bool:
    """Whether a line is a number, a page's, a day ("Jun 17"), a choice of languages ("DE FR IT"), or in brackets."""
    return (
        line.text.isdigit()
        or (line.text[0] == "(" and line.text[-1] == ")")
        or _DAY_ALONE.fullmatch(line.text) is not None
        or _PAGE.match(line.text) is not None
        or (len(line.words) > 1 and max(map(len, line.words)) < _SHORTEST_WORD)
    )


def _stands_elsewhere(line: Line) -> bool:
    """Whether a page's line stands in a menu, a form or beside the article, and nothing says that it is a kicker."""
    mark = line.markup
    if mark is None or "kicker" in mark.near:
        return False
    return mark.tag in _NO_KICKER_TAGS or not mark.near.isdisjoint(_ELSEWHERE)
