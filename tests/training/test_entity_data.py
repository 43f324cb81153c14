"""Annotated sentences become examples of word pieces. None of this needs PyTorch."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.evaluation.entities import GoldDocument
from pipeline.models.labels import Labels
from pipeline.models.recognizer import shared_encoder
from pipeline.training.entity_data import EntityExample, EntityExamples, batches, collate, held_out, join, read

LABELS = Labels(("PER", "LOC", "ORG", "MISC", "DERIV", "PART"))


@pytest.fixture(scope="module")
def examples() -> EntityExamples:
    return EntityExamples(shared_encoder()[0], LABELS)


def names(example: EntityExample) -> list[str]:
    return [LABELS.names[int(row.argmax())] for row in example.targets]


def test_words_carry_the_labels_of_the_mentions(examples: EntityExamples) -> None:
    document = GoldDocument("a", "Lena Voss aus Kiel schwieg.", [(0, 9, "PER"), (14, 18, "LOC")])
    (example,) = examples.make(document, 0, 100)
    assert names(example) == ["B-PER", "L-PER", "O", "U-LOC", "O", "O"]


def test_a_name_that_is_part_of_a_word_marks_the_word_as_such(examples: EntityExamples) -> None:
    (example,) = examples.make(GoldDocument("a", "Eine Hafenbau-Sprecherin kam.", [(5, 13, "ORG")]), 0, 100)
    assert names(example) == ["O", "U-PART", "O", "O"]


def test_long_texts_are_cut_and_no_word_is_lost(examples: EntityExamples) -> None:
    document = GoldDocument("a", "Der Rat von Kleinstadt tagt. " * 40, [])
    made = list(examples.make(document, 0, 50))
    assert all(len(example) <= 50 for example in made)
    assert sum(len(example.words) for example in made) == len(examples.words(document.text))
    assert all((example.words < len(example)).all() for example in made)


def test_joined_examples_keep_every_word(examples: EntityExamples) -> None:
    made = [next(examples.make(GoldDocument(str(n), f"Satz {n} steht hier.", []), 0, 50)) for n in range(30)]
    joined = join(made, 60, random.Random(1))
    assert 1 < len(joined) < 30
    assert sum(len(example.words) for example in joined) == sum(len(example.words) for example in made)
    assert np.array_equal(np.concatenate([e.pieces for e in joined]), np.concatenate([e.pieces for e in made]))


def test_batches_hold_no_more_than_they_may(examples: EntityExamples) -> None:
    made = [next(examples.make(GoldDocument(str(n), "Wort " * (n % 30 + 1), []), 0, 200)) for n in range(60)]
    grouped = batches(made, 256, random.Random(1))
    assert sorted(map(id, made)) == sorted(id(example) for batch in grouped for example in batch)
    for batch in grouped:
        arrays = collate(batch)
        assert arrays["pieces"].size <= 256
        assert (arrays["mask"].sum(1) == [len(example) + 2 for example in batch]).all()
        assert arrays["targets"].sum() == sum(len(example.words) for example in batch)


def test_files_are_read_whatever_the_shape_of_their_text(tmp_path: Path) -> None:
    rows = [
        {"name": "x-10", "text": {"string": "Kiel"}, "entities": [[0, 4, "LOC"]]},
        {"name": "x-11", "text": "Kieler Woche", "entities": [[0, 6, "LOCderiv"], [0, 12, "OTH"]]},
    ]
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    first, second = read(path)
    assert (first.text, first.mentions) == ("Kiel", [(0, 4, "LOC")])
    assert second.mentions == [(0, 6, "DERIV"), (0, 12, "MISC")]
    assert held_out(first)
    assert not held_out(second)
