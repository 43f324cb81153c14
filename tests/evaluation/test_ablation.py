"""What rules add: the scores with all of them less those without one."""

from pathlib import Path

import orjson
import pytest

from pipeline.config import PipelineConfig
from pipeline.evaluation.ablation import ALL, ablate, all_rules, evaluate
from pipeline.evaluation.gold import GoldError
from pipeline.quotes.registry import QUOTE_RULES

TEXT = "Hanna Obst kam. Laut Obst fehlen zwei Millionen Euro. Der Bau stockt."
SAID = "fehlen zwei Millionen Euro"
GOLD = {
    "name": "a-1",
    "text": TEXT,
    "quotes": [
        {
            "begin": TEXT.index(SAID),
            "end": TEXT.index(SAID) + len(SAID),
            "type": "Indirect",
            "speaker": "Hanna Obst",
            "kind": "name",
            "also": [],
        }
    ],
    "entities": [{"name": "Hanna Obst", "type": "PER", "also": []}],
}
RULES_ALONE = PipelineConfig(model_de="rules", quote_model="rules")


def test_a_rule_gains_what_is_lost_without_it() -> None:
    done: list[tuple[int, int]] = []
    rules = [QUOTE_RULES["source"], QUOTE_RULES["turn"]]
    report = ablate([GOLD], RULES_ALONE, rules, lambda *count: done.append(count))
    content = report.as_json()
    assert content["scores"] == {
        ALL: {"recall": 100.0, "precision": 100.0, "speaker": 100.0, "end to end": 100.0, "entity names": 100.0}
    }
    assert content["gains"]["source"] == {
        "articles": 1,
        "recall": 100.0,
        "precision": 100.0,
        "speaker": 100.0,
        "end to end": 100.0,
        "entity names": 0.0,
    }
    assert set(content["gains"]["turn"].values()) == {0.0}
    assert [row["without"] for row in report.prediction_rows()] == [ALL, "source", "turn"]
    assert done == [(1, 1)]


def test_a_file_without_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(orjson.dumps({"name": "a-1", "text": TEXT, "quotes": []}))
    with pytest.raises(GoldError, match="without entities"):
        evaluate(path, RULES_ALONE)


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in all_rules()]
    assert len(names) == len(set(names)) > 40
