"""`redefluss evaluate`: what it prints of a report, and where it writes it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.cli import evaluate
from agents.cli.errors import ExitCode
from agents.cli.evaluate import app
from agents.cli.main import execute
from pipeline.evaluation import entities
from tests.cli.conftest import Cli


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("4", "4")])
def test_matrices_have_one_thread_unless_somebody_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, given: str | None, threads: str
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    CliRunner().invoke(app, ["entities", "nirgends.jsonl"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == threads


CONTENT = {
    "documents": {"article-1.txt": {"f1": 0.5}, "article-3.txt": {"f1": 0.25}, "article-2.txt": {"f1": 0.25}},
    "scores": {"all": {"precision": 0.5, "gold": 4}, "[PER]": {"precision": None}},
    "interval": [0.4, 0.6],
    "share_of_lines": 0.12345,
    "by_type": {"names": {"x": {"f1": 1.0}}},
    "by_difficulty": {"hard": {"x": {"f1": 0.0}}},
    "gains": {"a rule of that name which is long": {"f1": 2}},
    "confusion": {"PER": {"PER": 3, "LOC": 1}, "ORG": {"ORG": 2}},
    "errors": [
        {"count": 3, "kind": "missed [a]", "gold": "PER", "predicted": None, "examples": ["in [Kiel] mit"]},
        {"count": 1, "kind": "invented", "examples": ["am [Montag] ging"]},
    ],
}
SHOWN = [
    "Scores over 3 documents",
    "precision gold 95 % of f1",
    "all 0.500 4 0.400 – 0.600",
    "[PER]",
    "share of lines 0.123",
    *("names", "f1", "x 1.000"),
    *("hard", "f1", "x 0.000"),
    *("What each rule adds, in points of 100", "f1", "a rule of that name which is long 2"),
    *("Gold by predicted", "PER ORG LOC", "PER 3 0 1", "ORG 0 2 0"),
]


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Callable[[Any], None]:
    """Have the scorer of entities find a report with this content, or raise this error."""
    (folder / "gold.jsonl").write_text("{}")

    def give(content: Any) -> None:
        def scorer(gold: Path, config: object, *, progress: Callable[[int, int], None]) -> Any:
            progress(1, 2)
            if isinstance(content, Exception):
                raise content
            return SimpleNamespace(as_json=lambda: content, prediction_rows=lambda: [{"id": "ä"}, {"id": "b"}])

        monkeypatch.setattr(entities, "evaluate", scorer)

    return give


def lines_of(out: bytes) -> list[str]:
    """What was printed, with single spaces."""
    return [" ".join(line.split()) for line in out.decode().splitlines() if line.strip()]


def test_a_report_is_printed_in_tables(quick: Cli, scored: Callable[[Any], None]) -> None:
    scored(CONTENT)
    assert lines_of(quick("evaluate", "entities", "gold.jsonl").stdout) == SHOWN
    errors = lines_of(quick("evaluate", "entities", "gold.jsonl", "--errors", "1").stdout)
    assert errors == [*SHOWN, "3 × kind missed [a], gold PER", "in [Kiel] mit"]
    scored(CONTENT | {"documents": 7, "intervals": {"all": None, "[PER]": [0.1, 0.2]}})
    lines = lines_of(quick("evaluate", "entities", "gold.jsonl").stdout)
    assert (lines[0], lines[2:4]) == ("Scores over 7 documents", ["all 0.500 4", "[PER] 0.100 – 0.200"])
    scored(CONTENT | {"documents": 1})
    assert lines_of(quick("evaluate", "entities", "gold.jsonl").stdout)[0] == "Scores over 1 document"


def test_the_worst_documents_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    evaluate._print(CONTENT, errors=0, worst=2)
    lines = lines_of(capsys.readouterr().out.encode())
    assert lines == [*SHOWN, "Worst documents", "f1", "article-2.txt 0.250", "article-3.txt 0.250"]


def test_a_report_is_json_and_what_was_predicted_a_file(
    quick: Cli, folder: Path, scored: Callable[[Any], None]
) -> None:
    scored(CONTENT)
    result = quick("evaluate", "entities", "gold.jsonl", "--json", "--predictions", "out.jsonl")
    assert (result.returncode, json.loads(result.stdout)) == (ExitCode.OK, CONTENT)
    assert (folder / "out.jsonl").read_text(encoding="utf-8") == '{"id":"ä"}\n{"id":"b"}\n'


def test_predictions_never_take_the_place_of_the_annotation(
    quick: Cli, folder: Path, scored: Callable[[Any], None]
) -> None:
    scored(CONTENT)
    (folder / "link.jsonl").symlink_to("gold.jsonl")
    for name in ("gold.jsonl", "./gold.jsonl", "link.jsonl"):
        result = quick("evaluate", "entities", "gold.jsonl", "--predictions", name)
        assert (result.returncode, (folder / "gold.jsonl").read_text()) == (ExitCode.USAGE, "{}")
        assert result.stderr.decode() == f"redefluss: --predictions: {Path(name)} is the annotated file\n"


def test_a_file_that_cannot_be_scored_is_told_in_a_line(quick: Cli, scored: Callable[[Any], None]) -> None:
    scored(ValueError("line 3:\n no text"))
    result = quick("evaluate", "entities", "gold.jsonl")
    assert (result.returncode, result.stderr) == (ExitCode.USAGE, b"redefluss: line 3: no text\n")


def test_predictions_that_cannot_be_written_are_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"name": "a", "text": "Anna Berg kam.", "entities": [[0, 9, "PER"]]}\n')
    monkeypatch.setattr("pipeline.evaluation.entities.evaluate", lambda *_, **__: pytest.fail("worked"))
    assert execute(["evaluate", "entities", str(gold), "--predictions", str(tmp_path / "none" / "x.jsonl")]) == 2
    assert "No such file or directory" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("span", ['[9, 0, "PER"]', '[0, 99, "PER"]', '["0", 9, "PER"]', "[0, 9]"])
def test_names_that_are_not_in_the_text_are_told(span: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(f'{{"name": "a", "text": "Anna Berg kam.", "entities": [{span}]}}\n')
    assert execute(["evaluate", "entities", str(gold)]) == 2
    assert "a: entities are not [begin, end, type]" in " ".join(capsys.readouterr().err.split())
