"""Scores of predicted quotes against gold quotes, token by token, after the published evaluation of the German news
quotation dataset.

Within a document predicted and gold quotes are paired one to one so that the summed token F1 of the pairs is greatest;
every pair, and every quote left alone, gives a precision and a recall per role over its tokens; these are averaged over
all quotes, and F1 is their harmonic mean. `joint` averages over the quote and all of its roles, `roles` over the roles.
`type` and `medium` are counted per quote.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.assignment import best_assignment

ROLES = ("quote", "speaker", "cue", "frame", "addressee")
FIELDS = ("type", "medium")
ROWS = (*ROLES, "roles", "joint", *FIELDS)
_SUMMED = {"roles": ROLES[1:], "joint": ROLES}
Tokens = frozenset[int]
RESAMPLES, SEED = 1000, 1
"""How often documents are drawn for an interval, and by which random numbers: the same report has the same ones."""


@dataclass(frozen=True)
class TokenQuote:
    """A quote as token indices per role; `record` is the quote they came from."""

    tokens: Mapping[str, Tokens]
    type: str
    medium: str
    record: Mapping[str, Any]


Pair = tuple[TokenQuote | None, TokenQuote | None]
"""A gold quote and the predicted one it was paired with; None where one was left alone."""


@dataclass(frozen=True)
class QuoteScore:
    """Shares from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def token_quote(quote: Mapping[str, Any], tokens: Sequence[Sequence[int]]) -> TokenQuote:
    """The quote in tokens, which are (begin, end) code points into the text.

    A span covers a token that it shares a character with.
    """
    covered = {"quote": _covered(quote["spans"], tokens)}
    covered |= {role: _covered(quote.get(role) or [], tokens) for role in ROLES[1:]}
    return TokenQuote(covered, str(quote.get("type")), str(quote.get("medium")), quote)


def _covered(spans: Iterable[Sequence[int]], tokens: Sequence[Sequence[int]]) -> Tokens:
    spans = [(begin, end) for begin, end in spans]
    return frozenset(i for i, (begin, end) in enumerate(tokens) if any(begin < e and b < end for b, e in spans))


def pair(gold: Sequence[TokenQuote], predicted: Sequence[TokenQuote]) -> list[Pair]:
    """The quotes of one document, paired."""
    similarity = np.zeros((len(gold), len(predicted)))
    for i, g in enumerate(gold):
        for j, p in enumerate(predicted):
            shared = overlap(g, p)
            if shared:
                similarity[i, j] = shared + 0.01 * (g.type == p.type) + 0.001 * (g.medium == p.medium)
    assigned = best_assignment(similarity)
    found, given = {i for i, _ in assigned}, {j for _, j in assigned}
    pairs: list[Pair] = [(gold[i], predicted[j]) for i, j in assigned]
    pairs += [(gold[i], None) for i in range(len(gold)) if i not in found]
    return pairs + [(None, predicted[j]) for j in range(len(predicted)) if j not in given]


def overlap(gold: TokenQuote, predicted: TokenQuote) -> float:
    """Token F1 of two quotes' words, 0 to 1."""
    mine, other = gold.tokens["quote"], predicted.tokens["quote"]
    return 2 * len(mine & other) / (len(mine) + len(other)) if mine and other else 0.0


def pair_documents(
    gold: Iterable[Mapping[str, Any]], predicted: Mapping[str, Sequence[Mapping[str, Any]]], only: str | None = None
) -> dict[str, list[Pair]]:
    """Pairs by document name.

    `gold` are the dataset's documents, `predicted` quotes by document name. With `only`, quotes of that type alone.
    """
    return {
        document["name"]: pair(
            [token_quote(quote, document["tokens"]) for quote in document["quotes"] if only in (None, quote["type"])],
            [
                token_quote(quote, document["tokens"])
                for quote in predicted.get(document["name"], [])
                if only in (None, quote["type"])
            ],
        )
        for document in gold
    }


def tally(pairs: Iterable[Pair]) -> NDArray[np.float64]:
    """What a document adds to the scores: ROWS x (sum of precisions, their number, sum of recalls, their number)."""
    totals = np.zeros((len(ROWS), 4))
    nothing: Tokens = frozenset()
    for gold, predicted in pairs:
        for row, role in enumerate(ROLES):
            g = gold.tokens[role] if gold else nothing
            p = predicted.tokens[role] if predicted else nothing
            if p:
                totals[row, :2] += len(g & p) / len(p), 1
            if g:
                totals[row, 2:] += len(g & p) / len(g), 1
        for field in FIELDS:
            same = gold is not None and predicted is not None and getattr(gold, field) == getattr(predicted, field)
            totals[ROWS.index(field)] += same, predicted is not None, same, gold is not None
    for group, members in _SUMMED.items():
        totals[ROWS.index(group)] = sum(totals[ROLES.index(member)] for member in members)
    return totals


def score(totals: NDArray[np.float64]) -> dict[str, QuoteScore]:
    """Scores by ROWS of one tally, or of several documents' tallies summed."""
    means = totals[:, [0, 2]] / np.maximum(totals[:, [1, 3]], 1)
    return {
        row: QuoteScore(float(precision), float(recall)) for row, (precision, recall) in zip(ROWS, means, strict=True)
    }


def total_score(pairs: Mapping[str, Sequence[Pair]]) -> dict[str, QuoteScore]:
    """Scores by ROWS over all documents."""
    return score(sum((tally(found) for found in pairs.values()), np.zeros((len(ROWS), 4))))


def intervals(tallies: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    """The middle 95 % of each row's F1 when documents are drawn again and again with replacement.

    `tallies` are documents x ROWS x 4.
    """
    if not len(tallies):
        return dict.fromkeys(ROWS, (0.0, 0.0))
    chance = np.random.default_rng(SEED)
    weights = chance.multinomial(len(tallies), np.full(len(tallies), 1 / len(tallies)), size=RESAMPLES)
    totals = np.tensordot(weights, tallies, axes=1)
    means = totals[:, :, [0, 2]] / np.maximum(totals[:, :, [1, 3]], 1)
    f1 = 2 * means.prod(axis=2) / np.maximum(means.sum(axis=2), 1e-9)
    low, high = np.percentile(f1, [2.5, 97.5], axis=0)
    return {row: (float(low[i]), float(high[i])) for i, row in enumerate(ROWS)}
