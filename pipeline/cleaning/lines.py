"""The lines of an article on their way to a verdict."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.cleaning.counts import words_of_lines
from pipeline.cleaning.normalise import unify, without_entities
from pipeline.cleaning.wrapping import unwrapped
from pipeline.lexicon.words import AFTER_ORDINAL, AFTER_ORDINAL_IN_LINE, MONTHS
from schemas.records import BlockKind, RemovalReason

_BULLET = re.compile(r"(?:[•·▪◦‣●○■–—*-]|\d{1,3}[.)])\s+(?=\S)")
_WORD = re.compile(r"\w+")
STEM = 6
TIME_RULE = "date or reading time"
NOTHING_UNDER_IT = "heading with nothing under it"
"""The rules by which lines go that are nothing but a time, and a text's last line that is a heading."""
_SHORTEST = 5
_LONGEST_ITEM = 240
_BEHIND_ORDINALS = MONTHS | AFTER_ORDINAL | AFTER_ORDINAL_IN_LINE
_SHORT_MONTH = re.compile(r"(?:jan|jän|feb|mär|mrz|apr|jun|jul|aug|sept?|okt|nov|dez|\d{1,2})\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BrokenText:
    """What stands between two line breaks of a page, and which share of it is set off, 0 to 1."""

    text: str
    bold_share: float


@dataclass(slots=True)
class Markup:
    """What the page's HTML says about a line.

    Attributes:
        tag: the block element it stands in.
        link_share: share of its characters inside links, 0 to 1.
        near: words for what its element and the few around it are or call themselves.
        far: the same of all elements around it.
        signature: number of its kind of element (tag and class, those of its parent).
        container: number of the element it shares with its siblings.
        depth: how many block elements it is nested in.
        bold_share: share of its characters that is set off, bold or in italics, 0 to 1.
        time: what a `time` element in it gives as its moment, as it stands there.
        parts: what stands between its line breaks (`br`), if it has some.
        row: number of the table's row whose cell it is, if it is one.
        around: `surroundings.AROUND_COLUMNS`, what the elements around it hold; empty until the whole page is read.
    """

    tag: str
    link_share: float
    near: frozenset[str]
    far: frozenset[str]
    signature: int
    container: int
    depth: int
    bold_share: float = 0.0
    time: str | None = None
    parts: Sequence[BrokenText] = ()
    row: int | None = None
    around: Sequence[float] = ()


@dataclass(slots=True)
class Line:
    """A line or block and what was decided about it.

    Attributes:
        text: its normalised text, never empty.
        bullet: whether a bullet or number stood before it; that mark is not in `text`.
        mark: that mark, as it stood there; "" where there is none, or an element of the page says it.
        number: the number of that mark, if it is one.
        gap: whether a blank line stands before it.
        markup: its HTML, if it came from a page.
        lowered: `text` in lower case.
        words: the words of `lowered`, found in it if they are not given.
        paragraph: whether it reads like one, once `head.is_paragraph` was asked.
        known_stems: its stems, once `stems` was asked.
        kind: what it is in the text, if it is kept.
        field: name of the field it became, if it did.
        reason: why it was removed, if it was.
        rule: which rule or model gave the verdict.
        entry: number of the ticker's entry that it is a part of, if it is of one.
        time: RFC 3339, of that entry, if its day is known.
    """

    text: str
    bullet: bool = False
    mark: str = ""
    number: int | None = None
    gap: bool = False
    markup: Markup | None = None
    lowered: str = field(init=False)
    words: list[str] = field(default_factory=list)
    paragraph: bool | None = None
    known_stems: set[str] | None = None
    kind: BlockKind | None = None
    field: str | None = None
    reason: RemovalReason | None = None
    rule: str = ""
    entry: int | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        self.lowered = self.text.lower()
        if not self.words:
            self.words = _WORD.findall(self.lowered)

    def put_back_mark(self) -> None:
        """Have the mark in its text."""
        self.text, self.words = f"{self.mark} {self.text}", []
        self.__post_init__()

    @property
    def stems(self) -> set[str]:
        """The beginnings of its longer words, so that inflection does not matter."""
        if self.known_stems is None:
            self.known_stems = {word[:STEM] for word in self.words if len(word) >= _SHORTEST}
        return self.known_stems

    @property
    def open(self) -> bool:
        """Whether nothing has been decided yet."""
        return self.kind is None and self.field is None and self.reason is None

    def keep(self, kind: BlockKind, rule: str) -> None:
        """Make it part of the text."""
        self.kind, self.field, self.reason, self.rule = kind, None, None, rule

    def become(self, name: str, rule: str) -> None:
        """Make it the article's field `name`."""
        self.kind, self.field, self.reason, self.rule = None, name, None, rule

    def remove(self, reason: RemovalReason, rule: str) -> None:
        """Take it out of the text."""
        self.kind, self.field, self.reason, self.rule = None, None, reason, rule


def words_of(text: str) -> list[str]:
    """The lower-case words of a text."""
    return _WORD.findall(text.lower())


def stems_of(words: list[str]) -> list[str]:
    """The beginnings of the words of five letters and more."""
    return [word[:STEM] for word in words if len(word) >= _SHORTEST]


def text_lines(text: str) -> list[Line]:
    """The non-empty lines of a plain text, normalised, hard-wrapped paragraphs joined."""
    parts: list[tuple[str, str, int | None]] = []
    gaps: list[bool] = []
    gap = False
    for raw in unwrapped(unify(without_entities(text))):
        stripped = raw.strip()
        if not stripped:
            gap = True
            continue
        parts.append(_without_mark(stripped))
        gaps.append(gap)
        gap = False
    if not parts:
        return []
    words = words_of_lines([rest for rest, _, _ in parts])
    return [
        Line(rest, bullet=bool(mark), mark=mark, number=number, gap=gap, words=own)
        for (rest, mark, number), gap, own in zip(parts, gaps, words, strict=True)
    ]


def line_of(text: str, *, gap: bool = False, markup: Markup | None = None, bullet: bool = False) -> Line:
    """A Line of a stripped, normalised text; a list mark at its start is taken off.

    The number of "12. Juni", "5. 11. 2021" or "1. FC" is no such mark.
    """
    rest, mark, number = _without_mark(text)
    return Line(rest, bullet=bullet or bool(mark), mark=mark, number=number, gap=gap, markup=markup)


def _without_mark(text: str) -> tuple[str, str, int | None]:
    """A text without the mark of a list at its start, that mark, and its number if it is one."""
    found = _BULLET.match(text)
    mark = found.group().strip() if found is not None else ""
    if found is None or (mark[0].isdigit() and mark.endswith(".") and _is_ordinal(text, found.end())):
        return text, "", None
    return text[found.end() :], mark, int(mark[:-1]) if mark[0].isdigit() else None


def _is_ordinal(text: str, begin: int) -> bool:
    """Whether the number and full stop before `begin` belong to the sentence that goes on there."""
    following = _WORD.match(text, begin)
    known = following is not None and following[0].lower() in _BEHIND_ORDINALS
    return known or len(text) > _LONGEST_ITEM or _SHORT_MONTH.match(text, begin) is not None
