"""Nouns read by their endings."""

import pytest

from pipeline.lexicon.nouns import adjectival, by_ending, noun_readings
from pipeline.training.noun_endings import learned, readings_of_forms


@pytest.mark.parametrize(
    ("form", "agreement", "base"),
    [
        ("Wattenmeersekretariats", "ng", "Wattenmeersekretariat"),
        ("Handelskammer", "fd", "Handelskammer"),
        ("Wählern", "pd", "Wähler"),
        ("Zeugen", "ma", "Zeuge"),
        ("Eltern", "pn", "Eltern"),
    ],
)
def test_compounds_are_read_by_their_last_part(form: str, agreement: str, base: str) -> None:
    assert (agreement, base) in {(r.agreement, r.nominative) for r in noun_readings(form)}


def test_some_nouns_decline_like_adjectives() -> None:
    assert adjectival("Angeklagten")
    assert adjectival("45-Jähriger")
    assert not adjectival("Kammer")


def test_endings_are_learned_from_a_table_of_nouns() -> None:
    table = {"Rat": "m", "Bundesrat": "m", "Tat": "f", "Untat": "f", "Straftat": "f"}
    rows = [
        {"lemma": n, "pos": "Substantiv", "genus": g, "genus 1": "", "genus 2": "", "genus 3": "", "genus 4": "",
         "nominativ singular": n, "genitiv singular": n + "es" if g == "m" else n}
        for n, g in table.items()
    ]  # fmt: skip
    endings = learned(readings_of_forms(rows))
    assert by_ending("großtat", endings) == "fg fn"
    assert by_ending("stadtrat", endings) == "mn"
    assert by_ending("stadtrates", endings) == "mges>"
