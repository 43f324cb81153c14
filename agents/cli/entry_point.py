"""Where the command `redefluss` begins: little is imported here, so that Ctrl-C ends it without a traceback from the
first moment on. What the commands import takes some tenths of a second."""

import os
import signal
from types import FrameType

INTERRUPTED = 130
"""As `agents.cli.errors.ExitCode.INTERRUPTED`, which would have to be imported."""


def main() -> None:
    """Run one command and leave with its exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    from agents.cli.main import main as run_command  # which has handlers of its own

    run_command()


def _end(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
