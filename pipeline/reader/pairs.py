"""What can be said of two mentions, or of a quote and a mention, besides their vectors."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.reader.layout import Layout
from pipeline.reader.mentions import FIRST_PERSON, KINDS, ReaderMention, plural_pronoun
from pipeline.reader.word_ends import kin
from pipeline.spans import TokenRange

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_NAME, _NOMINAL, _PRONOUN = range(len(KINDS))
_STEPS = np.array([1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 140, 220, 350, 600], dtype=np.int64)
BUCKETS = len(_STEPS) + 1
ANTECEDENTS = 80
"""Mentions before one that can be what it refers to; of those behind it, names within AHEAD sentences."""
AHEAD = 3
FARTHEST_AHEAD = 300
"""Mentions behind one that are looked at for those names, as sentences may be endless."""
BEFORE_SENTENCES, AFTER_SENTENCES = 14, 4
"""How many sentences around a quote its speaker is looked for."""
BEFORE_MENTIONS, AFTER_MENTIONS = 300, 100
"""How many mentions in them, beside those within the quote."""


@dataclass(frozen=True)
class Pairs:
    """Candidates for each of several items: rows `left` (item) and `right` (mention) with their features.

    `left`, `right`: (pairs,); `features`: (pairs, n). Rows of one item are neighbours, in order of the items.
    """

    left: Ints
    right: Ints
    features: Floats


def _bucket(distance: Ints) -> Floats:
    return np.eye(BUCKETS, dtype=np.float32)[np.searchsorted(_STEPS, np.abs(distance), side="right")]


def _clip(values: Ints, limit: int) -> Floats:
    return np.eye(2 * limit + 1, dtype=np.float32)[np.clip(values, -limit, limit) + limit]


@dataclass(frozen=True)
class MentionTable:
    """Columns of the mentions of one article, one row each."""

    first: Ints
    last: Ints
    sentence: Ints
    paragraph: Ints
    kind: Ints
    gender: Ints
    quoted: Ints
    start: Ints
    first_person: Ints
    plural: Ints

    @staticmethod
    def of(layout: Layout, mentions: Sequence[ReaderMention]) -> MentionTable:
        def column(values: list[int]) -> Ints:
            return np.array(values, dtype=np.int64).reshape(-1)

        first = column([m.first for m in mentions])
        sentence = layout.sentence[first] if len(first) else first
        starts = np.searchsorted(layout.sentence, np.arange(layout.sentence.max(initial=0) + 1))
        return MentionTable(
            first,
            column([m.last for m in mentions]),
            sentence,
            layout.paragraph[first] if len(first) else first,
            column([KINDS.index(m.kind) for m in mentions]),
            column([" mf".index(m.gender or " ") for m in mentions]),
            layout.depth[first] if len(first) else first,
            np.minimum(first - starts[sentence], 30) if len(first) else first,
            column([int(m.words[0].lower() in FIRST_PERSON) for m in mentions]),
            column([int(m.kind == "pronoun" and plural_pronoun(m.words[0])) for m in mentions]),
        )


def _of_mention(table: MentionTable, rows: Ints) -> list[Floats]:
    return [
        np.eye(3, dtype=np.float32)[table.kind[rows]],
        np.eye(3, dtype=np.float32)[table.gender[rows]],
        np.stack(
            [
                table.quoted[rows],
                table.start[rows] == 0,
                table.start[rows] <= 3,
                table.first_person[rows],
                table.plural[rows],
                np.minimum(table.last[rows] - table.first[rows], 10) / 10,
            ],
            axis=1,
        ).astype(np.float32),
    ]


MENTION_FEATURES = 3 + 3 + 6


def antecedent_pairs(layout: Layout, mentions: Sequence[ReaderMention]) -> Pairs:
    """Every nominal and pronoun with what it may refer to: mentions before it, and names soon after it.

    `mentions` are in text order. Mentions that lie in each other do not mean the same.
    """
    table = MentionTable.of(layout, mentions)
    referring = np.flatnonzero(table.kind != _NAME)
    soon = np.searchsorted(table.sentence, table.sentence[referring] + AHEAD, side="right")
    item, right = _spread(np.maximum(referring - ANTECEDENTS, 0), np.minimum(soon, referring + FARTHEST_AHEAD))
    left = referring[item]
    ahead = (right > left) & (table.kind[right] == _NAME)
    apart = (table.last[right] <= table.first[left]) | (table.first[right] >= table.last[left])
    chosen = ((right < left) | ahead) & apart
    left, right = left[chosen], right[chosen]
    return Pairs(left, right, _antecedent_features(mentions, table, left, right))


def _spread(begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The numbers from each of `begins` to its end (excluded), one range after the other, with the range's index."""
    lengths = np.maximum(ends - begins, 0)
    index = np.repeat(np.arange(len(begins)), lengths)
    return index, np.arange(len(index)) - (np.cumsum(lengths) - lengths - begins)[index]


_KNOWN = 3
ANTECEDENT_FEATURES = BUCKETS + 9 + 5 + 1 + 9 + 2 * MENTION_FEATURES + _KNOWN


def _antecedent_features(mentions: Sequence[ReaderMention], table: MentionTable, left: Ints, right: Ints) -> Floats:
    distance = table.first[left] - table.first[right]
    sentences = table.sentence[left] - table.sentence[right]
    paragraphs = table.paragraph[left] - table.paragraph[right]
    both = (table.gender[left] > 0) & (table.gender[right] > 0)
    agreement = np.stack(
        [
            both & (table.gender[left] == table.gender[right]),
            both & (table.gender[left] != table.gender[right]),
            table.quoted[left] == table.quoted[right],
            table.first_person[left] == table.first_person[right],
        ],
        axis=1,
    ).astype(np.float32)
    matching, known = _word_features(mentions, table, left, right)
    return np.concatenate(
        [
            _bucket(distance),
            _clip(sentences, 4),
            _clip(paragraphs, 2),
            (distance < 0).astype(np.float32)[:, None],
            agreement,
            matching,
            *_of_mention(table, left),
            *_of_mention(table, right),
            known,
        ],
        axis=1,
    )


def _word_features(
    mentions: Sequence[ReaderMention], table: MentionTable, left: Ints, right: Ints
) -> tuple[Floats, Floats]:
    """How the words of a pair match, (pairs, 5), and what is known of the bearer of the right one's name, (pairs, 3).

    The first: same head; head ends the other's or the other way; same words; the head is a role of the name; pronouns
    alike. The second: is a noun phrase a role of the name's bearer, has he other roles alone; and how often the text
    names him.
    """
    related = kin(word for mention in mentions for word in (mention.head, *mention.context, *mention.roles))
    numbers: dict[str, int] = {}
    head = _numbered((mention.head for mention in mentions), numbers)
    words = _numbered((mention.words for mention in mentions), {})

    def akin(groups: Iterable[frozenset[str]]) -> Flags:
        """Whether the head of the left one ends any word of the right one's group, or the other way."""
        distinct: dict[frozenset[str], int] = {}
        group = _numbered(groups, distinct)
        akin = {
            numbers[other] * len(distinct) + number
            for words, number in distinct.items()
            for word in words
            for other in related[word]
            if other in numbers
        }
        found: Flags = np.isin(head[left] * len(distinct) + group[right], np.fromiter(akin, np.int64, len(akin)))
        return found

    long = np.array([len(mention.head) > 3 for mention in mentions], dtype=bool)
    same_head, same_words = head[left] == head[right], words[left] == words[right]
    pronouns = (table.kind[left] == _PRONOUN) & (table.kind[right] == _PRONOUN)
    matching = np.stack(
        [
            same_head,
            ~same_head & long[left] & long[right] & akin(frozenset({mention.head}) for mention in mentions),
            same_words,
            (table.kind[right] == _NAME)
            & akin(frozenset(role for role in mention.context if len(role) > 3) for mention in mentions),
            pronouns & same_words,
        ],
        axis=1,
    ).astype(np.float32)
    has_roles = np.array([bool(mention.roles) for mention in mentions], dtype=bool)
    frequency = np.array([mention.frequency for mention in mentions], dtype=np.int64)
    asked, a_role = (table.kind[left] == _NOMINAL) & has_roles[right], akin(mention.roles for mention in mentions)
    known = np.stack([asked & a_role, asked & ~a_role, np.minimum(frequency[right], 10) / 10], axis=1)
    return matching, known.astype(np.float32)


_Value = TypeVar("_Value", bound=Hashable)


def _numbered(values: Iterable[_Value], numbers: dict[_Value, int]) -> Ints:
    """The number of each value in `numbers`, which new ones are added to."""
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


@dataclass(frozen=True)
class QuoteSpan:
    """A quote in tokens: `spans`, `type` its index in ("Direct", *QUOTE_TYPES).

    `hint` are the tokens that a rule takes for its speaker, if one does; `carried` whether the rule only carries it on.
    """

    spans: tuple[TokenRange, ...]
    type: int
    hint: TokenRange | None = None
    carried: bool = False


SPEAKER_FEATURES = 2 * BUCKETS + 9 + 5 + 5 + 10 + MENTION_FEATURES


@dataclass(frozen=True)
class QuoteTable:
    """Columns of the quotes of one article, one row each; of a quote without a hint, the hint is the empty range 0."""

    begin: Ints
    end: Ints
    first_sentence: Ints
    last_sentence: Ints
    paragraph: Ints
    type: Ints
    spans: Ints
    hinted: Flags
    hint: Ints
    carried: Flags

    @staticmethod
    def of(layout: Layout, quotes: Sequence[QuoteSpan]) -> QuoteTable:
        begin = np.array([quote.spans[0][0] for quote in quotes], dtype=np.int64)
        end = np.array([quote.spans[-1][1] for quote in quotes], dtype=np.int64)
        return QuoteTable(
            begin,
            end,
            layout.sentence[begin],
            layout.sentence[end - 1],
            layout.paragraph[begin],
            np.array([quote.type for quote in quotes], dtype=np.int64),
            np.array([len(quote.spans) for quote in quotes], dtype=np.int64),
            np.array([quote.hint is not None for quote in quotes], dtype=bool),
            np.array([quote.hint or (0, 0) for quote in quotes], dtype=np.int64).reshape(-1, 2),
            np.array([quote.carried for quote in quotes], dtype=bool),
        )


def speaker_pairs(layout: Layout, mentions: Sequence[ReaderMention], quotes: Sequence[QuoteSpan]) -> Pairs:
    """Every quote with the mentions around it, also those inside it."""
    mention, quote = MentionTable.of(layout, mentions), QuoteTable.of(layout, quotes)
    earliest = np.maximum(
        np.searchsorted(mention.sentence, quote.first_sentence - BEFORE_SENTENCES),
        np.searchsorted(mention.first, quote.begin) - BEFORE_MENTIONS,
    )
    latest = np.minimum(
        np.searchsorted(mention.sentence, quote.last_sentence + AFTER_SENTENCES, side="right"),
        np.searchsorted(mention.first, quote.end) + AFTER_MENTIONS,
    )
    left, right = _spread(earliest, latest)
    inside = np.zeros(len(left), dtype=bool)
    bounds = np.searchsorted(left, np.arange(len(quotes) + 1)).tolist()
    for spans, (first, last) in zip((q.spans for q in quotes), pairwise(bounds), strict=True):
        rows = right[first:last]
        for begin, end in spans:
            inside[first:last] |= (mention.first[rows] >= begin) & (mention.last[rows] <= end)
    return Pairs(left, right, _speaker_features(mention, quote, left, right, inside))


def _speaker_features(mention: MentionTable, quote: QuoteTable, left: Ints, right: Ints, inside: Flags) -> Floats:
    first, last, sentence = mention.first[right], mention.last[right], mention.sentence[right]
    begin, end = quote.begin[left], quote.end[left]
    ahead = np.where(last <= begin, begin - last + 1, 0)
    behind = np.where(first >= end, first - end + 1, 0)
    away = np.minimum(sentence - quote.first_sentence[left], 0) + np.maximum(sentence - quote.last_sentence[left], 0)
    hinted = (first < quote.hint[left, 1]) & (last > quote.hint[left, 0])
    exact = (first == quote.hint[left, 0]) & (last == quote.hint[left, 1])
    carried = quote.carried[left]
    direct = np.unique(quote.begin[quote.type == 0])
    flags = np.stack(
        [
            inside,
            ~inside & (first >= begin) & (last <= end),
            ~inside & (away == 0),
            hinted & ~carried,
            exact & ~carried,
            hinted & carried,
            ~quote.hinted[left],
            np.searchsorted(direct, first) != np.searchsorted(direct, begin),
            mention.quoted[right] == 1,
            quote.spans[left] > 1,
        ],
        axis=1,
    ).astype(np.float32)
    return np.concatenate(
        [
            _bucket(ahead),
            _bucket(behind),
            _clip(away, 4),
            _clip(mention.paragraph[right] - quote.paragraph[left], 2),
            np.eye(5, dtype=np.float32)[quote.type[left]],
            flags,
            *_of_mention(mention, right),
        ],
        axis=1,
    )
