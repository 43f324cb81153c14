import pytest

from pipeline.cleaning.captions import mark_captions
from pipeline.cleaning.lines import text_lines

PARAGRAPH = "Der Rat hat am Montag beschlossen, die alte Brücke am Hafen bis zum Herbst zu sperren und neu zu bauen."
CAPTION = "Arbeiter tragen am Ufer Geländer fort, die Brücke steht leer."


@pytest.mark.parametrize(
    ("below", "reason"),
    [
        (CAPTION, "credit"),
        (f"{CAPTION} Hafenfoto/Ida Muster", "credit"),
        ("Hafenfoto/Ida Muster", "credit"),
        ("Ida Muster/Hafenfoto", "credit"),
        ("26.10.2025 | 2:43 min", "related"),
        ("Von Ida Muster", None),
        ("Bremen/Hamburg", None),
        (f"{CAPTION} Das sagte die Bauleiterin am Montag vor dem Rat der Stadt.", None),
    ],
)
def test_the_line_below_shows_what_a_line_is(below: str, reason: str | None) -> None:
    lines = text_lines("\n\n".join([PARAGRAPH, CAPTION, below, PARAGRAPH]))
    mark_captions(lines)
    assert [line.reason for line in lines][:2] == [None, reason]
    assert lines[3].open


def test_a_lead_that_stands_twice_stays() -> None:
    lines = text_lines("\n\n".join([PARAGRAPH, PARAGRAPH, CAPTION]))
    mark_captions(lines)
    assert all(line.open for line in lines)


def test_a_paragraph_that_stands_twice_is_not_lost() -> None:
    lines = text_lines("\n\n".join([PARAGRAPH, f"Später {PARAGRAPH}", f"Später {PARAGRAPH}", PARAGRAPH]))
    mark_captions(lines)
    assert all(line.open for line in lines)
