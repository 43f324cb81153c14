"""What articles hold is printed, and not obeyed."""

import json
import subprocess
from pathlib import Path

import pytest
from rich.table import Table

from agents.cli import console
from agents.cli.errors import ExitCode
from agents.processes import module_command

HOSTILE = "Titel \x1b]0;gekapert\x07\x1b[2J\x9b31m \u202eenie"


def test_escape_sequences_of_a_text_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table()
    table.add_column("text")
    table.add_row(HOSTILE)
    console.out().print(table)
    console.out().print(HOSTILE, markup=False)
    console.note(HOSTILE)
    shown = "".join(capsys.readouterr())
    assert shown.count("gekapert") == 3
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert "␛]0;gekapert␛[2J" in shown


def test_json_on_a_terminal_has_escapes_for_what_it_would_obey(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    value = {"titel\x9d": [HOSTILE, "\x7f", "\u2067", "ü"]}
    monkeypatch.setattr(console, "for_people", lambda: True)
    console.write_json(value)
    shown = capsysbinary.readouterr().out.decode()
    assert not {"\x1b", "\x07", "\x7f", "\x9b", "\x9d", "\u202e", "\u2067"} & set(shown)
    assert "ü" in shown
    assert json.loads(shown) == value
    monkeypatch.setattr(console, "for_people", lambda: False)
    console.write_json(value)
    assert "\x9b31m \u202eenie" in capsysbinary.readouterr().out.decode(), "a program obeys nothing"


def test_a_terminal_keeps_its_colours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    console.out().print("[bold]heading[/bold]")
    assert "\x1b[1mheading" in capsys.readouterr().out


def test_a_full_disk_behind_the_output_is_told_as_such() -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            module_command("agents.cli", "settings"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (ExitCode.USAGE, "redefluss: stdout: No space left on device\n")
