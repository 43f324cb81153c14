"""Nicknames in quotation marks."""

import pytest

from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import GazetteerEntry, GazetteerMatch
from pipeline.entities.nicknames import with_nicknames
from pipeline.entities.words import TextWords
from pipeline.models.sentences import sentence_starts


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("Jan „Johnny“ Obst kam.", ["Jan", "Obst"], ["Jan „Johnny“ Obst"]),
        ("Jan „Johnny“ Obst kam.", ["Jan „Johnny“ Obst"], ["Jan „Johnny“ Obst"]),
        ('Jan ("Johnny") Obst kam.', ["Jan", "Obst"], ['Jan ("Johnny") Obst']),
        ("Jan sprach, „Johnny“ Obst kam.", ["Jan", "Obst"], ["Jan", "Obst"]),
        ("Jan „Johnny“, Obst kam.", ["Jan", "Obst"], ["Jan", "Obst"]),
    ],
)
def test_a_nickname_in_marks_stands_within_a_name(text: str, found: list[str], whole: list[str]) -> None:
    words = TextWords(text, sentence_starts(text))
    spans = [NameSpan(text.index(name), text.index(name) + len(name), "PER") for name in found]
    assert [text[s.begin : s.end] for s in with_nicknames(words, spans)] == whole


@pytest.mark.parametrize("known_part", ["Jan", "Obst"])
def test_what_is_known_of_a_part_is_known_of_the_whole(known_part: str) -> None:
    text = "Jan „Johnny“ Obst kam."
    known = GazetteerMatch(GazetteerEntry("per/obst", "Jan Obst", "PER"), "Obst", weak=False)
    spans = [
        NameSpan(text.index(name), text.index(name) + len(name), "PER", known if name == known_part else None)
        for name in ("Jan", "Obst")
    ]
    (whole,) = with_nicknames(TextWords(text, sentence_starts(text)), spans)
    assert whole.known == known
