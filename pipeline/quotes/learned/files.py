"""The files of a trained quote model."""

from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.quotes.learned.decode import DecodedQuote, DecodeSettings

ENCODER, TAGGER, ROLES, SETTINGS = "encoder.onnx", "tagger.onnx", "roles.onnx", "settings.json"
STATES = "states"


@dataclass(frozen=True)
class Calibration:
    """A logistic regression: the weights of what speaks for a quote, fitted on held-out documents."""

    constant: float = 0.0
    agreement: float = 0.0
    soundness: float = 0.0
    direct: float = 0.0

    def confidence(self, quote: DecodedQuote) -> float:
        """The probability, 0 to 1, that the quote is one: that it shares most of its words with a gold quote."""
        evidence = np.dot(astuple(self), features(quote))
        return float(1 / (1 + np.exp(-np.clip(evidence, -30, 30))))


def features(quote: DecodedQuote) -> tuple[float, float, float, float]:
    """What the weights of a Calibration are for, in their order."""
    return 1.0, quote.agreement, quote.soundness, float(quote.segment.type == "Direct")


@dataclass(frozen=True)
class LearnedSettings:
    """What belongs to a trained model besides its graphs: transitions of tags (LAYERS x (TAGS + 1) x TAGS, log scores),
    how scores are decoded, and how soundness becomes confidence."""

    transitions: NDArray[np.float32]
    decode: DecodeSettings
    calibration: Calibration

    def as_record(self) -> dict[str, Any]:
        """The settings as JSON can hold them."""
        transitions = [[[round(float(x), 4) for x in row] for row in layer] for layer in self.transitions]
        return {
            "transitions": transitions,
            "decode": asdict(self.decode),
            "calibration": asdict(self.calibration),
        }

    @staticmethod
    def read(path: Path) -> "LearnedSettings":
        """The settings in the file `path`."""
        record = orjson.loads(path.read_bytes())
        decode: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record["decode"].items()
        }
        return LearnedSettings(
            transitions=np.array(record["transitions"], dtype=np.float32),
            decode=DecodeSettings(**decode),
            calibration=Calibration(**record["calibration"]),
        )
