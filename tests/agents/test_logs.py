"""What the processes log: one line an event, readable by people or by machines."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from agents import logs
from agents.pool.scheduler import JobFailed
from pipeline.stages import stage_named
from tests.agents.test_runner import Stream

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01".encode()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


async def test_json_says_of_which_message_an_event_is(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    stream = Stream(stage_named("entities"), JobFailed("worker-crash", "it died\ntwice", 2))
    await stream.handle(b"{}", ("traceparent", TRACEPARENT), key="a-ü".encode())
    (event,) = events(capsys)
    assert event.pop("time").endswith("+00:00")
    assert event.pop("message").endswith("became a dead letter: worker-crash: it died twice")
    assert event == {
        "level": "WARNING",
        "logger": "redefluss.runner",
        "stage": "entities",
        "topic": "p.source",
        "partition": 3,
        "offset": 17,
        "article_id": "a-ü",
        "trace_id": TRACE,
    }


async def test_json_has_a_traceback_in_one_field(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    await Stream(stage_named("entities"), ValueError("broken")).handle()
    unexpected, letter = events(capsys)
    assert unexpected["traceback"].splitlines()[0] == "Traceback (most recent call last):"
    assert unexpected["traceback"].endswith("ValueError: broken")
    assert unexpected["offset"] == letter["offset"] == 17
    assert "trace_id" not in letter


def test_what_is_not_of_a_message_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    with logs.about(stage="clean", offset=None):
        pass
    logging.getLogger("redefluss.x").info("started")
    (event,) = events(capsys)
    assert set(event) == {"time", "level", "logger", "message"}


def test_text_keeps_an_event_on_its_line_and_the_terminal_unharmed(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logging.getLogger("redefluss.x").info("a\nb\x1b[2J\x9b1mü\u202e\u2069")
    assert capsys.readouterr().err.endswith("redefluss.x: a\\x0ab\\x1b[2J\\x9b1mü\\u202e\\u2069\n")


def test_a_traceback_leaves_the_terminal_unharmed(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    try:
        raise ValueError("no date: \x1b]0;owned\x07\x9b2J\u202e\r\x7f")
    except ValueError:
        logging.getLogger("redefluss.x").exception("a page")
    *lines, last = capsys.readouterr().err.splitlines()
    assert lines[1] == "Traceback (most recent call last):"
    assert last == r"ValueError: no date: \x1b]0;owned\x07\x9b2J\u202e\x0d\x7f"


def test_what_was_cancelled_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    for error in (asyncio.CancelledError(), OSError("the port is taken")):
        try:
            raise error
        except (asyncio.CancelledError, OSError):
            logging.getLogger("mode.services").exception("Crashed reason=%r", error)
    said = capsys.readouterr().err
    assert "CancelledError" not in said
    assert "the port is taken" in said


def test_only_what_was_cancelled_is_no_failure() -> None:
    record = logging.makeLogRecord({"exc_info": False})
    assert logs.is_failure(record)
    record.exc_info = (asyncio.CancelledError, asyncio.CancelledError(), None)
    assert not logs.is_failure(record)
