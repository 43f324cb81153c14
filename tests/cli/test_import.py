"""`redefluss import` and what comes of it on the broker."""

import json
from pathlib import Path

import pytest

from agents.cli.errors import ExitCode
from tests.cli.conftest import Cli


@pytest.mark.usefixtures("broker")
def test_an_import_and_its_resumption(quick: Cli, folder: Path) -> None:
    lines = [json.dumps({"id": f"a-{number}", "maintext": f"Der Rat tagte {number} Mal."}) for number in range(5)]
    (folder / "a.jsonl").write_text("\n".join([*lines[:2], "kaputt", *lines[2:]]) + "\n", encoding="utf-8")
    (folder / "b.csv").write_text("Nr,Body\nb-1,Über Brücken\n", encoding="utf-8")
    columns = ("--columns", "id=Nr,text=Body")
    result = quick("import", "a.jsonl", "b.csv", *columns)
    assert result.returncode == ExitCode.INCOMPLETE
    refusal, end = result.stderr.decode().splitlines()
    assert refusal.startswith("refused: a.jsonl:3: malformed-json")
    assert end == "Sent 6 to articles.raw; refused 1"
    out = quick("consume", "articles.raw", "--from-beginning", "--until-caught-up").stdout
    rows = [json.loads(line) for line in out.splitlines()]
    assert {row["key"] for row in rows} == {*(f"a-{number}" for number in range(5)), "b-1"}
    assert next(row["value"]["text"] for row in rows if row["key"] == "b-1") == "Über Brücken"

    (state,) = Path(folder.parent / "data" / "import").glob("*.json")
    done = json.loads(state.read_text())
    assert sorted(done.values()) == [1, 6]
    state.write_text(json.dumps({name: min(count, 4) for name, count in done.items()}))
    result = quick("import", "a.jsonl", "b.csv", *columns, "--resume")
    assert result.returncode == ExitCode.OK
    assert result.stderr.decode().strip() == "Sent 2 to articles.raw; refused 0; done before 5"
    result = quick("import", "a.jsonl", "b.csv", *columns, "--resume")
    assert result.returncode == ExitCode.OK
    assert "Sent 0 to articles.raw; refused 0; done before 7" in result.stderr.decode()


@pytest.mark.usefixtures("broker")
def test_where_the_place_cannot_be_stored_nothing_is_sent(quick: Cli, folder: Path) -> None:
    (folder / "a.txt").write_text("Der Rat tagte.", encoding="utf-8")
    quick("topics", "create")
    result = quick("import", "a.txt", REDEFLUSS_DATA_DIR=str(folder / "a.txt"))
    assert result.returncode == ExitCode.USAGE
    assert result.stderr.decode() == f"redefluss: {folder / 'a.txt' / 'import'}: Not a directory\n"
    assert not quick("consume", "articles.raw", "--from-beginning", "--until-caught-up").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nirgends.warc"], "nirgends.warc: no such file"),
        (["--columns", "Titel", "."], "'Titel' is not FIELD=COLUMN"),
    ],
)
def test_wrong_usage(quick: Cli, arguments: list[str], words: str) -> None:
    result = quick("import", *arguments)
    assert result.returncode == ExitCode.USAGE
    (line,) = result.stderr.decode().strip().splitlines()
    assert words in line
