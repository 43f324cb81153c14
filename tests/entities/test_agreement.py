"""Genders and cases that determiners and adjectives leave open."""

import pytest

from pipeline.lexicon.agreement import after_adjective, after_determiner, means_several


@pytest.mark.parametrize(
    ("determiner", "open_"),
    [
        ("der", "mn fg fd pg"),
        ("Die", "fn fa pn pa"),
        ("den", "ma pd"),
        ("zum", "md nd"),
        ("ein", "mn nn na"),
        ("sein", "mn nn na"),
        ("seine", "fn fa pn pa"),
        ("unseres", "mg ng"),
        ("keiner", "mn fg fd pg"),
        ("dieses", "nn na mg ng"),
        ("welchem", "md nd"),
        ("viele", "pn pa"),
        ("vielen", "pd"),
        ("mehrerer", "pg"),
        ("einiger", "pg"),
        ("alles", "nn na mg ng"),
        ("Haus", None),
        ("seins", None),
    ],
)
def test_what_a_determiner_leaves_open(determiner: str, open_: str | None) -> None:
    assert after_determiner(determiner) == (None if open_ is None else frozenset(open_.split()))


@pytest.mark.parametrize(
    ("determiner", "several"),
    [("Beiden", True), ("alle", True), ("mehrerer", True), ("alles", False), ("jede", False), ("die", False)],
)
def test_some_determiners_mean_several(determiner: str, several: bool) -> None:
    assert means_several(determiner) is several


@pytest.mark.parametrize(
    ("ending", "determiner", "open_"),
    [
        ("e", "", "fn fa pn pa"),
        ("e", None, "fn fa pn pa mn nn na"),
        ("en", "", "ma mg ng pd md nd fg fd pn pg pa"),
        ("er", None, "mn fg fd pg"),
        ("er", "ein", "mn"),
        ("es", "Kein", "nn na"),
        ("em", "ein", ""),
        ("e", "seine", "fn fa"),
        ("e", "die", "mn fn fa nn na"),
        ("er", "der", ""),
        ("er", "einiger", "mn fg fd pg"),
        ("e", "einige", "mn fn fa nn na pn pa"),
        ("em", "diesem", "md nd"),
    ],
)
def test_what_the_ending_of_an_adjective_leaves_open(ending: str, determiner: str | None, open_: str) -> None:
    assert after_adjective(ending, determiner) == frozenset(open_.split())
