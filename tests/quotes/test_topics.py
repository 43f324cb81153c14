"""Lines of what somebody said on several topics."""

import pytest

from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.topics import said_on_topics


@pytest.mark.parametrize(
    ("text", "said_by"),
    [
        (
            "Trainer Jonas Reif über ...\n\n... das Spiel: „Gut.“\n\n… Torwart Hanno Obst: „Stark.“",
            {"„Gut.“": "Trainer Jonas Reif", "„Stark.“": "Trainer Jonas Reif"},
        ),
        ("Das sagte Jonas Reif in Waldau zu …\n… Hanno Obst: „Stark.“", {"„Stark.“": "Jonas Reif"}),
        ("Jonas Reif (Trainer Waldau):\n...über Hanno Obst: „Stark.“", {"„Stark.“": "Jonas Reif"}),
        ("FC Waldau: Trainer Jonas Reif über ...\n... Hanno Obst: „Stark.“", {"„Stark.“": "Trainer Jonas Reif"}),
        (
            "Jonas Reif über ...\n\n... das Spiel: „Wir waren gut.\n\n„Sehr gut.“\n\n... Hanno Obst: „Stark.“",
            {"„Wir waren gut.\n\n„Sehr gut.“": "Jonas Reif", "„Stark.“": "Jonas Reif"},
        ),
        (
            "Jonas Reif über ...\n... das Spiel: „Gut.“\nIda Körber über ...\n... das Spiel: „Schlecht.“",
            {"„Gut.“": "Jonas Reif", "„Schlecht.“": "Ida Körber"},
        ),
        ("Jonas Reif über ...\n\n... das Spiel: „Gut.“\n\nHanno Obst: „Stark.“", {"„Gut.“": "Jonas Reif"}),
        ("Jonas Reif über ...\n\nDas Spiel ist aus.\n\n... Hanno Obst: „Stark.“", {}),
        ("Jonas Reif lobte alle.\n\n... Hanno Obst: „Stark.“", {}),
        ("Die Stimmen zum Spiel ...\n\n... Hanno Obst: „Stark.“", {}),
    ],
)
def test_who_is_named_in_the_line_above_says_what_stands_behind_topics(text: str, said_by: dict[str, str]) -> None:
    quotes = quoted_texts(text)
    ends = {quoted.begin: quoted.end for quoted in quotes}
    found = said_on_topics(text, quotes)
    assert {text[begin : ends[begin]]: text[slice(*person)] for begin, person in found.items()} == said_by
