"""How the processes of the stream log: one line an event, to the standard error, as text or as JSON."""

import asyncio
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
PROJECT = "redefluss"
"""Of all else only warnings are shown, unless everything is, and none of them again and again."""
REPEAT_SECONDS = 30.0
JSON_FIELDS = ("levelname", "name", "message")
JSON_NAMES = {"levelname": "level", "name": "logger", "exc_info": "traceback", "stack_info": "stack"}

_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9} | {
    code: f"\\u{code:04x}" for code in _BIDIRECTIONAL
}
"""What would move a terminal's cursor, turn the direction of writing or begin another line, and how it is shown:
messages quote strangers."""
_IN_TRACEBACKS = {code: shown for code, shown in CONTROLS.items() if code != 10}

_about: ContextVar[dict[str, Any]] = ContextVar("about", default={})  # noqa: B039 - never changed, only replaced


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Whatever is logged in the `with` block, and in tasks that it begins, carries these fields; None is left out."""
    token = _about.set(_about.get() | {name: value for name, value in fields.items() if value is not None})
    try:
        yield
    finally:
        _about.reset(token)


class TextFormatter(logging.Formatter):
    """An event as a line of text."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, without a traceback."""
        return super().formatMessage(record).translate(CONTROLS)

    def formatException(self, ei: Any) -> str:
        """The traceback, in lines: its last one may quote strangers, too."""
        return super().formatException(ei).translate(_IN_TRACEBACKS)


class ContextFilter(logging.Filter):
    """Gives each record the fields of `about`; what the caller gave as `extra` wins."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _about.get().items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


def is_failure(record: logging.LogRecord) -> bool:
    """False for what was cancelled, as at SIGTERM during the start: Mode logs that as a crash, with a traceback."""
    return not record.exc_info or not isinstance(record.exc_info[1], asyncio.CancelledError)


class RepeatFilter(logging.Filter):
    """Lets a message pass once in `REPEAT_SECONDS`: clients say every second that the broker is away."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(PROJECT):
            return True
        message = record.getMessage()
        now = time.monotonic()
        if now - self._last.get(message, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        if len(self._last) > 1000:
            self._last.clear()
        self._last[message] = now
        return True


def configure(level: str, form: str = "text") -> None:
    """Log from `level` on ("debug", "info", "warning", "error"), as "text" or as "json"."""
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        # A traceback becomes one field of its event's line.
        handler.setFormatter(OrjsonFormatter(list(JSON_FIELDS), rename_fields=JSON_NAMES, timestamp="time"))
        handler.addFilter(ContextFilter())
    else:
        handler.setFormatter(TextFormatter())
    everything = level == "debug"
    if not everything:
        handler.addFilter(is_failure)
        handler.addFilter(RepeatFilter())
    logging.basicConfig(level=logging.DEBUG if everything else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(PROJECT).setLevel(level.upper())
