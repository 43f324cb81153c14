import hashlib
import os
import tomllib
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig
from pipeline.evaluation.cleaning import CleaningReport, Source, evaluate

DATA = os.environ.get("REDEFLUSS_TEST_DATA")
FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(DATA is None, reason="REDEFLUSS_TEST_DATA names no folder with gold pages")


def measured(source: Source) -> CleaningReport:
    gold = Path(str(DATA)) / "cleaning" / "dev.jsonl.gz"
    assert hashlib.sha256(gold.read_bytes()).hexdigest() == FLOORS["sha256"], "the floors belong to other pages"
    return evaluate(gold, PipelineConfig(), source=source)


@pytest.mark.parametrize("source", ["extracted_text", "page_text"])
def test_texts_keep_their_floor(source: Source) -> None:
    report = measured(source)
    assert report.mean.f1 >= FLOORS["f1"][source]
    assert report.below_08 == 0


def test_pages_keep_their_floor() -> None:
    report = measured("html")
    assert report.mean.f1 >= FLOORS["f1"]["html"]
    assert report.below_08 == 0
    assert report.titles >= FLOORS["titles"]
    assert report.authors.f1 >= FLOORS["authors"]
