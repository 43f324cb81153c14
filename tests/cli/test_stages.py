"""One article through the stages, without a broker."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.cli.errors import ExitCode
from agents.cli.input_files import SAMPLES
from agents.cli.stages import read_record
from agents.settings import Settings
from pipeline.stages import article_stages
from schemas.codec import decode
from schemas.records import CleanArticle, EntityArticle, QuoteArticle
from tests.cli.conftest import Cli

SAMPLE = str(SAMPLES / "freibad.html")


@pytest.mark.parametrize(
    ("command", "record"), [("clean", CleanArticle), ("entities", EntityArticle), ("quotes", QuoteArticle)]
)
def test_a_pipe_gets_the_record(quick: Cli, command: str, record: type[CleanArticle]) -> None:
    result = quick(command, SAMPLE)
    assert result.returncode == ExitCode.OK, result.stderr
    assert result.stdout.count(b"\n") == 1
    assert decode(result.stdout, record).title == "Rat stimmt für Schließung des Freibads"


def test_stages_go_on_from_a_record(quick: Cli) -> None:
    whole = quick("quotes", SAMPLE).stdout
    step = quick("clean", SAMPLE).stdout
    for command in ("entities", "quotes"):
        step = quick(command, "-", stdin=step).stdout
    assert step == whole
    result = quick("entities", "-", stdin=whole)
    assert result.returncode == ExitCode.USAGE
    assert b"past that stage: quote-article/1" in result.stderr


def test_explain_gives_every_line_its_rule(quick: Cli) -> None:
    lines = [json.loads(line) for line in quick("clean", "--explain", SAMPLE).stdout.splitlines()]
    assert {line["verdict"] for line in lines} >= {"keep", "remove"}
    assert all(line["rule"] for line in lines)


def test_every_sample_has_quotes() -> None:
    settings = Settings(_env_file=None, model_de="rules", quote_model="rules")
    functions = [stage.load(settings.pipeline) for stage in article_stages()]
    for path in sorted(Path(SAMPLES).iterdir()):
        if path.suffix in {".txt", ".html", ".json"}:
            record: Any = read_record(str(path), settings)
            for function in functions:
                record = function(record)
            assert len(record.quotes) >= 4, path.name
            assert any(quote.speaker and quote.speaker.name for quote in record.quotes), path.name
