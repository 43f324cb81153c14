"""The report on quotes: what the gold data does not annotate is no mistake."""

from typing import Any

import pytest

from pipeline.evaluation.quote_rows import annotated
from pipeline.evaluation.quotes import NOTHING, QuoteReport, report
from schemas.records import Quote, QuoteArticle, Speaker
from schemas.spans import Span

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


def test_what_is_found_as_another_type_is_told() -> None:
    found = scored({**FOUND, "type": "Indirect"})
    assert found.confusion["Indirect"] == {"Direct": 1}
    assert (found.scores["type"].f1, found.scores["medium"].f1) == (0, 1)
    elsewhere = scored({**FOUND, "type": "Indirect", "spans": [[14, 19]]}).confusion
    assert (elsewhere["Indirect"], elsewhere[NOTHING]) == ({NOTHING: 1}, {"Direct": 1})


@pytest.mark.parametrize(
    ("spans", "kind"), [([[0, 7]], "too short"), ([[1, 5]], "too long"), ([[1, 7]], "shifted"), ([[0, 6]], None)]
)
def test_what_is_found_with_another_extent_is_told(spans: list[list[int]], kind: str | None) -> None:
    found = scored({**FOUND, "spans": spans})
    assert [(error.kind, error.type, error.count) for error in found.errors] == ([(kind, "Direct", 1)] if kind else [])


@pytest.mark.parametrize("role", ["speaker", "cue", "frame", "addressee"])
def test_a_role_that_the_gold_data_says_is_not_there_is_invented(role: str) -> None:
    found = scored({**FOUND, role: []})
    assert found.scores[role].precision == 0
    assert found.scores["roles"].precision == 3 / 4
    assert [error.kind for error in found.errors] == [f"{role} invented"]


@pytest.mark.parametrize(("other", "between", "rows"), [("Tölke", " ", 1), ("Sievers", " ", 2), ("Tölke", " Ja. ", 2)])
def test_free_indirect_speech_that_goes_on_is_one_quote(other: str, between: str, rows: int) -> None:
    sentence = "Das sei gut."
    text = f"{sentence}{between}{sentence}"
    quotes = [
        Quote(
            id=f"a#{number}",
            type="IndirectFreeIndirect",
            medium="Speech",
            spans=[Span(begin=begin, end=begin + len(sentence))],
            text=sentence,
            speaker=Speaker(spans=[Span(begin=0, end=3)], text="Das", name=name),
            confidence=0.9,
        )
        for number, (begin, name) in enumerate([(0, "Tölke"), (len(sentence + between), other)])
    ]
    article = QuoteArticle(
        id="a", language="de", text=text, content_hash="", simhash="0" * 16, entities=[], quotes=quotes
    )
    found = annotated(article)
    assert len(found) == rows
    assert found[-1]["spans"][-1][1] == len(text)
