"""What `--since` and `--until` of `redefluss dead-letters` mean."""

import getpass
import os
import socket
from datetime import UTC, datetime, timedelta

import pytest

from agents.cli import dead_letters
from agents.cli.dead_letters import moment


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
