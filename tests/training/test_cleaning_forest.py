import numpy as np
import pytest

from pipeline.cleaning.features import names
from pipeline.cleaning.forest import FORESTS
from pipeline.cleaning.line_vectors import DIMENSIONS
from pipeline.cleaning.text_kind import text_row
from pipeline.training.cleaning_samples import Sample


def _samples(markup: bool) -> list[Sample]:
    """A gold page and a page with snippets that contradict each other."""
    width = len(names(markup=markup))
    random = np.random.default_rng(1)
    rows = random.random((400, width), dtype=np.float32)
    gold = (rows[:, :20].mean(axis=1) > 0.5).astype(np.float64)
    weights, vectors = np.ones(len(rows)), np.zeros((len(rows), DIMENSIONS), dtype=np.float32)
    return [
        Sample("zeitung.example", markup, rows, vectors, gold, weights, gold=True),
        Sample("verein.example", markup, rows, vectors, 1 - gold, 3 * weights, gold=False),
    ]


def _whole_texts(number: int) -> list[Sample]:
    """Texts that report much, as newspapers do, and texts that do not."""
    random = np.random.default_rng(2)
    columns = names(markup=False)
    made = []
    for newspaper in [True, False] * number:
        rows = random.random((5, len(columns)), dtype=np.float32)
        rows[:, columns.index("reporting")] += 2 * newspaper
        none, vectors = np.zeros(len(rows)), np.zeros((len(rows), DIMENSIONS), dtype=np.float32)
        made.append(Sample("x.example", False, rows, vectors, none, none, gold=newspaper, newspaper=newspaper))
    return made


def test_trees_of_news_learn_from_gold_pages_alone_and_a_text_is_told_by_its_kind() -> None:
    pytest.importorskip("lightgbm")
    pytest.importorskip("torch")
    from pipeline.training.cleaning import train

    data = [*_samples(markup=True), *_samples(markup=False)]
    texts = _whole_texts(40)

    right, forests = {}, {}
    for name in FORESTS:
        forests[name] = train([*data, *texts], name)
        if name != "text-kind":
            sample = data[2 if name.startswith("text") else 0]
            right[name] = float(np.mean((forests[name].probabilities(sample.rows) > 0.5) == sample.labels))
    assert min(right["news"], right["text-news"]) > 0.9
    assert right["page"] < 0.5
    likely = forests["text-kind"].probabilities(np.concatenate([text_row(text.rows) for text in texts]))
    assert likely[::2].mean() > 0.8
    assert likely[1::2].mean() < 0.6


def test_where_all_texts_are_of_newspapers_each_is_one() -> None:
    """As with gold pages alone, to which no pages of other kinds are given."""
    pytest.importorskip("lightgbm")
    pytest.importorskip("torch")
    from pipeline.training.cleaning import train

    texts = [text for text in _whole_texts(40) if text.newspaper]
    rows = np.concatenate([text_row(text.rows) for text in texts])
    assert train(texts, "text-kind").probabilities(rows).min() > 0.99
