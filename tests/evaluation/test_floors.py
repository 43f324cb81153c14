"""What the stages reach together must not fall below what they once reached, wherever the annotated articles are there.

REDEFLUSS_TEST_DATA names a folder with `quotes/dev.jsonl.gz` and `speakers/dev.jsonl.gz`.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline.config import PipelineConfig
from pipeline.evaluation import quotes, speakers

Row = TypeVar("Row", str, tuple[str, str])
SETTINGS = {
    "default": PipelineConfig(),
    "open": PipelineConfig(model_de="redefluss-open", quote_model="rules"),
}
FINGERPRINTS = {
    "quotes": "bcae0d184af36e6a0031700dbe759bedcc27bb68c477b9d50be1d00c0d5a52d9",
    "speakers": "ecdc797edacbee530f7adcce697786bf9b6266c4a5bdcbdebd6557cac4a1ff30",
}
QUOTES = {
    "default": {"quote": 0.80, "speaker": 0.725, "joint": 0.785, "type": 0.805},
    "open": {"quote": 0.77, "speaker": 0.68, "joint": 0.74, "type": 0.78},
}
DIRECT = {"default": {"quote": 0.90, "speaker": 0.78}, "open": {"quote": 0.88, "speaker": 0.78}}
WHOLE = {
    "default": {
        ("Direct", "recall"): 0.95,
        ("quotes", "recall"): 0.93,
        ("quotes", "precision"): 0.83,
        ("speaker", "precision"): 0.89,
        ("end to end", "f1"): 0.785,
        ("entities", "f1"): 0.93,
    },
    "open": {
        ("Direct", "recall"): 0.95,
        ("quotes", "recall"): 0.86,
        ("quotes", "precision"): 0.87,
        ("speaker", "precision"): 0.84,
        ("end to end", "f1"): 0.73,
        ("entities", "f1"): 0.87,
    },
}


def gold(name: str) -> Path:
    folder = os.environ.get("REDEFLUSS_TEST_DATA")
    path = Path(folder or "", name, "dev.jsonl.gz")
    if not folder or not path.exists():
        pytest.skip(
            f"the annotated articles are not here: set REDEFLUSS_TEST_DATA to the folder with {name}/dev.jsonl.gz"
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == FINGERPRINTS[name], "other articles than the floors were measured on"
    return path


def below(found: Mapping[Row, float], floors: Mapping[Row, float]) -> dict[Row, float]:
    """What was found of what is less than its floor."""
    return {row: found[row] for row, floor in floors.items() if found[row] < floor}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("setting", SETTINGS)
def test_quotes_and_direct_quotes(setting: str) -> None:
    report = quotes.evaluate(gold("quotes"), SETTINGS[setting])
    assert below({row: score.f1 for row, score in report.scores.items()}, QUOTES[setting]) == {}
    assert below({row: score.f1 for row, score in report.by_type["Direct"].items()}, DIRECT[setting]) == {}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("setting", SETTINGS)
def test_whole_articles(setting: str) -> None:
    scores = speakers.evaluate(gold("speakers"), SETTINGS[setting]).scores
    found = {(row, measure): share for row, shares in scores.items() for measure, share in shares.items()}
    assert below(found, WHOLE[setting]) == {}
