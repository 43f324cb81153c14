from pathlib import Path

import numpy as np
import pytest

from pipeline.cleaning.features import names
from pipeline.cleaning.forest import FORESTS, Forest
from pipeline.training.cleaning import export
from pipeline.training.cleaning_samples import Sample


def _samples(markup: bool) -> list[Sample]:
    """A gold page and a page with snippets that contradict each other."""
    width = len(names(markup=markup))
    random = np.random.default_rng(1)
    rows = random.random((400, width), dtype=np.float32)
    gold = (rows[:, :20].mean(axis=1) > 0.5).astype(np.float64)
    weights = np.ones(len(rows))
    return [
        Sample("zeitung.example", markup, rows, gold, weights, gold=True),
        Sample("verein.example", markup, rows, 1 - gold, 3 * weights, gold=False),
    ]


def test_news_and_most_of_the_trees_of_text_learn_from_gold_pages_alone(tmp_path: Path) -> None:
    pytest.importorskip("lightgbm")
    data = [*_samples(markup=True), *_samples(markup=False)]

    export(data, tmp_path)

    right = {}
    for forest in FORESTS:
        sample = data[2 if forest == "text" else 0]
        with np.load(tmp_path / f"blocks-{forest}.npz") as arrays:
            found = Forest({key: arrays[key] for key in arrays.files}).probabilities(sample.rows)
        right[forest] = float(np.mean((found > 0.5) == sample.labels))
    assert right["news"] > 0.9
    assert right["text"] > 0.9
    assert right["page"] < 0.5
