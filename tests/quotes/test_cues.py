"""Which verbs of a clause say that somebody speaks, and which words belong to them."""

import pytest

from pipeline.quotes.clauses import clauses
from pipeline.quotes.cues import Cue, find_cues
from tests.quotes.reading import analysed


def cues(text: str) -> list[tuple[Cue, str]]:
    """The cues of a text of one sentence, each with its words."""
    reading = analysed(text)
    (sentence,) = reading.sentences
    parts = clauses(reading.tokens, sentence.first, sentence.last)
    found = [cue for part in parts for cue in find_cues(reading.tokens, part, sentence.last)]
    return [(cue, " ".join(reading.tokens[at].text for at in cue.tokens)) for cue in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Obst teilte gestern mit, es sei gut.", [("mitteilen", "teilte mit")]),
        ("Obst teilte mit und ging.", [("mitteilen", "teilte mit")]),
        ("Obst teilte den Eltern, die warteten, mit, es sei gut.", [("mitteilen", "teilte mit")]),
        ("Obst teilte den Eltern, die warteten, mit.", [("mitteilen", "teilte mit")]),
        ("Obst teilte mit dem Rat das Brot.", []),
        ("Obst teilte das Brot, mit dem er kam.", []),
        ("Obst machte im Rat deutlich, dass es gut sei.", [("deutlich machen", "machte deutlich")]),
        ("Obst machte im Rat Lärm.", []),
        ("Es heißt, der Bau ruhe.", [("heißen", "Es heißt")]),
        ("Der Mann heißt Udo.", []),
        ("Sie gehen davon aus, dass es gut sei.", [("ausgehen", "gehen davon aus")]),
        ("Sie gehen aus, dass es kracht.", []),
        ("Obst hat gesagt, es sei gut.", [("sagen", "hat gesagt")]),
        ("Obst will sagen, es sei gut.", [("sagen", "will sagen")]),
        ("Das hätte Obst sagen können.", [("sagen", "sagen können")]),
        ("Kaum gesagt worden.", []),
    ],
)
def test_what_belongs_to_a_verb(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(cue.verb.lemma, words) for cue, words in cues(text)] == expected


@pytest.mark.parametrize(
    ("text", "passive", "final"),
    [
        ("Obst hat gesagt, es sei gut.", False, False),
        ("Das wurde gesagt.", True, False),
        ("Das ist im Rat gesagt worden.", True, False),
        ("Der Bau ruht, wie Obst sagte.", False, True),
        ("Der Bau ruht, wie im Rat gesagt wurde.", True, True),
        ("Es freut Obst, der gestern im Rat sprach.", False, True),
        ("Der im Rat sprach.", False, False),
        ("Wie sagte Obst?", False, False),
    ],
)
def test_a_verb_may_be_passive_and_stand_at_the_end(text: str, passive: bool, final: bool) -> None:
    ((cue, _),) = [(cue, words) for cue, words in cues(text) if cue.verb.lemma in {"sagen", "sprechen"}]
    assert (cue.passive, cue.final) == (passive, final)
