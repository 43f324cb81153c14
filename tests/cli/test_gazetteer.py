"""`redefluss gazetteer import` adds people of Wikidata, and leaves alone what an editor wrote."""

import json
from pathlib import Path

from tests.cli.conftest import Cli

RESULT = Path(__file__).parents[1] / "entities" / "wikidata" / "people.csv"
OWN = {"id": "per/wt", "name": "Wiebke Tannhoff", "type": "PER", "aliases": ["Tannhoff"]}


def test_to_stdout_without_a_gazetteer(quick: Cli) -> None:
    result = quick("gazetteer", "import", str(RESULT))
    assert [json.loads(line)["name"] for line in result.stdout.splitlines()][:2] == [
        "Wiebke Tannhoff",
        "Jannik Ruhmkorf",
    ]
    assert result.returncode == 1, "a row had no label"
    assert "row 5: Q990000004 has no label" in result.stderr.decode()


def test_into_the_gazetteer_of_the_settings_and_not_twice(quick: Cli, folder: Path) -> None:
    path = folder / "own.jsonl"
    path.write_text(json.dumps(OWN), encoding="utf-8")
    first = quick("gazetteer", "import", str(RESULT), REDEFLUSS_GAZETTEER=str(path))
    assert "Q990000001 is not added: per/wt has the name Wiebke Tannhoff already" in first.stderr.decode()
    assert "2 added, 1 there already" in first.stderr.decode()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == OWN
    assert len(lines) == 3
    again = quick("gazetteer", "import", str(RESULT), REDEFLUSS_GAZETTEER=str(path))
    assert "0 added, 3 there already" in again.stderr.decode()
    assert path.read_text(encoding="utf-8").splitlines() == lines


def test_mistakes_are_one_line(quick: Cli, folder: Path) -> None:
    (folder / "x.csv").write_text("a,b\n", encoding="utf-8")
    for file, words, own in (
        ("nirgends.csv", "no such file", "o.jsonl"),
        ("x.csv", "no column 'id'", "o.jsonl"),
        (".", "redefluss: . cannot be read: Is a directory", "o.jsonl"),
        (str(RESULT), "JSON lines", "o.csv"),
    ):
        result = quick("gazetteer", "import", file, REDEFLUSS_GAZETTEER=own)
        (line,) = result.stderr.decode().strip().splitlines()
        assert words in line
        assert result.returncode == 2


def test_of_many_rows_that_are_no_people_the_first_are_named(quick: Cli, folder: Path) -> None:
    rows = "".join(f"http://www.wikidata.org/entity/Q9900{number:05d},\n" for number in range(22))
    (folder / "x.csv").write_text("id,label\n" + rows, encoding="utf-8")
    result = quick("gazetteer", "import", "x.csv")
    *named, more = result.stderr.decode().splitlines()
    assert (result.returncode, result.stdout, more) == (1, b"", "… and 2 further rows")
    assert len(named) == 20
    assert named[0].startswith("x.csv, row ")
    assert named[0].endswith(": Q990000000 has no label")
