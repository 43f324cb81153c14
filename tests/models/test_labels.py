"""Labels of words, and the sequences of them that make sense."""

from itertools import pairwise, product

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


def plainly_likely(scores: np.ndarray) -> list[tuple[int, int, str, float]]:
    """The spans that more than half of all sequences have that make sense, each weighed by its probability."""
    weights: dict[tuple[int, int, str], float] = {}
    total = 0.0
    for path in product(range(len(LABELS)), repeat=len(scores)):
        names = ["O", *(LABELS.names[label] for label in path), "O"]
        if any((left[0] in "BI") != (right[0] in "IL") for left, right in pairwise(names)):
            continue
        if any(left[0] in "BI" and left[2:] != right[2:] for left, right in pairwise(names)):
            continue
        weight = float(np.exp(sum(scores[word, label] for word, label in enumerate(path))))
        total += weight
        begin = 0
        for word, name in enumerate(names[1:-1]):
            begin = word if name[0] in "BU" else begin
            if name[0] in "LU":
                span = (begin, word + 1, name[2:])
                weights[span] = weights.get(span, 0.0) + weight
    return sorted((*span, weight / total) for span, weight in weights.items() if weight > total / 2)


def test_the_spans_are_those_of_most_sequences() -> None:
    generator = np.random.default_rng(5)
    found = 0
    for _ in range(30):
        scores = (generator.normal(size=(4, len(LABELS))) * 3).astype(np.float32)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        # Nothing is outside for certain, so that no word is left out.
        scores[:, 0] = np.minimum(scores[:, 0], np.float32(np.log(0.85)))
        spans, plain = LABELS.decode(scores), plainly_likely(scores)
        assert [span[:3] for span in spans] == [span[:3] for span in plain]
        assert np.allclose([span[3] for span in spans], [span[3] for span in plain], atol=1e-5)
        found += len(spans)
    assert found > 30


def test_a_name_whose_end_and_type_are_open_is_none() -> None:
    scores = np.full((2, len(LABELS)), -9.0, dtype=np.float32)
    for word, chances in enumerate(({"U-PER": 0.4, "B-PER": 0.3, "U-ORG": 0.3}, {"O": 0.6, "L-PER": 0.4})):
        for name, chance in chances.items():
            scores[word, LABELS.names.index(name)] = np.log(chance)
    assert LABELS.decode(scores) == []
    scores[1, 0], scores[1, LABELS.names.index("L-PER")] = np.log(0.2), np.log(0.8)
    ((begin, end, kind, _),) = LABELS.decode(scores)
    assert (begin, end, kind) == (0, 2, "PER")


def test_a_long_group_of_open_words_is_read_to_its_end() -> None:
    scores = np.full((3000, len(LABELS)), -7.0, dtype=np.float32)
    scores[:, LABELS.names.index("I-ORG")] = -0.01
    scores[0, LABELS.names.index("B-ORG")] = scores[-1, LABELS.names.index("L-ORG")] = -0.001
    ((begin, end, kind, _),) = LABELS.decode(scores)
    assert (begin, end, kind) == (0, 3000, "ORG")
