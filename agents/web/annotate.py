"""An article's text cut into pieces, each knowing every quote, role and entity it belongs to.

Quotes may be nested, broken up, or cross a paragraph's end; pieces are cut
wherever anything begins or ends, so that each can be marked up by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from schemas.records import BlockKind, QuoteArticle
from schemas.spans import Span

HUES = 8
ROLES = ("speaker", "cue", "frame", "addressee")


@dataclass
class Piece:
    """A stretch of text that is the same all along.

    Attributes:
        quotes: numbers of the quotes it is part of, outermost first.
        begins: numbers of the quotes that begin with it.
        roles: for each role in ROLES that it plays, the numbers of the quotes.
        entity: id of the entity mentioned, or None.
        hue: the number of the colour of who says it, or None.
        speaker_hue: the number of the colour of whom it names as a speaker, or None.
    """

    text: str
    quotes: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    roles: dict[str, list[int]] = field(default_factory=dict)
    entity: str | None = None
    hue: int | None = None
    speaker_hue: int | None = None


@dataclass(frozen=True)
class Paragraph:
    """A block of the text in pieces."""

    kind: BlockKind
    pieces: list[Piece]


@dataclass(frozen=True)
class _Mark:
    begin: int
    end: int
    kind: str
    number: int
    first: bool


class _Sweep:
    """Those of some marks that cover a place; places are asked for in ascending order, and each mark is looked at once.

    Args:
        marks: in any order, in which they are given again.
    """

    def __init__(self, marks: Sequence[_Mark]) -> None:
        self._marks = marks
        self._coming = sorted(range(len(marks)), key=lambda number: marks[number].begin, reverse=True)
        self._here: list[int] = []

    def within(self, begin: int, end: int) -> list[_Mark]:
        """The marks that something between `begin` and `end` belongs to; the next `begin` is no smaller."""
        self._here = [number for number in self._here if self._marks[number].end > begin]
        while self._coming and self._marks[self._coming[-1]].begin < end:
            if self._marks[number := self._coming.pop()].end > begin:
                self._here.append(number)
        return [self._marks[number] for number in sorted(self._here)]


def hues(article: QuoteArticle) -> list[int | None]:
    """For each quote the number of its speaker's colour; None without a speaker. Speakers in order of appearance."""
    speakers: dict[str, int] = {}
    found: list[int | None] = []
    for quote in article.quotes:
        if quote.speaker is None:
            found.append(None)
            continue
        key = quote.speaker.entity or quote.speaker.name or quote.speaker.text
        found.append(speakers.setdefault(key, len(speakers)) % HUES)
    return found


def paragraphs(article: QuoteArticle) -> list[Paragraph]:
    """The text's blocks in pieces; what lies in no block becomes paragraphs too, so that nothing is left out."""
    marks = _Sweep(list(_marks(article)))
    colours = hues(article)
    return [
        Paragraph(kind, list(_pieces(article, begin, end, marks.within(begin, end), colours)))
        for kind, begin, end in _blocks(article)
        if article.text[begin:end].strip()
    ]


def _blocks(article: QuoteArticle) -> Iterable[tuple[BlockKind, int, int]]:
    end = 0
    for block in sorted(article.blocks, key=lambda block: block.begin):
        if block.begin > end:
            yield "paragraph", end, block.begin
        if block.end > end:
            yield block.kind, max(block.begin, end), block.end
            end = block.end
    if end < len(article.text):
        yield "paragraph", end, len(article.text)


def _marks(article: QuoteArticle) -> Iterable[_Mark]:
    for number, quote in enumerate(article.quotes):
        yield from _of_spans(quote.spans, "quote", number)
        for role in ROLES:
            part = getattr(quote, role)
            if part is not None:
                yield from _of_spans(part.spans, role, number)
    for number, entity in enumerate(article.entities):
        yield from _of_spans(entity.mentions, "entity", number)


def _of_spans(spans: Iterable[Span], kind: str, number: int) -> Iterable[_Mark]:
    for index, span in enumerate(spans):
        yield _Mark(span.begin, span.end, kind, number, index == 0)


def _pieces(
    article: QuoteArticle, begin: int, end: int, inside: list[_Mark], colours: list[int | None]
) -> Iterable[Piece]:
    """What lies between `begin` and `end`, with the marks that something of it belongs to."""
    marks = _Sweep(inside)
    edges = sorted({begin, end} | {edge for mark in inside for edge in (mark.begin, mark.end) if begin < edge < end})
    for left, right in pairwise(edges):
        covering = marks.within(left, right)
        piece = Piece(article.text[left:right])
        by_size = sorted(
            (mark for mark in covering if mark.kind == "quote"), key=lambda mark: (mark.begin - mark.end, mark.number)
        )
        piece.quotes = [mark.number for mark in by_size]
        piece.begins = [mark.number for mark in by_size if mark.first and mark.begin == left]
        for mark in covering:
            if mark.kind in ROLES:
                piece.roles.setdefault(mark.kind, []).append(mark.number)
        mentions = [mark for mark in covering if mark.kind == "entity"]
        if mentions:
            piece.entity = article.entities[min(mentions, key=lambda mark: mark.end - mark.begin).number].id
        if piece.quotes:
            piece.hue = colours[piece.quotes[-1]]
        if "speaker" in piece.roles:
            piece.speaker_hue = colours[piece.roles["speaker"][0]]
        yield piece
