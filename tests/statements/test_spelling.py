"""Ways to type the same words: the same quote in two papers."""

import pytest

from pipeline.statements.spelling import figure
from pipeline.statements.wording import Wording


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Die Lehrer*innen und Bürger:innen", "Die Lehrer und Bürger"),
        ("Die LehrerInnen, Ärzt_innen und Arbeiter/-innen", "Die Lehrer, Ärzte und Arbeiter"),
        ("Die Lehrerinnen und Lehrer", "Die Lehrer"),
        ("Ärzte und Ärztinnen, Kollegen oder Kolleginnen", "Ärzte, Kollegen"),
        ("rund 800 Arbeits- plätze", "rund 800 Arbeitsplätze"),
        ("So geht's nicht, ich hab's gesagt", "So geht nicht, ich hab gesagt"),
        ("Die Europäische Union und die Vereinigten Staaten", "Die EU und die USA"),
        ("bei den Vereinten Nationen", "bei den UN"),
        ("auf der A 20", "auf der A20"),
        ("fünfzigtausend Menschen in dreißig Orten", "50.000 Menschen in 30 Orten"),
        ("einhundertzwanzig Hektar", "120 Hektar"),
        ("nach Kyjiw", "nach Kiew"),
    ],
)
def test_the_same_words_are_typed_in_several_ways(typed: str, other: str) -> None:
    assert Wording.of(typed).stems == Wording.of(other).stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Die Lehrerinnen verdienen weniger", "Die Lehrer verdienen weniger"),
        ("Haupt- und Nebenstraßen", "Hauptund Nebenstraßen"),
        ("neun Stellen", "neue Stellen"),
        ("neun Stellen", "die neuen Stellen"),
        ("die Förderung der Windkraft", "die Forderung der Windkraft"),
        ("wir fördern", "wir fordern"),
        ("sie zählen", "sie zahlen"),
    ],
)
def test_other_words_stay_others(one: str, other: str) -> None:
    assert Wording.of(one).stems != Wording.of(other).stems


def test_inflection_is_none_the_less_one_word() -> None:
    assert len({Wording.of(word).stems for word in ("fördern", "gefördert", "fördere", "foerdern")}) == 1
    assert Wording.of("des Vorstands").stems[-1] == Wording.of("dem Vorstand").stems[-1]


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("zwei", "2"),
        ("siebzehn", "17"),
        ("zwölf", "12"),
        ("zwoelf", "12"),
        ("dreißig", "30"),
        ("neunundneunzig", "99"),
        ("hundert", "100"),
        ("zweihundertfünfzigtausend", "250000"),
        ("viertausendfünfhundert", "4500"),
        *((word, None) for word in ("ein", "hunderte", "jahrhundert", "tausendmal", "hundert" * 1000)),
    ],
)
def test_numbers_in_words(word: str, number: str | None) -> None:
    assert figure(word) == number
