"""Rows of tables: by which columns, in which encodings, and what becomes of rows that are too large or cut off."""

import csv
import gzip
import random
import tracemalloc
from pathlib import Path

import orjson
import pytest

from agents.cli.articles import RefusedInput
from agents.imports.archives import items
from agents.imports.csv_rows import ColumnsError
from tests.imports.reading import read, refused, values


def test_csv_by_a_map_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        "Titel;Body;Datum;Ressort;url\r\n"
        'Rat schließt Freibad;"Erste Zeile\nzweite; Zeile";10.01.2022 09:00;Politik;https://a.example/1\r\n'
        "ohne Text;;;;\r\n"
        "zu;viele;;;;;Zellen\r\n"
        "Unzeit;Text;gestern;;\r\n"
        "\r\n"
        "Später;Text;2022-07-10T09:00:00+02:00;;\r\n".encode("cp1252")
    )
    got = read(path, "title=Titel, text=Body,published_at=Datum")
    first, last = values(got)
    assert (first["title"], first["text"]) == ("Rat schließt Freibad", "Erste Zeile\nzweite; Zeile")
    assert (first["published_at"], first["url"]) == ("2022-01-10T09:00:00+01:00", "https://a.example/1")
    assert first["meta"] == {"Ressort": "Politik"}
    assert last["published_at"] == "2022-07-10T09:00:00+02:00"
    (no_text, too_many, no_time) = refused(got)
    assert no_text[0] == "a.csv:4"
    assert "text or html" in no_text[1]
    assert too_many == ("a.csv:5", "7 cells under 5 headings")
    assert no_time[0] == "a.csv:6"
    assert "published_at: 'gestern' is not" in no_time[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_may_say_what_separates_its_columns(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("sep=;\r\ntext;a,b,c\r\nÜber Brücken;x\r\nzu;viele;Zellen\r\n".encode(encoding))
    got = read(path)
    (value,) = values(got)
    assert (value["text"], value["meta"]) == ("Über Brücken", {"a,b,c": "x"})
    assert refused(got) == [("a.csv:4", "3 cells under 2 headings")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_by_the_fields_own_names(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("ID,Text,Titel\n1,Über Brücken,T\n".encode(encoding)))
    (value,) = values(read(path))
    assert (value["id"], value["text"], value["meta"]) == ("1", "Über Brücken", {"Titel": "T"})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("title", "'title' is not FIELD=COLUMN"),
        ("title=, text=A", "'title=' is not FIELD=COLUMN"),
        ("titel=Titel", "no field 'titel'; there are id, url"),
        ("text=A,text=B", "given before"),
        ("text=Fehlt", "no column 'Fehlt'; there are A, B"),
    ],
)
def test_a_wrong_map_of_columns(tmp_path: Path, columns: str, words: str) -> None:
    (tmp_path / "a.csv").write_text("A,B\n1,2\n")
    with pytest.raises(ColumnsError, match=words):
        read(tmp_path / "a.csv", columns)


@pytest.mark.parametrize(
    ("heading", "columns", "words"),
    [
        ("title,Title,text", "", "several columns are 'title': 'title', 'Title'; rename all but one"),
        ("Ressort,text,Ressort", "", "several columns are 'Ressort': 'Ressort', 'Ressort'; rename all but one"),
        ("A,A,text", "title=A", "several columns are 'title': 'A', 'A'; rename all but one"),
    ],
)
def test_a_table_with_two_columns_of_a_name_is_refused(tmp_path: Path, heading: str, columns: str, words: str) -> None:
    (tmp_path / "a.csv").write_text(f"{heading}\nEins,Zwei,Drei\n")
    assert read(tmp_path / "a.csv", columns) == [RefusedInput(str(tmp_path / "a.csv"), words)]


@pytest.mark.parametrize(
    ("heading", "columns", "title"), [("title,Title,text", "title=Title", "Zwei"), ("title,text,,", "", "Eins")]
)
def test_columns_that_the_map_tells_apart_or_that_have_no_name_are_read(
    tmp_path: Path, heading: str, columns: str, title: str
) -> None:
    (tmp_path / "a.csv").write_text(f"{heading}\nEins,Zwei,Drei\n")
    (value,) = values(read(tmp_path / "a.csv", columns))
    assert value["title"] == title


LARGE = {
    "many lines": '"' + "Zeile, mit Komma\n" * 300 + '"',
    "many lines and quotation marks": '"' + 'Zeile, ""Zitat"", Komma\n\n' * 300 + '"',
    "one line": '"' + "Wort, " * 900 + '"',
    "one line without quotation marks": "Wort " * 900,
    "two cells": '"' + "a" * 1_500 + '","' + "b," * 1_500 + '"',
    "a mark at the end of what is read at once": '"' + "a" * 1_990 + '""' * 1_200 + 'b, ""\n""\n"',
}


@pytest.mark.parametrize("cell", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_of_a_row_that_is_too_large_nothing_is_left_and_the_next_one_is_whole(
    tmp_path: Path, cell: str, end: str
) -> None:
    path = tmp_path / "a.csv"
    rows = ["title,text", f"Eins,{cell}", '"Zwei","Der Text, ja"', "Drei,Kurz", f"Vier,{cell}", "Fünf,Ende"]
    path.write_bytes("".join(row.replace("\n", end) + end for row in rows).encode())
    first, second, third, fourth, fifth = items(str(path), columns={}, limit_bytes=2_000)
    lines = 1 + cell.count("\n")
    for refusal, line in ((first, 2), (fourth, 4 + lines)):
        assert refusal == RefusedInput(f"{path}:{line}", "larger than 2,000 bytes, the limit of a message")
    assert [(value["title"], value["text"]) for value in values([second, third, fifth])] == [
        ("Zwei", "Der Text, ja"),
        ("Drei", "Kurz"),
        ("Fünf", "Ende"),
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
@pytest.mark.parametrize("text", ["title,text\nEins,Größe", "title,text\rEins,Größe\r"])
def test_umlauts_count_in_a_line_without_an_end_too(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    (value,) = [orjson.loads(item.value) for item in items(str(tmp_path / "a.csv"), columns={}, limit_bytes=1_000_000)]
    assert value["text"].endswith("Größe")


def test_rows_that_are_not_too_large_are_those_that_python_reads(tmp_path: Path) -> None:
    """Whatever stands in the others."""
    chance = random.Random(3)
    for _ in range(300):
        text = "".join(chance.choice('aa"",;\n') for _ in range(80))
        expected: list[tuple[int, list[str]]] = []
        lines = csv.reader(text.splitlines(keepends=True))
        begin = 0
        for row in lines:
            read_lines = text.splitlines(keepends=True)[begin : lines.line_num]
            if sum(map(len, read_lines)) <= 10 and any(cell.strip() for cell in row):
                expected.append((begin + 2, row))
            begin = lines.line_num
        path = tmp_path / "a.csv"
        path.write_text("x,y\n" + text, newline="")
        found = [item for item in items(str(path), columns={}, limit_bytes=5) if "larger than 5" not in str(item)]
        cut_off = [item.origin for item in found if "ends within quotation marks" in str(item)]
        origins = dict.fromkeys([*(f"{path}:{line}" for line, _ in expected), *cut_off])
        assert [item.origin for item in found] == list(origins), text


def test_a_row_of_a_table_without_end_is_refused_and_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(b"title,text\nEins,Waldau baut.\n" + b"x," * 12_000_000 + b"\nZwei,Waldau spart.\n")
    tracemalloc.start()
    found = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [value["title"] for value in values(found)] == ["Eins", "Zwei"]
    assert len(refused(found)) == 1
    assert most < 20_000_000


def test_a_table_in_two_encodings_is_read_in_both(tmp_path: Path) -> None:
    """Also where the first byte that is no UTF-8 comes late."""
    path = tmp_path / "a.csv"
    plain = b"Eins,%s\n" % (b"plain" * 1_000) * 66
    rows = "Höfe „so“,Öl\n".encode("cp1252") + "Ähre,€\n".encode()
    path.write_bytes("text,title\nBäume,Über\n".encode() + plain + rows)
    found = [item["text"] for item in values(read(path)) if item["text"] != "Eins"]
    assert found == ["Bäume", "Höfe „so“", "Ähre"]


@pytest.mark.parametrize("end", ["", "\n", "\nDrei,Vier\n"])
def test_a_table_that_is_cut_off_within_a_cell_lacks_its_last_row(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'text,title\n"Eins\nzwei",A\nText,"B{end}')
    got = read(path)
    assert [item["text"] for item in values(got)] == ["Eins\nzwei"]
    assert refused(got) == [("a.csv:4", "the table ends within quotation marks of this row")]


def test_a_table_that_is_cut_off_within_its_headings_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,"title\nEins,A\n')
    assert refused(read(tmp_path / "a.csv")) == [("a.csv", "the table ends within quotation marks of its headings")]


def test_empty_lines_before_the_headings_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n\r\ntext;title\nEins, zwei;A\n;B\n")
    assert [item["text"] for item in values(read(path))] == ["Eins, zwei"]
    assert [origin for origin, _ in refused(read(path))] == ["a.csv:5"]
    path.write_text("\n\n")
    assert read(path) == []


def test_headings_that_other_tools_have_may_begin_with_capitals(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"MainText,Publisher\nDer Rat tagte.,Bote\n")
    (value,) = values(read(tmp_path / "a.csv"))
    assert (value["text"], value["source"]) == ("Der Rat tagte.", "Bote")
