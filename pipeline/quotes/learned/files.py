"""The files of a trained quote model."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.quotes.learned.decode import DecodeSettings

ENCODER, TAGGER, ROLES, SETTINGS = "encoder.onnx", "tagger.onnx", "roles.onnx", "settings.json"
STATES = "states"


@dataclass(frozen=True)
class Calibration:
    """Soundness (log-odds, ascending) and the share of quotes found with it that were right; between the points the
    share is interpolated."""

    soundness: list[float] = field(default_factory=lambda: [-4.0, 4.0])
    right: list[float] = field(default_factory=lambda: [0.0, 1.0])

    def confidence(self, soundness: float) -> float:
        """The probability, 0 to 1, that a quote of this soundness is one."""
        return float(np.interp(soundness, self.soundness, self.right))


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
