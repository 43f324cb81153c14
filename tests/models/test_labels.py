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


def plainly_best(scores: np.ndarray) -> list[int]:
    """The best sequence of labels that makes sense, by a search over all words."""
    opened, inner = (np.array([name[0] in places for name in LABELS.names]) for places in ("BI", "IL"))
    kinds = np.array([name[2:] for name in LABELS.names])
    allowed = np.where(opened[:, None], inner & (kinds[:, None] == kinds), ~inner)
    total = np.where(inner, -1e9, scores[0].astype(np.float64))
    back = []
    for row in scores[1:]:
        options = total[:, None] + np.where(allowed, 0.0, -1e9)
        back.append(options.argmax(axis=0))
        total = options.max(axis=0) + row
    path = [int(np.where(opened, -1e9, total).argmax())]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    return path[::-1]


def test_the_best_sequence_is_that_of_a_search_over_all_words() -> None:
    generator = np.random.default_rng(5)
    mended = 0
    for length in range(1, 120):
        scores = (generator.normal(size=(length, len(LABELS))) * 3).astype(np.float32)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        # Nothing is outside for certain, so that no word is left out of the search.
        scores[:, 0] = np.minimum(scores[:, 0], np.float32(np.log(0.85)))
        best = plainly_best(scores)
        mended += best != scores.argmax(axis=1).tolist()
        spans = LABELS.decode(scores)
        assert LABELS.encode([span[:3] for span in spans], length).tolist() == best
        for begin, end, _, certainty in spans:
            assert certainty == min(float(np.exp(scores[word, best[word]])) for word in range(begin, end))
    assert 30 < mended < 119
