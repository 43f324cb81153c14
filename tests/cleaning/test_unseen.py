"""What pages have within their lines and do not show. All is invented."""

import pytest

from pipeline.cleaning.page import page_lines, parse

TEMPLATES = [
    "<html><body><div class='entry-content'><p>{}</p></div></body></html>",
    "<html><body><table><tr><td><font size='2'>{}</font></td></tr></table></body></html>",
]


def lines_of(template: str, inner: str) -> list[str]:
    return [line.text for line in page_lines(parse(template.format(inner)))]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("inner", "seen"),
    [
        ("An rat<span style='display:none'>kein</span>@waldau.example", ["An rat@waldau.example"]),
        ("An rat<span hidden>kein</span>@waldau.example", ["An rat@waldau.example"]),
        ("<span>Lage</span><span class='mw-editsection'>[<a href='x'>Bearbeiten</a>]</span>", ["Lage"]),
        ("<span class='editsection'>[<a href='x'>Bearbeiten</a>]</span> <span>Lage</span>", ["Lage"]),
        ("Lage<br>am Fluss<span style='visibility: hidden'>, der Au</span><br>im Tal", ["Lage am Fluss im Tal"]),
    ],
)
def test_what_is_not_shown_within_a_line_is_no_part_of_it(template: str, inner: str, seen: list[str]) -> None:
    assert lines_of(template, inner) == seen


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("inner", "seen"),
    [
        ("<span style='display: none'>Teilen</span>", ["Teilen"]),
        ("Lage<br><br><span hidden>Teilen</span><br><br>Bau", ["Lage", "Teilen", "Bau"]),
        ("Brand<span class='sr-only'>:</span> Scheune zerstört", ["Brand: Scheune zerstört"]),
    ],
)
def test_a_line_of_which_nothing_else_is_shown_stays(template: str, inner: str, seen: list[str]) -> None:
    assert lines_of(template, inner) == seen


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("characters", [("&#1;", "&#2;"), ("&#xd800;", "&#xd801;"), ("\ud800", "\ud801")])
def test_no_characters_of_a_page_hide_what_stands_between_them(template: str, characters: tuple[str, str]) -> None:
    (line,) = lines_of(template, f"Rat {characters[0]} schließt {characters[1]} Freibad <b hidden>x</b>")
    assert "schließt" in line
