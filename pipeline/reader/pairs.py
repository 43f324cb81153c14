"""Candidates in pairs, an item and a mention, and the features that pairs of all kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.reader.layout import Layout
from pipeline.reader.mentions import FIRST_PERSON, KINDS, ReaderMention, plural_pronoun

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NAME, NOMINAL, PRONOUN = range(len(KINDS))
"""The kinds of mentions in the columns of a `MentionTable`."""
_STEPS = np.array([1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 140, 220, 350, 600], dtype=np.int64)
"""Distances in tokens at which the buckets of distances begin, but for the first."""
BUCKETS = len(_STEPS) + 1


@dataclass(frozen=True)
class Pairs:
    """Candidates for each of several items: rows `left` (item) and `right` (mention) with their features.

    `left`, `right`: (pairs,); `features`: (pairs, n). Rows of one item are neighbours, in order of the items.
    """

    left: Ints
    right: Ints
    features: Floats


def distance_buckets(distance: Ints) -> Floats:
    """One-hot rows, (pairs, BUCKETS), of how many tokens apart two places are, whichever comes first."""
    return np.eye(BUCKETS, dtype=np.float32)[np.searchsorted(_STEPS, np.abs(distance), side="right")]


def clipped_one_hot(values: Ints, limit: int) -> Floats:
    """One-hot rows, (pairs, 2 * limit + 1), of numbers from -limit to limit; what lies beyond counts as the limit."""
    return np.eye(2 * limit + 1, dtype=np.float32)[np.clip(values, -limit, limit) + limit]


@dataclass(frozen=True)
class MentionTable:
    """Columns of the mentions of one article, one row each: all (mentions,).

    Attributes:
        first, last: the tokens, half-open.
        sentence, paragraph: the numbers of those that it begins in.
        kind: index in `KINDS`.
        gender: 0 unknown, 1 masculine, 2 feminine.
        quoted: how deep in quotation marks it begins.
        start: tokens of its sentence before it, at most 30.
        first_person: 1 for words such as "ich".
        plural: 1 for a pronoun that can mean several.
    """

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


MENTION_FEATURES = 3 + 3 + 6


def mention_features(table: MentionTable, rows: Ints) -> list[Floats]:
    """What is said of the mentions in `rows` by themselves: matrices that have MENTION_FEATURES columns together."""
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


def joined_ranges(begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The numbers from each of `begins` to its end (excluded), one range after the other, with the range's index."""
    lengths = np.maximum(ends - begins, 0)
    index = np.repeat(np.arange(len(begins)), lengths)
    return index, np.arange(len(index)) - (np.cumsum(lengths) - lengths - begins)[index]
