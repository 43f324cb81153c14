import gzip
from pathlib import Path

import orjson
import pytest

from pipeline.config import PipelineConfig
from pipeline.evaluation.cleaning import compare, evaluate
from tests.cleaning.pages import HEADING, PAGE, PARAGRAPHS, TEXT, TITLE

GOLD = {
    "name": "bruecke",
    "url": "https://hafenbote.example/bruecke",
    "title": TITLE,
    "authors": ["Jonas Beispiel", "Ute Muster"],
    "html": PAGE,
    "page_text": TEXT,
    "extracted_text": TEXT,
    "gold": [*PARAGRAPHS[:3], HEADING, *PARAGRAPHS[3:]],
}


def test_words_are_compared_as_multisets() -> None:
    score = compare("Ja ja, nein", "ja nein doch")
    assert (score.precision, score.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_report_of_a_gold_file(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl.gz"
    gold.write_bytes(gzip.compress(orjson.dumps(GOLD)))
    report = evaluate(gold, PipelineConfig())
    assert (report.mean.f1, report.titles, report.authors.f1, report.below_08) == (1.0, 1.0, 1.0, 0)
    assert report.prediction_rows()[0]["name"] == "bruecke"
    assert report.as_json()["documents"]["bruecke"]["f1"] == 1.0


def test_other_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"name": "x"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        evaluate(other, PipelineConfig())
