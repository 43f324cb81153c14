import hashlib
import os
import tomllib
from pathlib import Path

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from pipeline.evaluation.cleaning import CleaningReport, InputField, cleaned, evaluate
from pipeline.evaluation.gold import read_rows
from pipeline.evaluation.snippets import counts, total

DATA = os.environ.get("REDEFLUSS_TEST_DATA")
FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(DATA is None, reason="REDEFLUSS_TEST_DATA names no folder with gold pages")


def file(name: str) -> Path:
    path = Path(str(DATA)) / "cleaning" / f"{name}.jsonl.gz"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FLOORS[name]["sha256"], "the floors belong to other pages"
    return path


def measured(source: InputField) -> CleaningReport:
    return evaluate(file("dev"), PipelineConfig(), source=source)


@pytest.mark.parametrize("source", ["extracted_text", "page_text"])
def test_texts_keep_their_floor(source: InputField) -> None:
    report = measured(source)
    assert report.mean.f1 >= FLOORS["dev"][source]
    assert report.below_08 <= FLOORS["dev"]["below_08"][source]


def test_pages_keep_their_floor() -> None:
    report = measured("html")
    assert report.mean.f1 >= FLOORS["dev"]["html"]
    assert report.below_08 <= FLOORS["dev"]["below_08"]["html"]
    assert report.titles >= FLOORS["dev"]["titles"]
    assert report.authors.f1 >= FLOORS["dev"]["authors"]


@pytest.mark.parametrize("source", ["html", "extracted_text", "page_text"])
def test_pages_of_all_kinds_keep_their_floor(source: InputField) -> None:
    clean = Cleaner(PipelineConfig())
    pages = read_rows(file("snippets"), ("name", "url", "with", "without", source))
    articles = [(page, cleaned(clean, page, source)) for page in pages]
    found = total(counts(page, article.text if article else "") for page, article in articles)
    assert found.f1 >= FLOORS["snippets"][source]
