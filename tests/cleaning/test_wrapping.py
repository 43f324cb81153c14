import textwrap

import pytest

from pipeline.cleaning.lines import text_lines
from tests.cleaning.pages import PARAGRAPHS


def wrapped(paragraph: str, width: int) -> str:
    return "\n".join(textwrap.wrap(paragraph, width, break_on_hyphens=False))


def read(text: str) -> list[str]:
    return [line.text for line in text_lines(text)]


def test_paragraphs_cut_at_a_width_are_joined() -> None:
    cut = "\n\n".join(
        "\n".join(paragraph[at : at + 70].strip() for at in range(0, len(paragraph), 70)) for paragraph in PARAGRAPHS
    )
    assert len(read(cut)) == len(PARAGRAPHS)


@pytest.mark.parametrize("width", [60, 72, 98])
def test_wrapped_paragraphs_are_joined(width: int) -> None:
    assert read("\n\n".join(wrapped(paragraph, width) for paragraph in PARAGRAPHS)) == PARAGRAPHS


@pytest.mark.parametrize(
    ("at_line_end", "joined"),
    [
        ("Hafen-\nbrücke", "Hafenbrücke"),
        ("SPD-\nMinisterin", "SPD-Ministerin"),
        ("52-\njährige", "52-jährige"),
        ("Vor-\nund Nachteile", "Vor- und Nachteile"),
        ("–\nso hieß es –", "– so hieß es –"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(at_line_end: str, joined: str) -> None:
    begin = "Die Stadt und das Land haben am Montag lange verhandelt; jetzt ist auch die neue"
    end = "im Frühjahr so weit, wie alle es seit zwei Jahren hofften."
    text = "\n\n".join([f"{begin} {at_line_end} {end}", *(wrapped(paragraph, 90) for paragraph in PARAGRAPHS)])
    assert read(text) == [f"{begin} {joined} {end}", *PARAGRAPHS]


STATEMENTS = [
    ("„Wir fangen im Frühjahr an, und daran wird sich nichts ändern.“", "Ida Lorenzen, Bauministerin"),
    ("„Allein kann die Stadt die Kosten nicht tragen, das ist bekannt.“", "Knut Petersen, Oberbürgermeister"),
    ("„Nachts darf dort niemand arbeiten, sonst klagen wir eben.“", "Marlene Voss, Sprecherin der Anwohner"),
]


def test_lines_that_are_finished_were_not_wrapped() -> None:
    blocks = "\n\n".join("\n".join(statement) for statement in STATEMENTS)
    assert read(f"Stimmen zur Brücke\n\n{blocks}") == [
        "Stimmen zur Brücke",
        *(line for pair in STATEMENTS for line in pair),
    ]


def test_a_line_ends_a_wrapped_paragraph_where_the_next_word_had_room() -> None:
    paragraphs = [wrapped(paragraph, 72) for paragraph in PARAGRAPHS]
    text = "\n\n".join([*paragraphs[:2], "\n".join(STATEMENTS[0]), *paragraphs[2:]])
    assert read(text) == [*PARAGRAPHS[:2], *STATEMENTS[0], *PARAGRAPHS[2:]]
