"""The layer that labels names, fitted on vectors that stay as they are."""

import numpy as np

from pipeline.reader.layout import Layout
from pipeline.reader.schema import NAMES
from pipeline.reader.scorers import Linear
from pipeline.spans import CharOffset
from pipeline.training.name_head import fit, labels_of, marked

CLASSES, WIDTH = len(NAMES), 6


def test_marked_names_are_labelled_and_open_words_do_not_count() -> None:
    document = marked("s", "Im [Landgericht Lindow|ORG] saß ein Elbe-Kapitän, [Falk|PER].")
    assert document.text == "Im Landgericht Lindow saß ein Elbe-Kapitän, Falk."
    layout = Layout(document.text)
    labels, counts = labels_of(layout, [*document.mentions, (CharOffset(0), CharOffset(2), "DERIV")])
    named = {layout.words[i]: NAMES.names[label] for i, label in enumerate(labels) if label}
    assert named == {"Landgericht": "B-ORG", "Lindow": "L-ORG", "Falk": "U-PER"}
    assert [word for word, counted in zip(layout.words, counts, strict=True) if not counted] == [
        "Im",
        "Elbe",
        "-",
        "Kapitän",
    ]


def test_the_layer_learns_what_it_did_not_know_and_keeps_the_rest() -> None:
    chance = np.random.default_rng(3)
    vectors = chance.normal(size=(40_000, WIDTH)).astype(np.float32)
    labels = np.where(vectors[:, 0] > 0, 1, 0)
    head = Linear(np.zeros((WIDTH, CLASSES), dtype=np.float32), np.zeros(CLASSES, dtype=np.float32))
    even = np.ones(len(vectors), dtype=np.float32)

    free, held = (fit(head, vectors, labels, even, pull=pull) for pull in (0.001, 10.0))

    assert (free(vectors).argmax(axis=1) == labels).mean() > 0.95
    assert np.abs(held.weight).max() < 0.5 * np.abs(free.weight).max()


def test_what_counts_more_decides() -> None:
    vectors = np.ones((600, WIDTH), dtype=np.float32) + np.random.default_rng(3).normal(0, 0.01, (600, WIDTH))
    labels = np.repeat([0, 1], 300)
    head = Linear(np.zeros((WIDTH, CLASSES), dtype=np.float32), np.zeros(CLASSES, dtype=np.float32))
    fitted = fit(head, vectors.astype(np.float32), labels, np.where(labels == 1, 5.0, 1.0).astype(np.float32))
    scores = fitted(vectors.astype(np.float32)).mean(axis=0)
    assert scores[1] > scores[0]
