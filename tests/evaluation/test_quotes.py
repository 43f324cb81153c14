"""The report on quotes: what the gold data does not annotate is no mistake."""

from typing import Any

import pytest

from pipeline.evaluation.quotes import QuoteReport, report

TEXT = "„Nein“, sagte Tölke ihr."
TOKENS = [[0, 1], [1, 5], [5, 6], [6, 7], [8, 13], [14, 19], [20, 23], [23, 24]]
FOUND = {
    "spans": [[0, 6]],
    "speaker": [[14, 19]],
    "cue": [[8, 13]],
    "frame": [[6, 23]],
    "addressee": [[20, 23]],
    "type": "Direct",
    "medium": "Speech",
}


def scored(gold: dict[str, Any]) -> QuoteReport:
    return report([{"name": "a", "text": TEXT, "tokens": TOKENS, "quotes": [gold]}], {"a": [FOUND]})


def test_a_role_that_the_gold_data_has_no_field_for_is_not_scored() -> None:
    found = scored({field: value for field, value in FOUND.items() if field != "frame"})
    assert "frame" not in found.scores
    assert "frame" not in found.intervals
    assert "frame" not in found.by_type["Direct"]
    assert found.scores["roles"].f1 == found.scores["joint"].f1 == 1
    assert not found.errors


@pytest.mark.parametrize("role", ["speaker", "cue", "frame", "addressee"])
def test_a_role_that_the_gold_data_says_is_not_there_is_invented(role: str) -> None:
    found = scored({**FOUND, role: []})
    assert found.scores[role].precision == 0
    assert found.scores["roles"].precision == 3 / 4
    assert [error.kind for error in found.errors] == [f"{role} invented"]
