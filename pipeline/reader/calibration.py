"""The confidence of reader and rules together, learned from articles that neither was made on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

FILE = "calibration.json"
LEAST_SURE = 0.5
"""The confidence (0 to 1) that a quote needs if nothing else is said of its type."""
_BOUND = 0.001


def logit(probability: float) -> float:
    """The logarithm of the odds; probabilities near 0 and 1 count as 0.001 and 0.999."""
    bounded = min(max(probability, _BOUND), 1 - _BOUND)
    return float(np.log(bounded / (1 - bounded)))


@dataclass(frozen=True)
class Logistic:
    """The probability of something by the features that speak for and against it; unknown features count nothing."""

    weights: Mapping[str, float]

    def __call__(self, features: Mapping[str, float]) -> float:
        """From 0 to 1. The feature `always` is the intercept."""
        total = self.weights.get("always", 0.0)
        total += sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return float(1 / (1 + np.exp(-total)))


@dataclass(frozen=True)
class Calibration:
    """What a reader's folder says of how sure it is.

    Attributes:
        quote: whether a candidate is a quote with its extent.
        speaker: whether the chain that the model chooses says it.
        least_sure: by type of quote, below which confidence (0 to 1) candidates are left out; direct speech without
            quotation marks counts as a type of its own; of "Reported", acts of speech that are only reported
            ("warnte vor Schulden"), in records.
    """

    quote: Logistic
    speaker: Logistic
    least_sure: Mapping[str, float]

    @classmethod
    def read(cls, folder: Path) -> Calibration:
        """The calibration in `folder`; one that takes the model at its word where there is none."""
        path = folder / FILE
        if not path.is_file():
            return cls(Logistic({"seen": 1.0, "rule": 1.0}), Logistic({"probability": 1.0}), {})
        stored = orjson.loads(path.read_bytes())
        return cls(Logistic(stored["quote"]), Logistic(stored["speaker"]), stored["least_sure"])

    def enough(self, kind: str, confidence: float) -> bool:
        """Whether a quote of that kind is sure enough to be published."""
        return confidence >= self.least_sure.get(kind, LEAST_SURE)

    def write(self, folder: Path) -> None:
        """Write it into `folder`."""
        stored = {
            "quote": dict(self.quote.weights),
            "speaker": dict(self.speaker.weights),
            "least_sure": dict(self.least_sure),
        }
        (folder / FILE).write_bytes(orjson.dumps(stored, option=orjson.OPT_INDENT_2))
