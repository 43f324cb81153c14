"""What programs say of themselves every few seconds."""

import asyncio
import sqlite3
from typing import Any

import orjson
import pytest

from agents import announcements
from agents.settings import Settings
from tests.support.waiting import until


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be sent to the topic."""
    sent: list[dict[str, Any]] = []

    async def announce(_: Settings, lines: asyncio.Queue[bytes]) -> None:
        while True:
            sent.append(orjson.loads(await lines.get()))
            lines.task_done()

    monkeypatch.setattr(announcements, "announce", announce)
    return sent


async def test_after_a_report_that_cannot_be_made_comes_the_next(
    said: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    asked = 0

    def report() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise sqlite3.OperationalError("disk I/O error")
        return {"asked": asked}

    async with announcements.reporting(Settings(), report, lambda: {"ended": True}, seconds=0.01):
        await until(lambda: len(said) >= 3)
    assert said[:3] == [{"asked": 1}, {"asked": 3}, {"asked": 4}]
    assert said[-1] == {"ended": True}
    assert caplog.text.count("disk I/O error") == 1


async def test_the_last_report_of_a_program_says_that_it_has_ended(said: list[dict[str, Any]]) -> None:
    async with announcements.announced(Settings(), "feed", "bote", lambda: {"new": 3}):
        await until(lambda: len(said) == 1)
    first, last = said
    assert (first["program"], first["name"], first["new"], "ended" in first) == ("feed", "bote", 3, False)
    assert last == {**first, "ended": True}


async def test_why_a_program_ends_is_told_though_its_last_report_cannot_be_made(said: list[dict[str, Any]]) -> None:
    def last_report() -> dict[str, Any]:
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(ValueError, match="why it ends"):
        async with announcements.reporting(Settings(), dict, last_report, seconds=0.01):
            raise ValueError("why it ends")
