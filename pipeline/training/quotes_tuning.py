"""What is fitted on held-out documents once the network is trained: decoding, and calibrated confidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import minimize

from pipeline.evaluation.quote_scores import Score, overlap, pair, pair_documents, token_quote, total_score
from pipeline.evaluation.reliability import RIGHT
from pipeline.quotes.learned.decode import DecodedQuote, DecodeSettings
from pipeline.quotes.learned.files import Calibration, features
from pipeline.quotes.learned.model import spans
from pipeline.quotes.learned.words import Words
from pipeline.training.quotes_data import Example

TEMPERATURES = (0.6, 0.8, 1.0, 1.25)
LEAST_OTHERS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
LEAST_DIRECT = (0.25, 0.35, 0.45, 0.55)
LEAST_MEMBERS = (-1.5, -1.0, -0.5, 0.0)
NOTHING = ((0.0, 0.0), (0.0, -1.0), (0.0, -2.0), (1.0, -2.0))
TUNED_FOR = ("quote", "speaker", "joint", "type")
Found = dict[str, list[DecodedQuote]]


def tune(examples: Sequence[Example], predict: Callable[[DecodeSettings], Found]) -> DecodeSettings:
    """The settings with which the quotes that `predict` finds in the `examples` score best, found one after another."""
    changes: list[Callable[[DecodeSettings], list[DecodeSettings]]] = [
        lambda best: [replace(best, temperature=value) for value in TEMPERATURES],
        lambda best: [replace(best, least_agreement=(best.least_agreement[0], value)) for value in LEAST_OTHERS],
        lambda best: [replace(best, least_agreement=(value, best.least_agreement[1])) for value in LEAST_DIRECT],
        lambda best: [replace(best, least_member=value) for value in LEAST_MEMBERS],
        lambda best: [replace(best, nothing=value) for value in NOTHING],
    ]
    best = DecodeSettings()
    for change in changes:
        best = max(change(best), key=lambda option: _worth(scores(examples, predict(option))))
    return best


def _worth(found: dict[str, Score]) -> float:
    return sum(found[row].f1 for row in TUNED_FOR)


def scores(examples: Sequence[Example], found: Found) -> dict[str, Score]:
    """Scores of the quotes found in the examples."""
    rows = {example.name: as_rows(example.words, found[example.name]) for example in examples}
    return total_score(pair_documents([example.record for example in examples], rows))


def as_rows(words: Words, quotes: Sequence[DecodedQuote]) -> list[dict[str, Any]]:
    """Quotes as the gold data has them."""
    return [
        {
            "spans": spans(words, quote.segment.words),
            **{role: spans(words, indices) for role, indices in quote.roles.items()},
            "type": quote.segment.type,
            "medium": quote.medium,
        }
        for quote in quotes
    ]


def judged(record: Mapping[str, Any], words: Words, quotes: Sequence[DecodedQuote]) -> list[bool]:
    """Of each quote, whether it was paired with a gold one that it shares most of its words with."""
    predicted = [token_quote(row, record["tokens"]) for row in as_rows(words, quotes)]
    gold = [token_quote(quote, record["tokens"]) for quote in record["quotes"]]
    right = {id(p): overlap(g, p) >= RIGHT for g, p in pair(gold, predicted) if g is not None and p is not None}
    return [right.get(id(quote), False) for quote in predicted]


def calibrate(examples: Sequence[Example], found: Found) -> Calibration:
    """The regression that tells best which of the quotes found are right; slightly regularised."""
    rows = np.array([features(quote) for example in examples for quote in found[example.name]])
    right = np.array(
        [one for example in examples for one in judged(example.record, example.words, found[example.name])], dtype=float
    )

    def cost(weights: np.ndarray[Any, Any]) -> float:
        evidence = rows @ weights
        return float(np.sum(np.logaddexp(0, evidence) - right * evidence) + 0.05 * np.sum(weights[1:] ** 2))

    weights = minimize(cost, np.zeros(rows.shape[1]), method="L-BFGS-B").x
    return Calibration(*(round(float(weight), 4) for weight in weights))
