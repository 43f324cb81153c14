"""An annotated article in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.spans import CharOffset
from schemas.records import Medium, MentionKind, QuoteType

ChainType = Literal["PER", "ORG", "LOC", "MISC", "GRP", "DOC", "THG"]
PartName = Literal["kicker", "title", "byline", "dateline", "body"]
AnnotatedBlockKind = Literal["paragraph", "heading", "list", "quote"]

Range = tuple[CharOffset, CharOffset]
"""Half-open code points into the text of a part."""


@dataclass(frozen=True)
class AnnotatedChain:
    """Everything in an article that means the same person, body, place or thing.

    Attributes:
        key: how the markup refers to it.
        name: canonical, undeclined; where `named` is false a noun phrase in the nominative, without article.
        gender: of persons `f`, `m` or `x`, else `-`.
    """

    key: str
    type: ChainType
    gender: str
    name: str
    named: bool
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnnotatedMention:
    """A place in a part's text that means a chain.

    `speaks` and `hears` are the numbers of the quotes whose speaker or addressee it is.
    """

    begin: CharOffset
    end: CharOffset
    chain: str
    kind: MentionKind
    speaks: tuple[int, ...] = ()
    hears: tuple[int, ...] = ()
    stated: bool = False
    """Whether the kind stands in the markup, since the words would not tell it."""


@dataclass(frozen=True)
class AnnotatedQuote:
    """What somebody said: `speakers` are keys of chains, empty where the text does not tell who."""

    number: int
    type: QuoteType
    medium: Medium
    spans: tuple[Range, ...]
    speakers: tuple[str, ...]
    cue: tuple[Range, ...] = ()


@dataclass(frozen=True)
class NoQuote:
    """What looks like a quote and is none, and why."""

    begin: CharOffset
    end: CharOffset
    why: str


@dataclass(frozen=True)
class AnnotatedBlock:
    """A paragraph, heading, list item or block quote of the body."""

    begin: CharOffset
    end: CharOffset
    kind: AnnotatedBlockKind


@dataclass(frozen=True)
class Part:
    """A headline, the body, …: its text without markup, and what is annotated in it."""

    name: PartName
    text: str
    mentions: tuple[AnnotatedMention, ...] = ()
    quotes: tuple[AnnotatedQuote, ...] = ()
    none: tuple[NoQuote, ...] = ()
    blocks: tuple[AnnotatedBlock, ...] = ()
    lines: tuple[tuple[CharOffset, int], ...] = ()
    """Where in the text a line of the file begins: (code point, line number from 1), in order."""

    def line_at(self, position: CharOffset) -> int:
        """The line of the file that `position` of the text stands in."""
        line = self.lines[0][1] if self.lines else 1
        for begin, number in self.lines:
            if begin > position:
                break
            line = number
        return line


@dataclass(frozen=True)
class AnnotatedArticle:
    """One annotated article."""

    id: str
    head: dict[str, str]
    chains: dict[str, AnnotatedChain]
    parts: tuple[Part, ...] = field(default_factory=tuple)

    @property
    def body(self) -> Part:
        """The part that is the record's text."""
        return next(part for part in self.parts if part.name == "body")

    def part(self, name: PartName) -> Part | None:
        """The part of that name, if the article has it."""
        return next((part for part in self.parts if part.name == name), None)

    def mentions(self) -> Iterator[tuple[Part, AnnotatedMention]]:
        """All mentions of all parts, in the order of the file."""
        for part in self.parts:
            for mention in part.mentions:
                yield part, mention
