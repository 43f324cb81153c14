"""How the processes of the stream log: one line an event, to the standard error."""

import logging
import sys
import time

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
PROJECT = "redefluss"
"""Of all else only warnings are shown, unless everything is, and none of them again and again."""
REPEAT_SECONDS = 30.0


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


def configure(level: str) -> None:
    """Log from `level` on ("debug", "info", "warning", "error")."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    everything = level == "debug"
    if not everything:
        handler.addFilter(RepeatFilter())
    logging.basicConfig(level=logging.DEBUG if everything else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(PROJECT).setLevel(level.upper())
