"""What `redefluss dead-letters` takes for a time, and what it tells of a replay."""

import getpass
import os
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import agents.dead_letters
from agents.cli import dead_letters
from agents.cli.dead_letters import moment
from agents.cli.errors import ExitCode
from agents.dead_letters import ReplayReport
from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("words", "ago"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        (" 2 h ago ", timedelta(hours=2)),
    ],
)
def test_so_long_ago(words: str, ago: timedelta) -> None:
    before = datetime.now(UTC)
    found = moment(words)
    assert found is not None
    assert before - ago <= found <= datetime.now(UTC) - ago


def test_a_time_without_a_zone_is_one_of_this_place() -> None:
    assert moment("2026-05-01T12:00") == datetime(2026, 5, 1, 12).astimezone()
    assert moment("2026-05-01T12:00+02:00") == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert moment(None) is None


def test_who_has_a_number_and_no_name_is_told_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "host")
    monkeypatch.setattr(getpass, "getuser", lambda: "ida")
    assert dead_letters._user() == "ida@host"

    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert dead_letters._user() == f"{os.getuid()}@host"


@pytest.mark.parametrize(
    ("report", "code", "lines"),
    [
        (ReplayReport(1200, 3), ExitCode.OK, ["Sent 1,200 again; 3 were replayed before"]),
        (
            ReplayReport(0, 0, ("0:7: too large", "0:9: [gone]")),
            ExitCode.INCOMPLETE,
            [
                "cannot be replayed: 0:7: too large",
                "cannot be replayed: 0:9: [gone]",
                "Sent 0 again; 0 were replayed before",
            ],
        ),
    ],
)
def test_what_cannot_be_replayed_is_told(
    quick: Cli, monkeypatch: pytest.MonkeyPatch, report: ReplayReport, code: ExitCode, lines: list[str]
) -> None:
    asked: dict[str, Any] = {}

    async def reach(*_: object, **__: object) -> None:
        pass

    async def replay(_: object, letters: AsyncIterator[object], **how: Any) -> ReplayReport:
        asked.update(how)
        return report

    monkeypatch.setattr(dead_letters, "_reach", reach)
    monkeypatch.setattr(dead_letters, "_user", lambda: "ida@host")
    monkeypatch.setattr(agents.dead_letters, "replay", replay)
    result = quick("dead-letters", "replay", "--to", "start")
    assert (result.returncode, result.stderr.decode().splitlines()) == (code, lines)
    assert asked == {"to": "start", "dry_run": False, "by": "ida@host"}
