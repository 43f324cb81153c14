"""Precision, recall and F1 of mentions by exact span and type, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.spans import CharOffset

LabelledSpan = tuple[CharOffset, CharOffset, str]
NEWS_TYPES = ("PER", "LOC", "ORG")
RESAMPLES, SEED = 1000, 1
"""How often documents are drawn for an interval, and by which random numbers: the same report has the same ones."""


@dataclass(frozen=True)
class MentionScore:
    """Counts of mentions, and what follows from them (0 to 1)."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.predicted + self.gold) if self.right else 0.0


def score(
    gold: Mapping[str, Sequence[LabelledSpan]],
    predicted: Mapping[str, Sequence[LabelledSpan]],
    types: Sequence[str] = NEWS_TYPES,
) -> dict[str, MentionScore]:
    """Scores by type, under `all` for all types and under `boundary` whatever the type. Other types are left out."""
    counts = {key: [0, 0, 0] for key in (*types, "all", "boundary")}
    for name, mentions in gold.items():
        want = {mention for mention in mentions if mention[2] in types}
        got = {mention for mention in predicted.get(name, ()) if mention[2] in types}
        for place, found in enumerate((want & got, got, want)):
            for kind, number in Counter(mention[2] for mention in found).items():
                counts[kind][place] += number
            counts["all"][place] += len(found)
        want_spans, got_spans = {m[:2] for m in want}, {m[:2] for m in got}
        for place, spans in enumerate((want_spans & got_spans, got_spans, want_spans)):
            counts["boundary"][place] += len(spans)
    return {key: MentionScore(*numbers) for key, numbers in counts.items()}


def interval(
    gold: Mapping[str, Sequence[LabelledSpan]],
    predicted: Mapping[str, Sequence[LabelledSpan]],
    types: Sequence[str] = NEWS_TYPES,
) -> tuple[float, float]:
    """The middle 95 % of F1 over all types when documents are drawn again and again with replacement."""
    rows = []
    for name, mentions in gold.items():
        want = {mention for mention in mentions if mention[2] in types}
        got = {mention for mention in predicted.get(name, ()) if mention[2] in types}
        rows.append((len(want & got), len(got) + len(want)))
    counts = np.array(rows, dtype=np.float64).reshape(-1, 2)
    if not len(counts):
        return 0.0, 0.0
    chance = np.random.default_rng(SEED)
    drawn = counts[chance.integers(len(counts), size=(RESAMPLES, len(counts)))].sum(axis=1)
    f1 = 2 * drawn[:, 0] / np.maximum(drawn[:, 1], 1)
    low, high = np.percentile(f1, [2.5, 97.5])
    return float(low), float(high)
