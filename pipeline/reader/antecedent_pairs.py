"""What nominals and pronouns may refer to, and what can be said of two mentions besides their vectors."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention
from pipeline.reader.pairs import (
    BUCKETS,
    MENTION_FEATURES,
    NAME,
    NOMINAL,
    PRONOUN,
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
from pipeline.reader.word_ends import kin

ANTECEDENTS = 80
"""Mentions before one that can be what it refers to; of those behind it, names within AHEAD sentences."""
AHEAD = 3
FARTHEST_AHEAD = 300
"""Mentions behind one that are looked at for those names, as sentences may be endless."""
ANTECEDENT_FEATURES = BUCKETS + 9 + 5 + 1 + 4 + 5 + 2 * MENTION_FEATURES + 3
"""Columns: distance, sentences, paragraphs, behind, agreement, words, both mentions, and what is known of the name."""


def antecedent_pairs(layout: Layout, mentions: Sequence[ReaderMention]) -> Pairs:
    """Every nominal and pronoun with what it may refer to: mentions before it, and names soon after it.

    `mentions` are in text order. Mentions that lie in each other do not mean the same.
    """
    table = MentionTable.of(layout, mentions)
    referring = np.flatnonzero(table.kind != NAME)
    soon = np.searchsorted(table.sentence, table.sentence[referring] + AHEAD, side="right")
    item, right = joined_ranges(np.maximum(referring - ANTECEDENTS, 0), np.minimum(soon, referring + FARTHEST_AHEAD))
    left = referring[item]
    ahead = (right > left) & (table.kind[right] == NAME)
    apart = (table.last[right] <= table.first[left]) | (table.first[right] >= table.last[left])
    chosen = ((right < left) | ahead) & apart
    left, right = left[chosen], right[chosen]
    return Pairs(left, right, _antecedent_features(mentions, table, left, right))


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
            distance_buckets(distance),
            clipped_one_hot(sentences, 4),
            clipped_one_hot(paragraphs, 2),
            (distance < 0).astype(np.float32)[:, None],
            agreement,
            matching,
            *mention_features(table, left),
            *mention_features(table, right),
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
    pronouns = (table.kind[left] == PRONOUN) & (table.kind[right] == PRONOUN)
    matching = np.stack(
        [
            same_head,
            ~same_head & long[left] & long[right] & akin(frozenset({mention.head}) for mention in mentions),
            same_words,
            (table.kind[right] == NAME)
            & akin(frozenset(role for role in mention.context if len(role) > 3) for mention in mentions),
            pronouns & same_words,
        ],
        axis=1,
    ).astype(np.float32)
    has_roles = np.array([bool(mention.roles) for mention in mentions], dtype=bool)
    frequency = np.array([mention.frequency for mention in mentions], dtype=np.int64)
    asked, a_role = (table.kind[left] == NOMINAL) & has_roles[right], akin(mention.roles for mention in mentions)
    known = np.stack([asked & a_role, asked & ~a_role, np.minimum(frequency[right], 10) / 10], axis=1)
    return matching, known.astype(np.float32)


_Value = TypeVar("_Value", bound=Hashable)


def _numbered(values: Iterable[_Value], numbers: dict[_Value, int]) -> Ints:
    """The number of each value in `numbers`, which new ones are added to."""
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
