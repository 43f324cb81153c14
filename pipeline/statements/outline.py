"""The outline of a statement: what tells whether a quote could belong to it, in a fraction of the size of its record.

An outline is an array of whole numbers of 32 bits. Many are read and kept, and an array takes least time and memory for
that, and none of the garbage collector's time. Ids and words are in it as hashes: where two have the same one, a
statement is read once too often.
"""

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from zlib import crc32

from pipeline.statements.held_quotes import HeldQuotes, weight_of
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.same_statement import ComparedQuote
from pipeline.statements.wording_graph import terms_of
from schemas.records import Statement

Outline: TypeAlias = "array[int]"
"""When the statement was given out (microseconds, in two numbers), its weight, how many terms that wording has which
has fewest, whether one has several sentences, the numbers of articles, of quotes and of terms, and then: its articles,
its quotes, of each quote the one that it says to be part of (0: none), the terms of its wordings, and of each wording
the number of its figures and these."""
_HEAD = 8
_REMEMBERED = 8
"""Wordings: a quote is looked up as it comes, and then stands in the outline of its statement."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Wordings(NamedTuple):
    """What another wording has to have in common with these, of a quote or of a statement, to say the same as one.

    Attributes:
        terms: what they are found by.
        fewest: how many terms that one has which has fewest.
        sentences: whether one of them has several, of which one may be all that it has in common with another wording.
        figures: those in each of them.
    """

    terms: Sequence[int]
    fewest: int
    sentences: bool
    figures: Sequence[Sequence[int]]

    @classmethod
    def of(cls, wordings: Iterable[ComparedQuote]) -> "Wordings":
        """What is to be known of some wordings."""
        each = [_known_of(compared) for compared in wordings]
        if len(each) == 1:
            return each[0]
        terms = sorted({term for own in each for term in own.terms})
        figures = sorted({tuple(figures) for own in each for figures in own.figures})
        return cls(terms, min(own.fewest for own in each), any(own.sentences for own in each), figures)

    def agree(self, other: "Wordings") -> bool:
        """Whether `same_statement` may say yes to a wording of either, as far as their figures tell.

        It wants the figures of one among those of the other, unless they share a sentence and each has more than that.
        """
        if self.sentences and other.sentences:
            return True
        return any(set(one) <= set(two) or set(two) <= set(one) for one in self.figures for two in other.figures)


@lru_cache(maxsize=_REMEMBERED)
def _known_of(compared: ComparedQuote) -> Wordings:
    """What is to be known of a wording."""
    terms = terms_of(compared)
    hashes = sorted({name_hash(term) for term in terms})
    fewest = len(terms) if len(hashes) == len(terms) else 1  # rather compared once too often
    figures = tuple(sorted({name_hash(figure) for figure in compared.wording.numbers}))
    return Wordings(hashes, fewest, len(compared.wording.sentences) > 1, [figures])


def outline_of(statement: Statement) -> Outline:
    """The outline of a statement that is known by its record alone."""
    held = HeldQuotes()
    occurrences = list(Occurrence.all_of(statement))
    for occurrence in occurrences:
        held.add(occurrence)
    whole = [occurrence for occurrence in occurrences if held.whole(occurrence) is occurrence]
    return outlined(occurrences, whole, statement.updated_at)


def outlined(occurrences: Sequence[Occurrence], whole: Iterable[Occurrence], updated_at: str) -> Outline:
    """The outline of a statement that is made of these quotes, of which `whole` are those that are no fragments."""
    by_words = {occurrence.words: occurrence.compared for occurrence in whole}
    wordings = Wordings.of(by_words.values())
    articles = sorted({name_hash(occurrence.article) for occurrence in occurrences})
    quotes = sorted(
        (name_hash(occurrence.quote), 0 if occurrence.part_of is None else name_hash(occurrence.part_of))
        for occurrence in occurrences
    )
    numbers = (
        *divmod(instant_of(datetime.fromisoformat(updated_at)), 1 << 32),
        sum(map(weight_of, occurrences)),
        wordings.fewest,
        int(wordings.sentences),
        len(articles),
        len(quotes),
        len(wordings.terms),
        *articles,
        *(quote for quote, _ in quotes),
        *(part_of for _, part_of in quotes),
        *wordings.terms,
        *(number for figures in wordings.figures for number in (len(figures), *figures)),
    )
    return array("I", numbers)


def instant_of(time: datetime) -> int:
    """A time in microseconds, as outlines have it."""
    return max(0, (time - _EPOCH) // timedelta(microseconds=1))


def changed_at(outline: Outline) -> int:
    """When the statement was given out."""
    return outline[0] << 32 | outline[1]


def weight(outline: Outline) -> int:
    """How many quotes it has, a long one counting as several."""
    return outline[2]


def fewest_terms(outline: Outline) -> int:
    """How many terms that of its wordings has which has fewest."""
    return outline[3]


def articles_of(outline: Outline) -> Outline:
    """The hashes of its articles' ids."""
    return outline[_HEAD : _HEAD + outline[5]]


def terms_in(outline: Outline) -> Outline:
    """The hashes of the terms of its wordings."""
    begin = _HEAD + outline[5] + 2 * outline[6]
    return outline[begin : begin + outline[7]]


def wordings_in(outline: Outline) -> Wordings:
    """What is known of its wordings."""
    begin = _HEAD + outline[5] + 2 * outline[6] + outline[7]
    figures: list[Outline] = []
    while begin < len(outline):
        end = begin + 1 + outline[begin]
        figures.append(outline[begin + 1 : end])
        begin = end
    return Wordings(terms_in(outline), fewest_terms(outline), bool(outline[4]), figures)


def written(outline: Outline) -> bytes:
    """An outline in bytes, in the order of this machine's processor."""
    return outline.tobytes()


def read(data: bytes) -> Outline:
    """An outline from its bytes."""
    return array("I", data)


def name_hash(name: str) -> int:
    """Of an id or a word."""
    return crc32(name.encode("utf-8", "surrogatepass"))


def torn(outlines: Iterable[Outline]) -> bool:
    """Whether a change was published in part: a quote is in two of a speaker's statements, or apart from its whole.

    What claims to be a fragment without being one counts as well.
    """
    holders: dict[int, int] = {}
    parts: list[tuple[int, int]] = []
    for number, outline in enumerate(outlines):
        begin, count = _HEAD + outline[5], outline[6]
        for quote in outline[begin : begin + count]:
            if holders.setdefault(quote, number) != number:
                return True
        for part_of in outline[begin + count : begin + 2 * count]:
            if part_of:
                parts.append((number, part_of))
    return any(holders.get(part_of, number) != number for number, part_of in parts)
