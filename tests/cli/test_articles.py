"""Files in every form become messages; what is none is refused with its place and the reason."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.cli import articles, input_files
from agents.cli.articles import ArticleMessage, RefusedInput
from agents.cli.errors import CommandError
from schemas.codec import decode
from schemas.records import RawArticle

LIMIT = 10_000


def read(*files: Path) -> list[ArticleMessage | RefusedInput]:
    return list(articles.messages(map(str, files), limit_bytes=LIMIT))


def one(directory: Path, name: str, data: bytes) -> ArticleMessage | RefusedInput:
    path = directory / name
    path.write_bytes(data)
    (item,) = read(path)
    return item


def article(item: ArticleMessage | RefusedInput) -> RawArticle:
    assert isinstance(item, ArticleMessage), item
    return decode(item.value, RawArticle)


@pytest.mark.parametrize(
    ("name", "data", "field", "content"),
    [
        ("a.txt", "Grüße".encode(), "text", "Grüße"),
        ("a.txt", b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "text", "Grüße"),
        ("a.txt", "Grüße".encode("utf-16"), "text", "Grüße"),
        ("a.txt", "Die Grüße der Bürger über die Straße, schön und größer.".encode("cp1252"), "text",
         "Die Grüße der Bürger über die Straße, schön und größer."),
        ("a.html", b"Hallo", "html", "Hallo"),
        ("a.html", "<meta charset=iso-8859-2>Łódź".encode("iso-8859-2"), "html", "<meta charset=iso-8859-2>Łódź"),
        ("a.html", b"<meta charset=nonsense>Gr\xfc\xdfe", "html", "<meta charset=nonsense>Grüße"),
        ("a", b"<!DOCTYPE html><p>Hallo</p>", "html", "<!DOCTYPE html><p>Hallo</p>"),
        ("a", "<p>Grüße</p>".encode("utf-16"), "html", "<p>Grüße</p>"),
        ("a", b"<- der Pfeil", "text", "<- der Pfeil"),
        ("a.txt.gz", gzip.compress(b"Hallo", mtime=0), "text", "Hallo"),
        ("a.txt", gzip.compress(b"Hallo", mtime=0), "text", "Hallo"),
        ("a.json", b'{"text": "Hallo"}', "text", "Hallo"),
        ("a", b'\n{\n "html": "<p>Hallo"\n}', "html", "<p>Hallo"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "Hallo"}\n\n', mtime=0), "text", "Hallo"),
    ],
)  # fmt: skip
def test_a_file_becomes_an_article(tmp_path: Path, name: str, data: bytes, field: str, content: str) -> None:
    assert getattr(article(one(tmp_path, name, data)), field) == content


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n", "empty"),
        ("a.bin", b"\x7fELF\x00\x00", "neither text, HTML nor JSON"),
        ("a.txt.gz", gzip.compress(b"Hallo" * 99, mtime=0)[:20], "gzip"),
        ("a.txt.gz", b"\x1f\x8bnonsense", "gzip"),
        ("a.json", b"{", "malformed-json"),
        ("a.json", b"[1, 2", "no JSON"),
        ("a.json", b'{"text": 1}', "schema: text"),
        ("a.json", b'{"title": "nur ein Titel"}', "schema"),
        ("a.json", b'{"text": "x", "schema": "raw-article/2"}', "unsupported-schema"),
        ("a.json", '{"text": "Hallo"}'.encode("utf-16"), "JSON has to be UTF-8"),
        ("a.jsonl", '{"text": "Hallo"}\n{"text": "Hallo"}\n'.encode("utf-16"), "JSON has to be UTF-8"),
        ("a", b"\xfe\xff" + '{"text": "Hallo"}'.encode("utf-16-be"), "JSON has to be UTF-8"),
        ("a.txt", b"x" * (LIMIT + 1), "10,000"),
        ("a.jsonl", b'{"text": "' + b"x" * LIMIT + b'"}', "10,000"),
    ],
)
def test_what_is_no_article_is_refused(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    item = one(tmp_path, name, data)
    assert isinstance(item, RefusedInput)
    assert reason in item.reason
    assert "\n" not in item.reason


def test_json_lines_go_on_after_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    long = json.dumps({"text": "x" * 3 * LIMIT})
    path.write_text(f'{{"text": "eins"}}\nkaputt\n{long}\n{{"id": "v", "text": "vier"}}\n', encoding="utf-8")
    first, broken, large, last = read(path)
    assert article(first).text == "eins"
    assert isinstance(broken, RefusedInput)
    assert broken.origin == f"{path}:2"
    assert isinstance(large, RefusedInput)
    assert isinstance(last, ArticleMessage)
    assert (last.key, last.origin) == ("v", f"{path}:4")


def test_a_first_line_that_is_broken_does_not_hide_the_others(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_bytes(b'{"text": \n{"text": "zwei"}\n')
    assert [type(item) for item in read(path)] == [RefusedInput, ArticleMessage]


def test_integers_of_any_size_are_sent_as_they_are(tmp_path: Path) -> None:
    item = one(tmp_path, "a.json", b'[{"text": "eins", "meta": {"number": 123456789012345678901234567890}}]')
    assert article(item).meta == {"number": 123456789012345678901234567890}


def test_an_array_is_several_articles(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "eins"}, 2, {"text": "drei"}], indent=1), encoding="utf-8")
    assert [type(item) for item in read(path)] == [ArticleMessage, RefusedInput, ArticleMessage]


def test_records_are_sent_byte_for_byte(tmp_path: Path) -> None:
    line = b'{"zusatz": 1,   "text": "Hallo"}'
    item = one(tmp_path, "a.jsonl", line + b"\n")
    assert isinstance(item, ArticleMessage)
    assert item.value == line


def test_the_same_article_has_the_same_key_wherever_it_lies(tmp_path: Path) -> None:
    items = [one(tmp_path, "a.txt", b"Hallo"), one(tmp_path, "b.txt.gz", gzip.compress(b"Hallo", mtime=0))]
    assert len({item.key for item in items if isinstance(item, ArticleMessage)}) == 1


def test_a_folder_gives_its_articles_in_order(tmp_path: Path) -> None:
    (tmp_path / "unten").mkdir()
    for name in ("b.txt", "a.html", "unten/c.json.gz", "d.jpg", ".versteckt.txt"):
        (tmp_path / name).write_bytes(b"x")
    names = [Path(name).name for name in input_files.found([str(tmp_path)])]
    assert names == ["a.html", "b.txt", "c.json.gz"]


def test_paths_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nirgends: no such file"):
        input_files.found(["nirgends"])
    with pytest.raises(CommandError, match="no file in it ends in"):
        input_files.found([str(tmp_path)])


def test_progress_adds_up_to_the_files_size(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b'{"text": "Hallo"}\n' * 5000)
    read_bytes = 0

    def advance(count: int) -> None:
        nonlocal read_bytes
        read_bytes += count

    count = sum(1 for _ in articles.messages([str(path)], limit_bytes=LIMIT, advance=advance))
    assert (count, read_bytes) == (5000, input_files.size_bytes([str(path)]))


@given(
    st.binary(max_size=400) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["a", "a.json", "a.jsonl", "a.html"]),
)
def test_no_bytes_are_a_surprise(data: bytes, name: str) -> None:
    for item in articles.in_bytes(name, data, limit_bytes=300):
        if isinstance(item, ArticleMessage):
            decode(item.value, RawArticle)
        else:
            assert item.reason


def test_of_a_list_what_is_nested_too_deeply_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"text": "a", "meta": ' + b"[" * 300 + b"]" * 300 + b'}, {"text": "b"}]')
    refused, taken = read(path)
    assert isinstance(refused, RefusedInput)
    assert refused.reason.startswith("no article: ")
    assert article(taken).text == "b"
