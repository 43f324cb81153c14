"""Files for spreadsheets."""

import pytest

from agents.web.exports import exported


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("Der Rat;=1+cmd|' /C calc'!A0;", "Der Rat;'=1+cmd|' /C calc'!A0;"),
        ("Eins\n=1+1", "Eins\n'=1+1"),
        ("Eins\t@SUMME(A1)", "Eins\t'@SUMME(A1)"),
        ("Rot-Grün = 3; plus - minus", "Rot-Grün = 3; plus - minus"),
    ],
)
def test_no_cell_begins_as_a_formula_does(text: str, written: str) -> None:
    body = exported([{"text": text}], "csv", "quotes", {"text": str}).body
    assert isinstance(body, bytes)
    row = body.decode("utf-8-sig").removeprefix("text\r\n").removesuffix("\r\n")
    assert row.strip('"') == written
