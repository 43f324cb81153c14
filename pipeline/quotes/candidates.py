"""Candidates for quotes, as the rules, the reader and their combination exchange them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.spans import CharOffset, CharRange
from schemas.records import Medium, QuoteType


@dataclass(slots=True)
class QuoteCandidate:
    """A quote somebody found, before it is linked to entities and becomes part of a record.

    All spans are half-open code points into the article's text, in text order and without overlap within a role.
    `confidence` is the probability (0 to 1) that the quote is one, by the measure of what found it; `rule` names that
    where it was a rule. With `written`, the speaker is a writing in which the words are said to stand,
    whatever else is near.
    """

    spans: list[CharRange]
    type: QuoteType
    medium: Medium = "Speech"
    speaker_spans: list[CharRange] = field(default_factory=list)
    cue_spans: list[CharRange] = field(default_factory=list)
    frame_spans: list[CharRange] = field(default_factory=list)
    addressee_spans: list[CharRange] = field(default_factory=list)
    confidence: float = 0.5
    rule: str = ""
    written: bool = False

    @property
    def begin(self) -> CharOffset:
        return self.spans[0][0]

    @property
    def end(self) -> CharOffset:
        return self.spans[-1][1]


def covered(spans: Iterable[tuple[CharOffset, CharOffset]]) -> int:
    """The number of code points in `spans`, which must not overlap."""
    return sum(end - begin for begin, end in spans)


def shared(first: Iterable[tuple[CharOffset, CharOffset]], second: Iterable[tuple[CharOffset, CharOffset]]) -> int:
    """The number of code points that two lists of spans have in common."""
    second = list(second)
    return sum(
        max(0, min(end, other_end) - max(begin, other_begin))
        for begin, end in first
        for other_begin, other_end in second
    )


def overlap(first: Iterable[tuple[CharOffset, CharOffset]], second: Iterable[tuple[CharOffset, CharOffset]]) -> float:
    """How alike two lists of spans are: F1 over code points, 0 (disjoint) to 1 (equal)."""
    first, second = list(first), list(second)
    total = covered(first) + covered(second)
    return 2 * shared(first, second) / total if total else 0.0
