"""`redefluss evaluate` as a process."""

import os

import pytest
from typer.testing import CliRunner

from agents.cli.evaluate import app


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("4", "4")])
def test_matrices_have_one_thread_unless_somebody_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, given: str | None, threads: str
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    CliRunner().invoke(app, ["entities", "nirgends.jsonl"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == threads
