"""`redefluss corpus`, as a person uses it."""

import json
import shutil
from pathlib import Path

import pytest

from agents.cli.main import execute
from pipeline.corpus.convert import quotes_row
from pipeline.corpus.markup import read_article
from pipeline.corpus.standoff import to_standoff, write_rows
from pipeline.evaluation.gold import read_rows

ROOT = Path(__file__).parents[2]
ARTICLES = ROOT / "tests" / "corpus" / "articles"
CORPUS = ROOT / "corpus"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.txt"
    path.write_text((ARTICLES / "council.txt").read_text().replace("[Hanna Tölke|ht @1]", "Hanna Tölke"))
    return path


def test_the_corpus_has_no_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    if not (CORPUS / "articles").is_dir():
        pytest.skip("this copy of the project is without the articles")
    code = execute(["corpus", "check", str(CORPUS)])
    assert (capsys.readouterr().out, code) == ("", 0)


def test_check(capsys: pytest.CaptureFixture[str], wrong: Path) -> None:
    assert execute(["corpus", "check", str(ARTICLES)]) == 0
    assert capsys.readouterr() == ("", "3 articles, no mistakes\n")
    assert execute(["corpus", "check", str(ARTICLES / "couple.txt"), str(wrong)]) == 1
    out, err = capsys.readouterr()
    assert f"{wrong}:18: 'Hanna Tölke' is marked elsewhere as 'ht', here it is not\n" in out
    assert err == "2 articles, 1 with mistakes\n"


def test_stats(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    beside = tmp_path / "beside.jsonl"
    beside.write_text('{"text": "Ein Satz."}\n')
    assert execute(["corpus", "stats", str(ARTICLES), "--beside", str(beside)]) == 0
    out = capsys.readouterr().out
    assert "two women" in out
    assert "beside.jsonl" in out
    assert execute(["corpus", "stats", str(ARTICLES), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["Articles"]["all"]["articles"] == 3


def test_convert_never_writes_over_the_article(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    article = tmp_path / "council.txt"
    shutil.copy(ARTICLES / "council.txt", article)
    assert execute(["corpus", "convert", str(article), "--to", "quotes", "--output", str(article)]) == 2
    assert article.read_bytes() == (ARTICLES / "council.txt").read_bytes()
    assert capsys.readouterr().err == f"redefluss: --output: {article} is the annotated file\n"


@pytest.mark.parametrize("name", ["entities", "quotes", "speakers", "spacy", "conll"])
def test_convert(name: str, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl.gz"
    assert execute(["corpus", "convert", str(ARTICLES), "--to", name, "--output", str(output)]) == 0
    assert output.stat().st_size
    if name == "quotes":
        expected = [quotes_row(read_article(path)) for path in sorted(ARTICLES.glob("*.txt"))]
        assert read_rows(output, ("name", "text")) == expected


def test_convert_a_part(tmp_path: Path) -> None:
    for writer, article in (("w01", "council"), ("w02", "couple")):
        (tmp_path / "articles" / writer).mkdir(parents=True)
        shutil.copy(ARTICLES / f"{article}.txt", tmp_path / "articles" / writer)
    (tmp_path / "parts.toml").write_text('[writers]\nw02 = "dev"\n')
    output = tmp_path / "out.jsonl"
    for part, name in (("dev", "couple"), ("train", "w01-0001")):
        arguments = ["corpus", "convert", str(tmp_path), "--to", "entities", "--output", str(output), "--part", part]
        assert execute(arguments) == 0
        assert [row["name"] for row in read_rows(output, ())] == [name]


def test_agree(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shutil.copy(ARTICLES / "couple.txt", tmp_path)
    assert execute(["corpus", "agree", str(ARTICLES), str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["all"]["quotes_f1"] == 1
    assert err == "2 articles in one of them alone: interview, w01-0001\n"
    assert execute(["corpus", "agree", str(ARTICLES), str(tmp_path)]) == 0
    assert "shared surname" in capsys.readouterr().out


def test_join(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("id: p\ngenre: g\nregion: r\nsubject: s\n\nl | PER | f | Lea Oder\n\n[Lea Oder|l] kam.\n")
    write_rows(tmp_path / "standoff.jsonl.gz", [to_standoff(read_article(plain), "seven")])
    texts, output = tmp_path / "texts.jsonl", tmp_path / "out"
    arguments = ["corpus", "join", str(tmp_path / "standoff.jsonl.gz"), str(texts), "--output", str(output)]
    texts.write_text('{"name": "seven", "text": "Lea Oder kam. "}\n')
    assert execute(arguments) == 0
    assert (output / "p.txt").read_text() == plain.read_text().replace(": s\n", ": s\nsource: real\n").replace(
        "Lea Oder\n\n", "Lea Oder |  | \n\n"
    ).replace("\n\n[", "\n\n\n[")
    assert execute(["corpus", "check", str(output)]) == 0
    capsys.readouterr()
    texts.write_text('{"name": "seven", "text": "Lea Oder ging."}\n')
    assert execute(arguments) == 1
    assert "p: the text of 'seven' is another one than was annotated" in capsys.readouterr().err
    texts.write_text('{"name": "eight", "text": "Lea Oder ging."}\n')
    assert execute(arguments) == 1
    assert "has no text 'seven'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "{tmp}/nothing"], "no such file or folder"),
        (["check", "{tmp}"], "no articles (files that end in .txt)"),
        (["stats", "{tmp}"], "no articles (files that end in .txt)"),
        (["stats", "{articles}", "--beside", "{tmp}/nothing"], "no such file or folder"),
        (["stats", "{articles}", "--beside", "{articles}/council.txt"], "line 1: no JSON"),
        (["convert", "{articles}", "--to", "conll", "--output", "{tmp}/no/folder"], "No such file or directory"),
        (["convert", "{articles}", "--to", "pdf", "--output", "{tmp}/x"], "'pdf' is not one of"),
        (
            ["convert", "{articles}", "--part", "dev", "--to", "conll", "--output", "{tmp}/x"],
            "no articles of the part dev",
        ),
        (["stats", "{articles}", "--beside", "{numbers}"], "numbers.jsonl: a text is no string"),
        (["agree", "{articles}", "{tmp}"], "no articles (files that end in .txt)"),
        (["join", "{articles}/council.txt", "{tmp}/x", "--output", "{tmp}/y"], "line 1: no JSON"),
    ],
)
def test_bad_input_gets_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = tmp_path / "numbers.jsonl"
    numbers.write_text('{"text": 3}\n')
    given = [argument.format(tmp=tmp_path, articles=ARTICLES, numbers=numbers) for argument in arguments]
    assert execute(["corpus", *given]) == 2
    out, err = capsys.readouterr()
    assert message in " ".join(err.split())
    assert (out, err.count("\n")) == ("", 1) or "Usage" in err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = [", "Invalid value"),
        (b"[writers]\nw01 = 3\n", "writers is no table of strings"),
        (b"found = 3\n", "found is no table of strings"),
        (b"\xff", "invalid start byte"),
    ],
)
def test_parts_that_cannot_be_read_are_told(
    content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "parts.toml").write_bytes(content)
    shutil.copy(ARTICLES / "couple.txt", tmp_path)
    arguments = ["corpus", "convert", str(tmp_path), "--part", "dev", "--to", "conll", "--output", str(tmp_path / "x")]
    assert execute(arguments) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert "parts.toml" in err
    assert message in err
