"""What the line classifiers learn from."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.cleaning.line_vectors import DIMENSIONS, LineVectors
from pipeline.training import cleaning_samples

PAGE = {
    "name": "a",
    "url": "https://waldauer-bote.example/rat",
    "title": "Rat tagt",
    "authors": [],
    "gold": ["Der Rat."],
}
INPUTS = {"html": "<p>Der Rat.</p>", "page_text": "Der Rat.", "extracted_text": "Der Rat."}


@pytest.mark.parametrize(("lacking", "told"), [("further", "further.jsonl"), ("written", "no folder with written")])
def test_a_missing_file_is_told_before_any_page_is_read_into_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str, told: str
) -> None:
    row = json.dumps({**PAGE, **INPUTS})
    gold, further, written = tmp_path / "gold.jsonl", tmp_path / "further.jsonl", tmp_path / "written"
    gold.write_text(row)
    if lacking != "further":
        further.write_text(row)
    read: list[object] = []
    monkeypatch.setattr(cleaning_samples, "samples", lambda page, *_, **__: read.append(page) or [])
    words = {"words": "rat", "vectors": np.zeros((1, DIMENSIONS), np.int8), "weights": np.ones(1)}

    with pytest.raises((FileNotFoundError, ValueError), match=told):
        cleaning_samples.read_samples(gold, [further], written, LineVectors(words))

    assert not read
