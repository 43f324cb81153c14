"""The frontier of speed and quality: from what a system made of annotated articles to its point."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.environments import Unusable
from benchmarks.frontier import Candidate, point, table, to_run
from benchmarks.frontier_plot import Point, draw, frontier
from benchmarks.peers.quotation_marks import Name, capitalised, record

TEXT = (
    "Waldau. Bürgermeisterin Hanna Tölke war zufrieden. „Das tut uns allen gut“, sagte Tölke am Montag. Anders sieht "
    "es Peter Krohn. „Dafür fehlt hier das Geld“, sagte er. Die „Woche“ berichtete."
)
SYSTEM = Candidate("a system", "peer", ())


def names() -> list[Name]:
    found = [("Waldau", "LOC"), ("Hanna Tölke", "PER"), ("Tölke am", "PER"), ("Peter Krohn", "PER")]
    return [
        Name(TEXT.index(text), TEXT.index(text) + len(text.split(" am")[0]), text.split(" am")[0], type_)
        for text, type_ in found
    ]


def gold() -> dict[str, Any]:
    def quote(text: str, speaker: str) -> dict[str, Any]:
        begin = TEXT.index(text)
        return {"begin": begin, "end": begin + len(text), "type": "Direct", "speaker": speaker, "kind": "name"}

    quotes = [quote("Das tut uns allen gut", "Hanna Tölke"), quote("Dafür fehlt hier das Geld", "Peter Krohn")]
    quotes.append(quote("Bürgermeisterin Hanna Tölke war zufrieden", "Hanna Tölke"))
    entities = [{"name": "Hanna Tölke", "type": "PER"}, {"name": "Peter Krohn", "type": "PER"}]
    return {"name": "one", "text": TEXT, "quotes": quotes, "entities": [*entities, {"name": "Waldau", "type": "LOC"}]}


def test_the_nearest_name_has_said_what_stands_in_quotation_marks() -> None:
    made = record(TEXT, names())
    said = [(quote["text"], quote["speaker"]["name"]) for quote in made["quotes"]]
    assert said == [("Das tut uns allen gut", "Hanna Tölke"), ("Dafür fehlt hier das Geld", "Peter Krohn")]
    assert [entity["name"] for entity in made["entities"]] == ["Waldau", "Hanna Tölke", "Peter Krohn"]


def test_a_text_without_names_has_quotes_without_speakers() -> None:
    assert {quote["speaker"] for quote in record(TEXT, [])["quotes"]} == {None}


def test_words_in_capitals_are_names_unless_a_sentence_begins_so() -> None:
    found = [name.text for name in capitalised("Die Stadt zahlt. Gestern sprach Hanna von Tölke mit Jan-Peter Krohn.")]
    assert found == ["Hanna von Tölke", "Jan-Peter Krohn"]


def test_a_point_has_the_time_for_400_words_and_the_scores_of_whole_articles() -> None:
    words = len(TEXT.split())
    at = point(SYSTEM, [gold()], {"one": record(TEXT, names())}, [0.5, 0.1, 0.2])
    assert at.milliseconds == pytest.approx(200 * 400 / words)
    assert at.articles_per_second == pytest.approx(5.0)
    assert (at.recall, at.precision, at.speaker) == (pytest.approx(2 / 3), 1.0, 1.0)
    assert at.right == pytest.approx(0.8)
    assert at.entities == 1.0


def test_a_system_that_passes_over_an_article_has_no_point() -> None:
    with pytest.raises(Unusable):
        point(SYSTEM, [gold()], {}, [0.1])


def test_articles_that_warm_up_do_not_count() -> None:
    lines = to_run([{"name": "w", "text": "a"}], [{"name": "g", "text": "b"}]).splitlines()
    assert lines == [b'{"name":"w","text":"a","counts":false}', b'{"name":"g","text":"b","counts":true}']


POINTS = [
    Point("slow and good", "ours", 200.0, 10.0, right=0.75),
    Point("slow and bad", "former", 500.0, 4.0, right=0.6),
    Point("quick", "peer", 1.0, 900.0, right=0.1),
    Point("encoder", "estimate", 400.0),
]


def test_the_frontier_has_those_than_which_none_is_faster_and_better() -> None:
    assert [at.name for at in frontier(POINTS)] == ["quick", "slow and good"]


def test_what_is_not_known_is_left_out_of_the_table() -> None:
    assert table(POINTS)[-1] == "| encoder | 400 |  |  |  |  |  |  |"
    assert table(POINTS)[2] == "| slow and good | 200 | 10.0 |  |  |  | .750 |  |"


def test_the_frontier_is_drawn_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    draw(POINTS, first)
    draw(POINTS, second)
    assert first.read_bytes() == second.read_bytes()
