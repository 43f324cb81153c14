"""Who may have said a quote, and what can be said of a quote and a mention besides their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention
from pipeline.reader.pairs import (
    BUCKETS,
    MENTION_FEATURES,
    Flags,
    Floats,
    Ints,
    MentionTable,
    Pairs,
    clipped_one_hot,
    distance_buckets,
    joined_ranges,
    mention_features,
)
from pipeline.spans import TokenRange

BEFORE_SENTENCES, AFTER_SENTENCES = 14, 4
"""How many sentences around a quote its speaker is looked for."""
BEFORE_MENTIONS, AFTER_MENTIONS = 300, 100
"""How many mentions in them, beside those within the quote."""
SPEAKER_FEATURES = 2 * BUCKETS + 9 + 5 + 5 + 10 + MENTION_FEATURES
"""Columns: distance before and behind, sentences, paragraphs, the quote's type, flags, and the mention."""


@dataclass(frozen=True)
class QuoteSpan:
    """A quote in tokens: `spans`, `type` its index in ("Direct", *QUOTE_TYPES).

    `hint` are the tokens that a rule takes for its speaker, if one does; `carried` whether the rule only carries it on.
    """

    spans: tuple[TokenRange, ...]
    type: int
    hint: TokenRange | None = None
    carried: bool = False


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
    left, right = joined_ranges(earliest, latest)
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
            distance_buckets(ahead),
            distance_buckets(behind),
            clipped_one_hot(away, 4),
            clipped_one_hot(mention.paragraph[right] - quote.paragraph[left], 2),
            np.eye(5, dtype=np.float32)[quote.type[left]],
            flags,
            *mention_features(mention, right),
        ],
        axis=1,
    )
