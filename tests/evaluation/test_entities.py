"""Scores of entity mentions, worked out by hand."""

import json
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.evaluation.entities import NOTHING, GoldDocument, evaluate, published, read_gold, report
from pipeline.evaluation.entity_scores import interval, score

TEXT = "Lena Voss sprach in Kiel mit der Hafen AG."
DOCUMENTS = [
    GoldDocument("a", TEXT, [(0, 9, "PER"), (20, 24, "LOC"), (33, 41, "ORG"), (33, 38, "MISC")]),
    GoldDocument("b", "Voss schwieg.", [(0, 4, "PER")]),
]
FOUND = {"a": [(0, 9, "PER"), (20, 24, "ORG"), (33, 38, "ORG"), (10, 16, "MISC")]}


def test_scores_by_type_and_boundary() -> None:
    scores = score({d.name: d.mentions for d in DOCUMENTS}, FOUND)
    assert (scores["all"].right, scores["all"].predicted, scores["all"].gold) == (1, 3, 4)
    assert scores["PER"].precision == 1.0
    assert scores["PER"].recall == 0.5
    assert scores["LOC"].f1 == 0.0
    assert (scores["boundary"].right, scores["boundary"].predicted, scores["boundary"].gold) == (2, 3, 4)
    assert scores["all"].f1 == pytest.approx(2 / 7)


def test_the_report_says_what_was_taken_for_what() -> None:
    found = report(DOCUMENTS, FOUND)
    assert found.confusion["LOC"] == {"ORG": 1}
    assert found.confusion["PER"] == {"PER": 1, NOTHING: 1}
    kinds = {(error.gold, error.predicted, error.kind) for error in found.errors}
    assert kinds == {
        ("LOC", "ORG", "type"),
        ("ORG", NOTHING, "boundary"),
        (NOTHING, "ORG", "boundary"),
        ("PER", NOTHING, "missed"),
    }
    assert any("in [Kiel] mit" in example for error in found.errors for example in error.examples)
    assert json.loads(json.dumps(found.as_json()))["scores"]["all"]["gold"] == 4
    assert found.prediction_rows()[0] == {"name": "a", "entities": [list(mention) for mention in FOUND["a"]]}


def test_the_interval_holds_the_score_and_narrows_to_it_when_all_documents_are_alike() -> None:
    gold = {str(number): [(0, 4, "PER"), (6, 9, "LOC")] for number in range(20)}
    found = {name: [(0, 4, "PER")] for name in gold}
    assert interval(gold, found) == pytest.approx((2 / 3, 2 / 3))
    mixed = found | {"0": [], "1": [(6, 9, "LOC"), (0, 4, "PER")]}
    low, high = interval(gold, mixed)
    assert low < score(gold, mixed)["all"].f1 < high
    assert interval({}, {}) == (0.0, 0.0)


def test_a_gold_file_is_read_and_scored(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    rows = [
        {"name": "a", "text": TEXT, "entities": [[0, 9, "PER"]]},
        {"name": "b", "text": {"string": "Ja."}, "entities": []},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    steps: list[tuple[int, int]] = []
    found = evaluate(path, PipelineConfig(model_de="rules"), progress=lambda done, all_: steps.append((done, all_)))
    assert found.documents == 2
    assert steps == [(1, 2), (2, 2)]


def test_what_the_stages_find_is_scored_by_the_names_alone() -> None:
    text = "Die Richterin Lena Voss kam, und sie blieb."
    found = published([GoldDocument("a", text, [])], EntityExtractor(PipelineConfig(model_de="rules")))
    assert [text[begin:end] for begin, end, _ in found["a"]] == ["Lena Voss"]


def test_a_document_whose_entities_are_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"name": "a", "text": "b", "entities": [[1]]}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"a: entities are not \[begin, end, type\]"):
        read_gold(path)
