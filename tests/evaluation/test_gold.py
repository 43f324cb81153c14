import gzip
import json
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig
from pipeline.evaluation import quotes, speakers
from pipeline.evaluation.gold import GoldError, read_pages, read_pages_of_all_kinds, read_rows


@pytest.mark.parametrize("name", ["gold.jsonl", "gold.jsonl.gz"])
def test_rows_are_read_gzipped_or_not(tmp_path: Path, name: str) -> None:
    content = '{"name": "a", "text": "Grün\u2028e"}\n\n{"name": "b", "text": ""}\n'.encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    assert read_rows(path, ("name", "text")) == [{"name": "a", "text": "Grün\u2028e"}, {"name": "b", "text": ""}]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: no JSON "),
        ("[1]", "line 2: no JSON object"),
        ("null", "line 2: no JSON object"),
        ('{"name": "b"}', "line 2: without text, quotes"),
        ('{"name": ["b"], "text": "c", "quotes": []}', "line 2: name is no string"),
        ('{"name": "\xff"}', "line 2: no JSON "),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b'{"name": "a", "text": "b", "quotes": []}\n' + line.encode("latin-1"))
    with pytest.raises(ValueError, match=message):
        read_rows(path, ("name", "text", "quotes"))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("html", None, "a: html is no string"),
        ("title", ["b"], "a: title is no string"),
        ("authors", None, "a: authors is no list of strings"),
        ("gold", "Der Rat", "a: gold is no list of strings"),
        ("gold", [["Der Rat"]], "a: gold is no list of strings"),
    ],
)
def test_a_field_of_a_page_that_is_none_is_named(tmp_path: Path, field: str, value: object, message: str) -> None:
    strings = dict.fromkeys(("name", "url", "title", "html", "page_text", "extracted_text"), "a")
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({**strings, "authors": ["a"], "gold": ["a"], field: value}))
    with pytest.raises(GoldError, match=message):
        read_pages(path)


GOLD = {"title": "Rat", "gold": ["Der Rat tagt."]}
SNIPPETS = {"with": ["Der Rat"], "without": []}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "a has neither gold paragraphs nor snippets"),
        ({"with": ["Der Rat"]}, "a has neither gold paragraphs nor snippets"),
        ({**SNIPPETS, "gold": ["Der Rat tagt."]}, "a: title is no string"),
        ({**GOLD, "gold": "Der Rat"}, "a: gold is no list of strings"),
        ({**GOLD, "html": None}, "a: html is no string"),
        ({**SNIPPETS, "page_text": None}, "a: page_text is no string"),
        ({**SNIPPETS, "without": None}, "a: without is no list of strings"),
    ],
)
def test_a_page_to_learn_from_that_is_none_is_named(tmp_path: Path, fields: dict[str, object], message: str) -> None:
    inputs = dict.fromkeys(("name", "url", "html", "page_text", "extracted_text"), "a")
    path = tmp_path / "further.jsonl"
    path.write_text("".join(json.dumps({**inputs, **row}) + "\n" for row in (GOLD, SNIPPETS, fields)))
    with pytest.raises(GoldError, match=message):
        read_pages_of_all_kinds(path)


def test_a_file_without_rows_gives_no_scores(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\n")
    with pytest.raises(ValueError, match="nothing in it"):
        read_rows(path, ("name", "text"))


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"{}" * 1000, mtime=0)[:-12]])
def test_damaged_gzip_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gold.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="the gzip data is damaged"):
        read_rows(path, ())


@pytest.mark.parametrize(
    "quote", [3, {}, {"spans": [], "type": "Direct"}, {"spans": [[0]]}, {"spans": [[90, 99]]}, {"spans": "x"}]
)
def test_quotes_that_cannot_be_scored_are_refused(tmp_path: Path, quote: object) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"name": "a", "text": "Hallo", "tokens": [[0, 5]], "quotes": [quote]}))
    with pytest.raises(GoldError, match="a: quotes are not as"):
        quotes.read_gold(path)


def test_quotes_of_two_texts_of_one_name_are_refused(tmp_path: Path) -> None:
    """They were scored as one text."""
    row = json.dumps({"name": "a", "text": "Hallo", "tokens": [[0, 5]], "quotes": []})
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{row}\n{row}\n")
    with pytest.raises(GoldError, match="a: the name is in several rows"):
        quotes.read_gold(path)


@pytest.mark.parametrize(
    ("said", "entities"),
    [
        ([3], []),
        ([{}], []),
        ([{"begin": 0, "end": 5, "type": "Direct"}], []),
        ([], [[0, 3, "PER"]]),
        ([], [{"type": "PER"}]),
    ],
)
def test_quotes_and_entities_without_their_fields_are_refused(tmp_path: Path, said: object, entities: object) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"name": "a", "text": "Hallo", "quotes": said, "entities": entities}))
    with pytest.raises(GoldError, match="a: quotes or entities are not as"):
        speakers.read_gold(path)


def test_a_text_that_the_stages_refuse_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"name": "a", "text": "Hallo", "quotes": [], "entities": []}))
    with pytest.raises(GoldError, match="a: the stages refuse the text"):
        speakers.evaluate(path, PipelineConfig(model_de="rules", quote_model="rules"))
