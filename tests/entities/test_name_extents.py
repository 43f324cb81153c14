"""Where names of bodies and places begin and end."""

import pytest

from tests.support.given_names import GivenNames


@pytest.fixture(scope="module")
def given() -> GivenNames:
    return GivenNames()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Die Sparkasse [Waldau-Lindow|ORG] schließt.", ["Sparkasse Waldau-Lindow"]),
        ("Sprecher der Kreishandwerkerschaft [Mittelelbe|ORG] klagen.", ["Kreishandwerkerschaft Mittelelbe"]),
        ("Die Richter des Landgerichts [Lindow|LOC] tagen.", ["Landgericht Lindow"]),
        ("Im Landkreis [Lindow|LOC] brannte es.", ["Landkreis Lindow"]),
        ("Die Grenzen des Kreises [Lindow|LOC] bleiben.", ["Kreis Lindow"]),
        ("Die Stadt [Lindow|LOC] klagt.", ["Lindow"]),
        ("Dem Gericht zufolge tagt [Lindow|LOC].", ["Lindow"]),
        ("Der Polizei [Lindow|LOC]-Dreieck zu nennen half nicht.", ["Lindow"]),
        ("Die Polizei ([Lindow|LOC]) sucht Zeugen.", ["Lindow"]),
        ("[dpa|ORG] [Lindow|LOC]. Es regnet.", ["dpa", "Lindow"]),
    ],
)
def test_a_place_belongs_to_the_noun_that_is_called_by_it(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sie zog nach [Engers|LOC].", ["Engers"]),
        ("Sie kletterten in [Engers|LOC] hinauf.", ["Engers"]),
        ("Der Rat [Engers|LOC] tagt.", ["Enger"]),
        ("Das sagte in [Engers|LOC] Rathaus niemand.", ["Enger"]),
    ],
)
def test_a_place_behind_a_preposition_is_no_genitive(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names
