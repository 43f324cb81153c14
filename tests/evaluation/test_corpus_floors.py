"""What the readers reach on the corpus's development part must not fall below what they once reached."""

from pathlib import Path

import orjson
import pytest

from pipeline.config import PipelineConfig
from pipeline.corpus.convert import speakers_row
from pipeline.corpus.files import articles_of
from pipeline.evaluation.speakers import SpeakerReport, add
from pipeline.stages import article_stages
from schemas.codec import encode
from schemas.records import RawArticle

CORPUS = Path(__file__).parents[2] / "corpus"
FLOORS = {
    "redefluss": {
        ("Direct", "recall"): 0.98,
        ("quotes", "recall"): 0.932,
        ("quotes", "precision"): 0.95,
        ("speaker", "precision"): 0.90,
        ("end to end", "f1"): 0.833,
        ("entities", "f1"): 0.912,
    },
    "redefluss-fast": {
        ("Direct", "recall"): 0.95,
        ("quotes", "recall"): 0.895,
        ("quotes", "precision"): 0.92,
        ("speaker", "precision"): 0.865,
        ("end to end", "f1"): 0.78,
        ("entities", "f1"): 0.87,
    },
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("model", FLOORS)
def test_quotes_speakers_and_entities_on_the_development_part(model: str) -> None:
    functions = [stage.load(PipelineConfig(model_de=model, quote_model=model)) for stage in article_stages()]
    report = SpeakerReport()
    for article in articles_of(CORPUS, "dev"):
        gold = speakers_row(article)
        record = RawArticle(id=gold["name"], text=gold["text"], language="de", meta={"name": gold["name"]})
        for function in functions:
            record = function(record)
        add(report, gold, orjson.loads(encode(record)))
    assert len(report.counts) >= 90
    found = {(row, measure): share for row, shares in report.scores.items() for measure, share in shares.items()}
    assert {row: found[row] for row, floor in FLOORS[model].items() if found[row] < floor} == {}
