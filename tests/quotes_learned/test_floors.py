"""The learned model must not fall below what it once reached, wherever the annotated articles are there."""

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.evaluation.quotes import QuoteReport, predict, read_gold, report
from pipeline.quotes.learned.model import LearnedQuotes

DEV_SHA256 = "bcae0d184af36e6a0031700dbe759bedcc27bb68c477b9d50be1d00c0d5a52d9"
FLOORS = {"quote": 0.79, "speaker": 0.69, "joint": 0.76, "type": 0.79}
DIRECT_FLOORS = {"quote": 0.89, "speaker": 0.73}


@pytest.fixture(scope="module")
def dev() -> QuoteReport:
    folder = os.environ.get("REDEFLUSS_TEST_DATA")
    path = Path(folder or "", "quotes", "dev.jsonl.gz")
    if not folder or not path.exists():
        pytest.skip(
            "the annotated articles are not here: set REDEFLUSS_TEST_DATA to the folder with quotes/dev.jsonl.gz"
        )
    assert hashlib.sha256(path.read_bytes()).hexdigest() == DEV_SHA256, (
        "other articles than the floors were measured on"
    )
    documents = read_gold(path)
    return report(documents, predict(documents, LearnedQuotes()))


def test_floors(dev: QuoteReport) -> None:
    assert {row: dev.scores[row].f1 for row, floor in FLOORS.items() if dev.scores[row].f1 < floor} == {}


def test_floors_of_direct_quotes(dev: QuoteReport) -> None:
    scores = dev.by_type["Direct"]
    assert {row: scores[row].f1 for row, floor in DIRECT_FLOORS.items() if scores[row].f1 < floor} == {}
