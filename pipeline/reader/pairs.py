"""What can be said of two mentions, or of a quote and a mention, besides their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.reader.layout import Layout
from pipeline.reader.mentions import FIRST_PERSON, KINDS, ReaderMention, plural_pronoun
from pipeline.spans import TokenRange

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

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
    left: list[Ints] = []
    right: list[Ints] = []
    soon = np.searchsorted(table.sentence, table.sentence + AHEAD, side="right")
    for index, mention in enumerate(mentions):
        if mention.kind == "name":
            continue
        others = np.arange(max(0, index - ANTECEDENTS), min(soon[index], index + FARTHEST_AHEAD))
        ahead = (others > index) & (table.kind[others] == 0)
        apart = (table.last[others] <= mention.first) | (table.first[others] >= mention.last)
        chosen = others[((others < index) | ahead) & apart]
        left.append(np.full(len(chosen), index, dtype=np.int64))
        right.append(chosen)
    empty = np.zeros(0, dtype=np.int64)
    lefts = np.concatenate(left) if left else empty
    rights = np.concatenate(right) if right else empty
    return Pairs(lefts, rights, _antecedent_features(mentions, table, lefts, rights))


_KNOWN = 3
ANTECEDENT_FEATURES = BUCKETS + 9 + 5 + 1 + 9 + 2 * MENTION_FEATURES + _KNOWN


def _antecedent_features(mentions: Sequence[ReaderMention], table: MentionTable, left: Ints, right: Ints) -> Floats:
    if not len(left):
        return np.zeros((0, ANTECEDENT_FEATURES), dtype=np.float32)
    distance = table.first[left] - table.first[right]
    sentences = table.sentence[left] - table.sentence[right]
    paragraphs = table.paragraph[left] - table.paragraph[right]
    both = (table.gender[left] > 0) & (table.gender[right] > 0)
    own = np.array(
        [_match(mentions[a], mentions[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)],
        dtype=np.float32,
    )
    agreement = np.stack(
        [
            both & (table.gender[left] == table.gender[right]),
            both & (table.gender[left] != table.gender[right]),
            table.quoted[left] == table.quoted[right],
            table.first_person[left] == table.first_person[right],
        ],
        axis=1,
    ).astype(np.float32)
    return np.concatenate(
        [
            _bucket(distance),
            _clip(sentences, 4),
            _clip(paragraphs, 2),
            (distance < 0).astype(np.float32)[:, None],
            agreement,
            own,
            *_of_mention(table, left),
            *_of_mention(table, right),
            _known(mentions, left, right),
        ],
        axis=1,
    ).astype(np.float32)


def _known(mentions: Sequence[ReaderMention], left: Ints, right: Ints) -> Floats:
    """Is a noun phrase a role of the name's bearer, has he other roles alone; and how often the text names him."""
    rows = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        mention, other = mentions[a], mentions[b]
        same = any(role.endswith(mention.head) or mention.head.endswith(role) for role in other.roles)
        asked = mention.kind == "nominal" and bool(other.roles)
        rows.append((asked and same, asked and not same, min(other.frequency, 10) / 10))
    return np.array(rows, dtype=np.float32).reshape(-1, _KNOWN)


def _match(mention: ReaderMention, other: ReaderMention) -> tuple[float, float, float, float, float]:
    """Same head; head ends the other's or the other way; same words; the head is a role of the name; pronouns alike."""
    a, b = mention.head, other.head
    return (
        float(a == b),
        float(a != b and len(min(a, b, key=len)) > 3 and (a.endswith(b) or b.endswith(a))),
        float(mention.words == other.words),
        float(
            other.kind == "name"
            and any(role.endswith(a) or a.endswith(role) for role in other.context if len(role) > 3)
        ),
        float(mention.kind == other.kind == "pronoun" and mention.words == other.words),
    )


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


def speaker_pairs(layout: Layout, mentions: Sequence[ReaderMention], quotes: Sequence[QuoteSpan]) -> Pairs:
    """Every quote with the mentions around it, also those inside it."""
    table = MentionTable.of(layout, mentions)
    left: list[Ints] = []
    right: list[Ints] = []
    rows: list[Floats] = []
    ordered = sorted({q.spans[0][0] for q in quotes if q.type == 0})
    for index, quote in enumerate(quotes):
        begin, end = quote.spans[0][0], quote.spans[-1][1]
        first, last = layout.sentence[begin], layout.sentence[end - 1]
        opening, closing = np.searchsorted(table.first, (begin, end))
        earliest = np.searchsorted(table.sentence, first - BEFORE_SENTENCES)
        latest = np.searchsorted(table.sentence, last + AFTER_SENTENCES, side="right")
        chosen = np.arange(max(earliest, opening - BEFORE_MENTIONS), min(latest, closing + AFTER_MENTIONS))
        left.append(np.full(len(chosen), index, dtype=np.int64))
        right.append(chosen)
        rows.append(_speaker_features(layout, table, quote, chosen, ordered))
    empty = np.zeros(0, dtype=np.int64)
    if not left:
        return Pairs(empty, empty, np.zeros((0, SPEAKER_FEATURES), dtype=np.float32))
    return Pairs(np.concatenate(left), np.concatenate(right), np.concatenate(rows))


def _speaker_features(
    layout: Layout, table: MentionTable, quote: QuoteSpan, chosen: Ints, direct: Sequence[int]
) -> Floats:
    begin, end = quote.spans[0][0], quote.spans[-1][1]
    first, last = table.first[chosen], table.last[chosen]
    inside = np.zeros(len(chosen), dtype=bool)
    for span_begin, span_end in quote.spans:
        inside |= (first >= span_begin) & (last <= span_end)
    between = ~inside & (first >= begin) & (last <= end)
    ahead = np.where(last <= begin, begin - last + 1, 0)
    behind = np.where(first >= end, first - end + 1, 0)
    sentence = table.sentence[chosen]
    own_first, own_last = layout.sentence[begin], layout.sentence[end - 1]
    same = (sentence >= own_first) & (sentence <= own_last)
    away = np.where(sentence < own_first, sentence - own_first, np.where(sentence > own_last, sentence - own_last, 0))
    paragraph = table.paragraph[chosen]
    own_paragraph = layout.paragraph[begin]
    hinted = np.zeros(len(chosen), dtype=bool)
    exact = np.zeros(len(chosen), dtype=bool)
    if quote.hint is not None:
        hinted = (first < quote.hint[1]) & (last > quote.hint[0])
        exact = (first == quote.hint[0]) & (last == quote.hint[1])
    turn = np.searchsorted(direct, first) != np.searchsorted(direct, begin)
    flags = np.stack(
        [
            inside,
            between,
            same & ~inside,
            hinted & ~np.full(len(chosen), quote.carried),
            exact & ~np.full(len(chosen), quote.carried),
            hinted & np.full(len(chosen), quote.carried),
            np.full(len(chosen), quote.hint is None),
            turn,
            layout.depth[first] == 1 if len(first) else first == 1,
            np.full(len(chosen), len(quote.spans) > 1),
        ],
        axis=1,
    ).astype(np.float32)
    kind = np.tile(np.eye(5, dtype=np.float32)[quote.type], (len(chosen), 1))
    return np.concatenate(
        [
            _bucket(ahead),
            _bucket(behind),
            _clip(away, 4),
            _clip(paragraph - own_paragraph, 2),
            kind,
            flags,
            *_of_mention(table, chosen),
        ],
        axis=1,
    ).astype(np.float32)
