"""The list of dead letters, which can be long."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents import dead_letters
from agents.cli import clients
from agents.dead_letters import StoredLetter
from schemas.records import DeadLetter
from tests.cli.conftest import Cli


def test_a_pipe_gets_each_letter_as_it_is_read(
    quick: Cli, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    told = b""

    async def read(*_: Any, **__: Any) -> AsyncIterator[StoredLetter]:
        nonlocal told
        for offset in range(3):
            assert told.count(b"\n") == offset
            letter = DeadLetter.of(
                stage="clean",
                reason="empty",
                detail="no text",
                topic="articles.raw",
                partition=0,
                offset=offset,
                timestamp=0,
                key=b"a",
                value=b"{}",
                headers=[],
                attempts=1,
            )
            yield StoredLetter(0, offset, letter)
            told += capfdbinary.readouterr().out

    async def well(*_: Any, **__: Any) -> None:
        pass

    monkeypatch.setattr(dead_letters, "read", read)
    monkeypatch.setattr(clients, "reach_broker", well)
    assert quick("dead-letters", "list").returncode == 0
    assert [json.loads(line)["id"] for line in told.splitlines()] == ["0:0", "0:1", "0:2"]
