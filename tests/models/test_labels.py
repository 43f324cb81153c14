"""Labels of words, and the sequences of them that make sense."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.models.labels import Labels

LABELS = Labels(("PER", "ORG"))


def test_spans_survive_labels() -> None:
    spans = [(0, 1, "PER"), (1, 4, "ORG"), (5, 7, "PER")]
    scores = np.log(np.full((8, len(LABELS)), 1e-6, dtype=np.float32))
    scores[np.arange(8), LABELS.encode(spans, 8)] = 0.0
    assert [span[:3] for span in LABELS.decode(scores)] == spans


def test_a_senseless_sequence_is_mended() -> None:
    scores = np.full((2, len(LABELS)), -9.0, dtype=np.float32)
    scores[0, LABELS.names.index("B-PER")] = -0.1
    scores[1, LABELS.names.index("L-ORG")] = -0.1
    scores[1, LABELS.names.index("L-PER")] = -2.0
    assert [span[:3] for span in LABELS.decode(scores)] == [(0, 2, "PER")]


def test_no_words_no_spans() -> None:
    assert LABELS.decode(np.zeros((0, len(LABELS)), dtype=np.float32)) == []


@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(len(LABELS))), elements=st.floats(-20, 0, width=32))
)
def test_whatever_the_scores_spans_are_apart_and_in_order(scores: np.ndarray) -> None:
    spans = LABELS.decode(scores)
    for begin, end, kind, certainty in spans:
        assert 0 <= begin < end <= len(scores)
        assert kind in LABELS.types
        assert 0 <= certainty <= 1
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
