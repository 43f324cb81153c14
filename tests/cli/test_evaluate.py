"""`redefluss evaluate` as a process."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.cli.evaluate import app
from agents.cli.main import execute


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("4", "4")])
def test_matrices_have_one_thread_unless_somebody_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, given: str | None, threads: str
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    CliRunner().invoke(app, ["entities", "nirgends.jsonl"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == threads


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
