"""The README shows what comes out of the stream: the table of `make run`, and the record of its own example."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.pool.protocol import Done, Job, Outcome
from agents.stage_jobs import StageSetup, load
from pipeline.config import PipelineConfig
from pipeline.stages import STAGES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEY = "freibad-1"
TOLERANCE = 0.02
"""Of a confidence: 8-bit matrices do not give the same on every processor."""
Perform = Callable[[Job], Outcome]


@pytest.fixture(scope="module")
def perform() -> Perform:
    return load(StageSetup([stage.name for stage in STAGES[:3]], PipelineConfig()))


def published(perform: Perform, article: dict[str, Any]) -> list[dict[str, Any]]:
    """What the last of the three stages publishes of an article, in order; the last is the whole article."""
    values = [orjson.dumps(article)]
    for stage in STAGES[:3]:
        outcome = perform(Job(stage.name, KEY.encode(), values[-1]))
        assert isinstance(outcome, Done)
        values = [message.value for message in outcome.messages if message.value is not None]
    return [orjson.loads(value) for value in values]


def test_the_table_is_that_of_the_samples(perform: Perform) -> None:
    rows = re.findall(r"^    (.+?)  +(.+?)  +(\w+) +(\d\.\d\d)$", README, re.MULTILINE)
    html = (ROOT / "agents" / "cli" / "samples" / "freibad.html").read_text(encoding="utf-8")
    quotes = published(perform, {"html": html})[-1]["quotes"]
    found = {(q["speaker"] and q["speaker"]["name"], q["text"], q["type"]): q["confidence"] for q in quotes}
    assert len(rows) == 3
    for *row, confidence in rows:
        assert found[tuple(row)] == pytest.approx(float(confidence), abs=TOLERANCE), row


def test_the_record_is_that_of_the_article_beside_it(perform: Perform) -> None:
    sent = re.search(r'"title": "(.+?)",\n +"text": "(.+?)",\n', README)
    shown = re.search(r"```json\n(.+?)```", README, re.DOTALL)
    assert sent is not None
    assert shown is not None
    records = published(perform, {"title": sent[1], "text": sent[2]})
    assert any(_has(record, orjson.loads(shown[1])) for record in records), records


def _has(record: Any, shown: Any) -> bool:
    if isinstance(shown, dict):
        return isinstance(record, dict) and all(_has(record.get(key), value) for key, value in shown.items())
    return bool(record == (pytest.approx(shown, abs=TOLERANCE) if isinstance(shown, float) else shown))
