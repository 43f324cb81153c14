"""What is in archives, article by article."""

import csv
import gzip
import io
import random
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from agents.cli import articles
from agents.cli.articles import TOO_LARGE, ArticleMessage, RefusedInput
from agents.cli.errors import CommandError
from agents.imports import json_objects
from agents.imports.archives import found, items
from agents.imports.csv_rows import ColumnsError, column_map
from agents.imports.field_names import moment
from agents.imports.import_progress import ImportProgress
from agents.imports.messages import Skipped

LIMIT = 100_000


def read(path: Path, columns: str = "") -> list[Any]:
    return list(items(str(path), columns=column_map(columns), limit_bytes=LIMIT))


def values(read_items: list[Any]) -> list[dict[str, Any]]:
    return [orjson.loads(item.value) for item in read_items if isinstance(item, ArticleMessage)]


def refused(read_items: list[Any]) -> list[tuple[str, str]]:
    return [(Path(item.origin).name, item.reason) for item in read_items if isinstance(item, RefusedInput)]


def warc(*, zipped: bool) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=zipped)

    def add(kind: str, url: str, body: bytes, status: str = "200 OK", content: str = "text/html; charset=iso-8859-1",
            **headers: str) -> None:  # fmt: skip
        http = None
        if kind == "response":
            http = StatusAndHeaders(status, [("Content-Type", content), *headers.items()], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http))

    add("response", "https://a.example/1", "<h1>Brücke</h1>".encode("latin-1"))
    add("response", "https://a.example/bild", b"\x89PNG", content="image/png")
    add("response", "https://a.example/weg", b"<h1>Weg</h1>", status="404 Not Found")
    packed = gzip.compress(b"<h1>Gezippt</h1>")
    add("response", "https://a.example/2", packed, content="text/html", **{"Content-Encoding": "gzip"})
    add("response", "https://a.example/bombe", gzip.compress(b"a" * 30_000_000), **{"Content-Encoding": "gzip"})
    add("conversion", "https://a.example/3", "Nur Text über Brücken".encode())
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_warc(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(warc(zipped=name.endswith(".gz")))
    got = read(path)
    first, second, third = values(got)
    assert (first["url"], first["html"]) == ("https://a.example/1", "<h1>Brücke</h1>")
    assert set(first["meta"]["warc"]) == {"date", "record_id"}
    assert second["html"] == "<h1>Gezippt</h1>"
    assert (third["text"], third["html"]) == ("Nur Text über Brücken", None)
    assert sum(isinstance(item, Skipped) for item in got) == 2
    assert refused(got) == [(f"{name}#5", "larger than 100,000 bytes, the limit of a message")]


def test_pages_of_a_warc_in_other_encodings_are_inflated_or_refused(tmp_path: Path) -> None:
    page = "<h1>Brücke</h1>".encode()
    packed = zstandard.compress(page)
    bodies = [
        (packed, {"Content-Encoding": "zstd"}),
        (
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed),
            {"Content-Encoding": "ZSTD", "Transfer-Encoding": "chunked"},
        ),
        (zstandard.compress(b"a" * 30_000_000), {"Content-Encoding": "zstd"}),
        (b"kein zstd", {"Content-Encoding": "zstd"}),
        (b"\x0b\x07\x80<h1>Br\xc3\xbccke</h1>\x03", {"Content-Encoding": "br"}),
        (packed, {"Content-Encoding": "gzip, zstd"}),
        (page, {"Content-Encoding": "identity"}),
    ]
    with (tmp_path / "a.warc").open("wb") as out:
        writer = WARCWriter(out, gzip=False)
        for body, headers in bodies:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers.items()], protocol="HTTP/1.1")
            url, payload = "https://a.example/1", io.BytesIO(body)
            writer.write_record(writer.create_warc_record(url, "response", payload=payload, http_headers=http))
    tracemalloc.start()
    got = read(tmp_path / "a.warc")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [value["html"] for value in values(got)] == ["<h1>Brücke</h1>"] * 3
    assert [reason.partition(": ")[0] for _, reason in refused(got)] == [
        "larger than 100,000 bytes, the limit of a message",
        "the Content-Encoding 'zstd' cannot be undone",
        "the Content-Encoding 'br' cannot be undone",
        "the Content-Encoding 'gzip, zstd' cannot be undone",
    ]
    assert most < 10_000_000


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_warc_that_is_cut_off_gives_what_came_before(tmp_path: Path, name: str) -> None:
    path, out = tmp_path / name, io.BytesIO()
    writer, ends = WARCWriter(out, gzip=name.endswith(".gz")), [0]
    for number in range(3):
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        payload = io.BytesIO(f"<p>Seite {number}, die zu Ende geht.</p>".encode())
        writer.write_record(writer.create_warc_record("https://a.example/1", "response", payload, http_headers=http))
        ends.append(out.tell())
    for size in {*range(1, ends[-1], 7), *ends[1:]}:
        path.write_bytes(out.getvalue()[:size])
        got = read(path)
        whole = len(values(got))
        assert whole >= sum(end <= size for end in ends[1:])
        assert [value["html"] for value in values(got)] == [
            f"<p>Seite {n}, die zu Ende geht.</p>" for n in range(whole)
        ]
        reasons = [reason for _, reason in refused(got)]
        assert len(reasons) == (ends[whole] < size)
        assert all("damaged" in reason or "cut off" in reason for reason in reasons)


def test_what_is_no_warc_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.warc").write_bytes(b"kein Archiv")
    ((origin, reason),) = refused(read(tmp_path / "b.warc"))
    assert origin == "b.warc#1"
    assert "damaged" in reason


@pytest.mark.parametrize("length", ["9" * 20, "9" * 5000, "-1", "viel"])
def test_a_record_of_a_warc_whose_length_is_none_is_damaged(tmp_path: Path, length: str) -> None:
    data = warc(zipped=False)
    named = data.index(b"Content-Length: ") + len("Content-Length: ")
    path = tmp_path / "b.warc"
    path.write_bytes(data[:named] + length.encode() + data[data.index(b"\r\n", named) :])
    assert "damaged" in refused(read(path))[-1][1]


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


NEWS_PLEASE = {
    "authors": ["Eva Muster"], "date_publish": "2017-07-17 17:03:00", "language": "de", "maintext": "Der Rat tagte.",
    "source_domain": "www.example.org", "text": None, "title": "Rat", "url": "https://a.example/1",
}  # fmt: skip
FUNDUS = {
    "title": "Rat",
    "body": {"summary": ["Kurz."], "sections": [{"headline": ["Eins"], "paragraphs": ["Der Rat tagte.", "Lange."]}]},
    "publishing_date": "2022-01-10 09:00:00+01:00",
    "authors": ["Eva Muster"],
    "html": {
        "requested_url": "https://a.example/x", "responded_url": "https://a.example/1", "content": "<p>Der Rat</p>",
        "crawl_date": "2022-01-10 10:00:00", "source_info": {"publisher": "Bote"},
    },
}  # fmt: skip


def test_json_of_other_tools(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(orjson.dumps(NEWS_PLEASE) + b"\n\nkaputt\n" + orjson.dumps(FUNDUS) + b"\n[]\n")
    got = read(path)
    news_please, fundus = values(got)
    assert (news_please["text"], news_please["source"]) == ("Der Rat tagte.", "www.example.org")
    assert (news_please["published_at"], news_please["language"]) == ("2017-07-17T17:03:00+02:00", "de")
    assert news_please["meta"] == {"authors": ["Eva Muster"]}
    assert (fundus["url"], fundus["source"], fundus["html"]) == ("https://a.example/1", "Bote", "<p>Der Rat</p>")
    crawled = {name: item for name, item in FUNDUS["html"].items() if name != "content"}
    assert fundus["meta"]["fundus_html"] == crawled
    assert fundus["text"] == "Kurz.\n\nEins\n\nDer Rat tagte.\n\nLange."
    assert fundus["published_at"] == "2022-01-10T09:00:00+01:00"
    assert [origin for origin, _ in refused(got)] == ["a.jsonl:3", "a.jsonl:5"]


@pytest.mark.parametrize("shape", ["list", "by publisher", "one"])
def test_json_documents(tmp_path: Path, shape: str) -> None:
    value = {"list": [NEWS_PLEASE, {"id": "b", "text": "Zwei"}], "by publisher": {"A": [NEWS_PLEASE]}}
    (tmp_path / "a.json").write_bytes(orjson.dumps(value.get(shape, NEWS_PLEASE), option=orjson.OPT_INDENT_2))
    assert len(values(read(tmp_path / "a.json"))) == (2 if shape == "list" else 1)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_integers_of_any_size_are_imported_as_they_are(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'{"plaintext": "eins", "number": 123456789012345678901234567890}')
    (item,) = read(tmp_path / name)
    assert isinstance(item, ArticleMessage)
    assert b'"meta":{"number":123456789012345678901234567890}' in item.value


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_in_utf_16_is_refused_as_a_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes('{"text": "Hallo"}\n{"text": "Hallo"}\n'.encode("utf-16"))
    assert refused(read(tmp_path / name)) == [(name, "JSON has to be UTF-8, and this is UTF-16")]


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
    for refused, line in ((first, 2), (fourth, 4 + lines)):
        assert refused == RefusedInput(f"{path}:{line}", "larger than 2,000 bytes, the limit of a message")
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


@pytest.mark.parametrize("name", ["ARTIKEL.CSV.GZ", "Artikel.csv.Gz", "ARTIKEL.CSV"])
def test_endings_may_be_written_in_capitals(tmp_path: Path, name: str) -> None:
    table = b"title,text\nEins,Waldau baut.\nZwei,Waldau spart.\n"
    (tmp_path / name).write_bytes(gzip.compress(table) if name.lower().endswith(".gz") else table)
    assert [value["title"] for value in values(read(tmp_path / name))] == ["Eins", "Zwei"]
    assert found([str(tmp_path)]) == [str(tmp_path / name)]
    (tmp_path / "A.TXT.GZ").write_bytes(b"x")
    assert articles.found([str(tmp_path)]) == [str(tmp_path / "A.TXT.GZ")]


def test_folders_have_all_kinds(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "b.csv", "c.jsonl.gz", "d.txt", "e.html", ".versteckt.txt", "f.pdf"):
        (tmp_path / name).write_bytes(b"x")
    assert [Path(file).name for file in found([str(tmp_path)])] == [
        "a.warc.gz",
        "b.csv",
        "c.jsonl.gz",
        "d.txt",
        "e.html",
    ]
    with pytest.raises(CommandError, match="no such file"):
        found([str(tmp_path / "nirgends")])
    (tmp_path / "leer").mkdir()
    with pytest.raises(CommandError, match="no file in it ends in"):
        found([str(tmp_path / "leer")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("2022-01-10", "2022-01-10T00:00:00+01:00"),
        ("1.7.2022, 9:05 Uhr", "2022-07-01T09:05:00+02:00"),
        ("32.1.2022", "2022-01-32T00:00:00"),
        ("gestern", "gestern"),
    ],
)
def test_moments(text: str, expected: str | None) -> None:
    assert moment(text) == expected


def test_the_place_moves_past_what_is_done_without_a_gap(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("x")
    place = ImportProgress.of(tmp_path / "state", [str(file)], {}, resume=True)
    for number in (0, 2, 1, 4):
        place.mark(str(file), number)
    place.write()
    assert ImportProgress.of(tmp_path / "state", [str(file)], {}, resume=True).done == {str(file): 3}
    assert ImportProgress.of(tmp_path / "state", [str(file)], {}, resume=False).done == {}
    file.write_text("anders")
    assert ImportProgress.of(tmp_path / "state", [str(file)], {}, resume=True).done == {}, "another file by now"


def test_documents_that_are_too_large_to_be_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_objects, "DOCUMENT_BYTES", 1_000)
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"text": "' + b"x" * 2_000 + b'"}]')
    assert refused(read(path)) == [("a.json", TOO_LARGE)]


def test_a_row_of_a_table_without_end_is_refused_and_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(b"title,text\nEins,Waldau baut.\n" + b"x," * 20_000_000 + b"\nZwei,Waldau spart.\n")
    tracemalloc.start()
    found = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [value["title"] for value in values(found)] == ["Eins", "Zwei"]
    assert len(refused(found)) == 1
    assert most < 20_000_000


def test_links_out_of_a_folder_are_no_files_of_it(tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("nicht für andere", encoding="utf-8")
    folder = tmp_path / "archiv"
    folder.mkdir()
    (folder / "a.txt").write_text("Waldau baut.", encoding="utf-8")
    (folder / "b.txt").symlink_to(secret)
    (folder / "c.txt").symlink_to(folder / "a.txt")
    names = [str(folder / "a.txt"), str(folder / "c.txt")]
    assert found([str(folder)]) == names
    assert articles.found([str(folder)]) == names


def test_a_table_in_two_encodings_is_read_in_both(tmp_path: Path) -> None:
    """Also where the first byte that is no UTF-8 comes late."""
    path = tmp_path / "a.csv"
    plain = b"Eins,plain\n" * 30_000
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


def test_a_file_that_is_named_twice_is_read_once_and_standard_input_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    file = str(tmp_path / "a.jsonl")
    assert found([file, "-", str(tmp_path), file]) == [file, "-"]
    place = ImportProgress.of(tmp_path / "state", [file, "-"], {}, resume=True)
    place.mark("-", 0)
    place.write()
    assert ImportProgress.of(tmp_path / "state", [file, "-"], {}, resume=True).done == {}, "other input by now"
