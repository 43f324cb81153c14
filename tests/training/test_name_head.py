"""The layer that labels names, fitted on vectors that stay as they are."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.corpus.standoff import FIELDS
from pipeline.models import load_pipeline
from pipeline.models.catalogue import DATA
from pipeline.reader.layout import Layout
from pipeline.reader.model import Reader
from pipeline.reader.schema import NAMES
from pipeline.reader.scorers import Linear
from pipeline.spans import CharOffset
from pipeline.training.name_head import fit, labels_of, marked, train

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


def rows(path: Path, *values: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(value) + "\n" for value in values).encode()))


def test_a_reader_gets_a_new_layer_and_stays_as_it_is_elsewhere(tmp_path: Path) -> None:
    data, corpus, output = tmp_path / "data", tmp_path / "corpus", tmp_path / "out"
    texts = [{"name": f"text-{number}", "text": "Anna Obst kam.", "entities": [[0, 9, "PER"]]} for number in (5, 6)]
    for file in ("ner/germeval-2014", "ner/smartdata-de", "ner/smartdata-v1-de", "quotes/train", "cleaning/snippets"):
        rows(data / f"{file}.jsonl.gz", *texts)
    (corpus / "articles").mkdir(parents=True)
    (corpus / "names").mkdir()
    (corpus / "names" / "some.txt").write_text("Die [Elbe-Kommission|ORG] tagte in [Lindow|LOC].\n" * 50, "utf-8")
    for name in ("wikinews", "smartdata", "web"):
        rows(corpus / "standoff" / f"{name}.jsonl.gz", {**dict.fromkeys(FIELDS, ""), "name": "another text"})
    told: list[str] = []

    train(data, corpus, DATA / "reader-fast", output, told.append)

    assert [line.partition(",")[0] for line in told] == ["germeval-2014", "smartdata-de"]
    assert {path.name for path in output.iterdir()} == {path.name for path in (DATA / "reader-fast").iterdir()}
    before, after = (np.load(folder / "scorers.npz") for folder in (DATA / "reader-fast", output))
    changed = {name for name in before.files if not np.array_equal(before[name], after[name])}
    assert changed == {"heads.names.weight", "heads.names.bias"}
    assert [span.label_ for span in load_pipeline(output)("Anna Obst kam.").ents] == ["PER"]


def test_a_missing_file_is_told_before_anything_is_read_by_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "some.txt").write_text("Die [Elbe-Kommission|ORG] tagte.\n", "utf-8")
    looked_at: list[Layout] = []
    monkeypatch.setattr(Reader, "states", lambda _, layout: looked_at.append(layout))

    with pytest.raises(FileNotFoundError, match="germeval-2014"):
        train(tmp_path / "nowhere", tmp_path, DATA / "reader-fast", tmp_path / "out", lambda _: None)

    assert not looked_at
