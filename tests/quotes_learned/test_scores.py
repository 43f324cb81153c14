"""The scorer of quotes and its report, on small cases worked out by hand."""

import json
from pathlib import Path

import pytest

from pipeline.evaluation.quote_scores import pair_documents, score, tally
from pipeline.evaluation.quotes import NOTHING, as_row, predict, read_gold, report
from pipeline.evaluation.reliability import bins, calibration_error, judge, svg
from pipeline.quotes.candidates import QuoteCandidate

TEXT = "Ilka Brandt sagte, der Bau werde teuer. Sie blieb."
TOKENS = [
    [0, 4],
    [5, 11],
    [12, 17],
    [17, 18],
    [19, 22],
    [23, 26],
    [27, 32],
    [33, 38],
    [38, 39],
    [40, 43],
    [44, 49],
    [49, 50],
]
GOLD = {
    "spans": [[19, 38]],
    "speaker": [[0, 11]],
    "cue": [[12, 17]],
    "frame": [[0, 18]],
    "addressee": [],
    "type": "Indirect",
    "medium": "Speech",
}
DOCUMENT = {"name": "a", "text": TEXT, "tokens": TOKENS, "quotes": [GOLD]}
HALF = QuoteCandidate(spans=[(19, 26)], type="Reported", medium="Speech", speaker_spans=[(5, 11)])
EXTRA = QuoteCandidate(spans=[(40, 50)], type="FreeIndirect", medium="Writing")


def test_gold_against_itself_is_perfect() -> None:
    scores = score(tally(pair_documents([DOCUMENT], {"a": [GOLD]})["a"]))
    assert {row: scores[row].f1 for row in ("quote", "speaker", "joint", "type", "medium")} == {
        "quote": 1.0,
        "speaker": 1.0,
        "joint": 1.0,
        "type": 1.0,
        "medium": 1.0,
    }


def test_partial_hits_count_by_their_tokens() -> None:
    scores = score(tally(pair_documents([DOCUMENT], {"a": [as_row(HALF), as_row(EXTRA)]})["a"]))
    assert (scores["quote"].precision, scores["quote"].recall) == (0.5, 0.5)
    assert (scores["speaker"].precision, scores["speaker"].recall) == (1.0, 0.5)
    assert (scores["cue"].precision, scores["cue"].recall) == (0.0, 0.0)
    assert (scores["type"].precision, scores["type"].recall) == (0.0, 0.0)
    assert (scores["medium"].precision, scores["medium"].recall) == (0.5, 1.0)
    assert scores["joint"].recall == pytest.approx((0.5 + 0.5 + 0 + 0) / 4)


def test_a_document_without_predictions_counts_as_missed() -> None:
    assert score(tally(pair_documents([DOCUMENT], {})["a"]))["quote"].recall == 0.0


def test_report_names_the_errors_in_context() -> None:
    found = report([DOCUMENT], predict([DOCUMENT], lambda text: [HALF, EXTRA]))
    kinds = {(error.kind, error.type): error.examples[0] for error in found.errors}
    assert "[der Bau werde teuer]" in kinds["too short", "Indirect"]
    assert kinds["too short", "Indirect"].endswith("≠ der Bau")
    assert ("taken for Reported", "Indirect") in kinds
    assert ("cue missed", "Indirect") in kinds
    assert "[Sie blieb.]" in kinds["invented", "FreeIndirect"]
    assert found.confusion["Indirect"] == {"Reported": 1}
    assert found.confusion[NOTHING] == {"FreeIndirect": 1}
    assert found.by_type["Indirect"]["quote"].f1 == 0.0
    low, high = found.intervals["quote"]
    assert low == pytest.approx(0.5)
    assert high == pytest.approx(0.5)
    json.dumps(found.as_json())
    assert found.prediction_rows()[0]["quotes"][0]["spans"] == [[19, 26]]


def test_an_empty_file_gives_an_empty_report(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n")
    assert report(read_gold(path), {}).scores["quote"].f1 == 0.0


def test_reliability_compares_confidence_with_what_is_right() -> None:
    half = QuoteCandidate(spans=[(19, 26)], type="Indirect", confidence=0.75)
    extra = QuoteCandidate(spans=[(40, 50)], type="Indirect", confidence=0.25)
    judged = judge([DOCUMENT], lambda text: [half, extra])
    assert judged == [(0.75, True), (0.25, False)]
    found = bins(judged)
    assert [(one.confidence, one.right, one.count) for one in found] == [(0.25, 0.0, 1), (0.75, 1.0, 1)]
    assert calibration_error(found) == pytest.approx(0.25)
    assert svg(found, "Quotes").count("<circle") == 2
