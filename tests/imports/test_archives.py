"""What is in archives, article by article."""

import gzip
from pathlib import Path

import orjson
import pytest

from agents.cli import input_files
from agents.cli.articles import TOO_LARGE, ArticleMessage
from agents.cli.errors import CommandError
from agents.imports import json_objects
from agents.imports.archives import found
from agents.imports.field_names import moment
from agents.imports.import_progress import ImportProgress
from tests.imports.reading import read, refused, values

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


def test_an_article_that_no_message_can_carry_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    deep = b'{"text": "eins", "meta": ' + b'{"a": ' * 300 + b"1" + b"}" * 301
    (tmp_path / "a.jsonl").write_bytes(deep + b'\n{"text": "zwei"}\n')
    got = read(tmp_path / "a.jsonl")
    assert [value["text"] for value in values(got)] == ["zwei"]
    ((origin, reason),) = refused(got)
    assert (origin, reason.startswith("schema: meta: ")) == ("a.jsonl:1", True)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_in_utf_16_is_refused_as_a_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes('{"text": "Hallo"}\n{"text": "Hallo"}\n'.encode("utf-16"))
    assert refused(read(tmp_path / name)) == [(name, "JSON has to be UTF-8, and this is UTF-16")]


@pytest.mark.parametrize("name", ["ARTIKEL.CSV.GZ", "Artikel.csv.Gz", "ARTIKEL.CSV"])
def test_endings_may_be_written_in_capitals(tmp_path: Path, name: str) -> None:
    table = b"title,text\nEins,Waldau baut.\nZwei,Waldau spart.\n"
    (tmp_path / name).write_bytes(gzip.compress(table) if name.lower().endswith(".gz") else table)
    assert [value["title"] for value in values(read(tmp_path / name))] == ["Eins", "Zwei"]
    assert found([str(tmp_path)]) == [str(tmp_path / name)]
    (tmp_path / "A.TXT.GZ").write_bytes(b"x")
    assert input_files.found([str(tmp_path)]) == [str(tmp_path / "A.TXT.GZ")]


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
        ("4. März 2024", "2024-03-04T00:00:00+01:00"),
        ("Montag, 4. Jän. 2024, 10.15 Uhr", "2024-01-04T10:15:00+01:00"),
        ("12.Dezember 2023 um 7:30", "2023-12-12T07:30:00+01:00"),
        ("12. ſeptember 1790", "1790-09-12T00:00:00+00:53"),
        ("12. MAİ 2022", "2022-05-12T00:00:00+02:00"),
        ("4. Mond 2024", "4. Mond 2024"),
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
    assert input_files.found([str(folder)]) == names


def test_a_folder_of_a_crawler_that_writes_markdown_has_its_articles(tmp_path: Path) -> None:
    for name in ("a.md", "b.MD.gz", "c.markdown"):
        content = b"# Rat baut\n\nWaldau baut ein [Freibad](https://waldau.example/bad)."
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    files = [str(tmp_path / name) for name in ("a.md", "b.MD.gz", "c.markdown")]
    assert found([str(tmp_path)]) == input_files.found([str(tmp_path)]) == files
    texts = [value["text"] for name in files for value in values(read(Path(name)))]
    assert texts == 3 * ["# Rat baut\n\nWaldau baut ein [Freibad](https://waldau.example/bad)."]


def test_what_is_left_out_of_a_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("a.txt", ".b.rst", "unten/c.rst", "d.RST", "e.jsonl.bz2", "f", "g.zip", "h.pdf", "i.tar.gz")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"Waldau baut.")
    assert found([str(tmp_path)]) == input_files.found([str(tmp_path)]) == [str(tmp_path / "a.txt")]
    told = "left out 7 files of other kinds: 2 .rst, 1 .bz2, 1 without an ending, 1 .zip, 1 .pdf, …"
    assert capsys.readouterr().err == f"{tmp_path}: {told}\n" * 2
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.txt").write_bytes(b"Waldau baut.")
    for target in ("../a.txt", "nirgends.txt", ".."):
        (tmp_path / "links" / f"nach {len(target)}.txt").symlink_to(target)
    assert found([str(tmp_path / "links")]) == [str(tmp_path / "links" / "a.txt")]
    assert capsys.readouterr().err == f"{tmp_path}/links: left out 3 files of other kinds: 3 links\n"
    assert input_files.found([str(input_files.SAMPLES)])
    assert not capsys.readouterr().err


def test_a_file_that_is_named_twice_is_read_once_and_standard_input_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    file = str(tmp_path / "a.jsonl")
    assert found([file, "-", str(tmp_path), file]) == [file, "-"]
    place = ImportProgress.of(tmp_path / "state", [file, "-"], {}, resume=True)
    place.mark("-", 0)
    place.write()
    assert ImportProgress.of(tmp_path / "state", [file, "-"], {}, resume=True).done == {}, "other input by now"
