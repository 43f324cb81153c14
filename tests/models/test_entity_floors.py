"""The shipped recognisers keep the scores they were shipped with, wherever the data is present.

REDEFLUSS_TEST_DATA names a folder with `ner/germeval-2014.jsonl.gz` and `ner/smartdata-de.jsonl.gz`.
"""

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig
from pipeline.evaluation.entities import evaluate

FINGERPRINTS = {
    "germeval-2014": "8155ceace0942470473fc6cc11b25579f4503cd69a979ed6eda9d16d937b8479",
    "smartdata-de": "6bc0e340631d48c23516e2d26f1f4f54f3bf340d141b3ad197125bec51273e53",
}
FLOORS = {
    ("redefluss", "germeval-2014"): 0.828,
    ("redefluss", "smartdata-de"): 0.826,
}


@pytest.fixture(scope="module")
def data() -> Path:
    folder = os.environ.get("REDEFLUSS_TEST_DATA")
    if not folder:
        pytest.skip("set REDEFLUSS_TEST_DATA to the folder with the annotated data to check the scores")
    return Path(folder) / "ner"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("model", "corpus"), FLOORS, ids="-".join)
def test_f1_on_the_held_out_fifth(data: Path, tmp_path: Path, model: str, corpus: str) -> None:
    content = (data / f"{corpus}.jsonl.gz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == FINGERPRINTS[corpus], "other data than the floors were measured on"
    rows = map(json.loads, gzip.decompress(content).decode("utf-8").rstrip("\n").split("\n"))
    held_out = [row for row in rows if int(row["name"].rpartition("-")[2]) % 5 == 0]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in held_out), encoding="utf-8")
    found = evaluate(gold, PipelineConfig(model_de=model))
    assert found.scores["all"].f1 >= FLOORS[model, corpus]
