from typing import Any

import numpy as np
import pytest

from pipeline.cleaning.line_vectors import DIMENSIONS, LineVectors
from pipeline.training.cleaning_samples import WRITTEN, Sample


def _sample(publisher: str) -> Sample:
    nothing, rows = np.zeros(0), np.zeros((0, 1), np.float32)
    return Sample(publisher, False, rows, rows, nothing, nothing, gold=True)


def test_nothing_of_a_left_out_publisher_is_learnt_and_written_pages_always_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch")
    from pipeline.training import cleaning

    learnt: list[set[str]] = []

    def trained(data: list[Sample], *_: object) -> dict[str, Any]:
        learnt.append({sample.publisher for sample in data})
        return {}

    monkeypatch.setattr(cleaning, "train", trained)
    monkeypatch.setattr(cleaning, "_network", trained)
    words = {"words": "wort", "vectors": np.zeros((1, DIMENSIONS), np.int8), "weights": np.ones(1)}

    data = [_sample("zeitung.example"), _sample("verein.example"), _sample(WRITTEN)]
    cleaning.leave_out(data, {"zeitung.example", WRITTEN}, LineVectors(words))

    assert len(learnt) == 5
    assert all(publishers == {"verein.example", WRITTEN} for publishers in learnt)
