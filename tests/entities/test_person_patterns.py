"""Where the names of persons end that are found by what they look like."""

import pytest

from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.person_patterns import person_spans
from pipeline.entities.words import TextWords


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Eva von der Linden sang.", ["Eva von der Linden"]),
        ("Maria Luisa de Souza sang.", ["Maria Luisa de Souza"]),
        ("Eva Maria vom Kurzhof sang.", ["Eva Maria"]),  # she belongs to it
        ("Eva Maria von der Linden sang.", ["Eva Maria"]),
        ("Eva und Karl Obst sangen.", ["Karl Obst"]),
        ("Eva der Linden sang.", []),
        ("Karl Otto und Lindner sangen.", ["Karl Otto"]),
    ],
)
def test_a_name_with_particles(text: str, names: list[str]) -> None:
    found = person_spans(TextWords(text, [0]), load_gazetteer(None))
    assert [text[begin:end] for begin, end in found] == names
