"""Whether an article and a noun can mean one person, and of which gender."""

import pytest

from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.nominal_gender import nominal_gender


@pytest.mark.parametrize(
    ("article", "noun", "gender"),
    [
        ("der", "45-Jährige", "m"),
        ("die", "45-Jährige", "f"),
        ("der", "45-Jährigen", "either"),
        ("die", "45-Jährigen", None),
        ("dem", "45-Jährigen", "m"),
        ("den", "45-Jährigen", "m"),
        ("der", "Minister", "m"),
        ("die", "Minister", None),
        ("die", "Ministerin", "f"),
        ("der", "Ministerin", "f"),
        ("den", "Ministerin", None),
        ("die", "Ministerinnen", None),
        ("die", "Vorsitzende", "f"),
        ("der", "Vorsitzende", "m"),
        ("die", "Vorsitzenden", None),
        ("den", "Angehörigen", None),
        ("den", "Patienten", None),
        ("der", "Hamburger", "m"),
        ("die", "Hamburgerin", "f"),
        ("dem", "Hamburger", "m"),
        ("die", "Hamburger", None),
        ("der", "Franzose", "m"),
        ("der", "Franzosen", None),
        ("die", "Französin", "f"),
        ("der", "Tisch", None),
    ],
)
def test_who_can_be_meant(article: str, noun: str, gender: str | None) -> None:
    assert nominal_gender(article, noun, load_gazetteer(None)) == gender
