"""What measurements write while they run: tables and figures on stdout, how far they are on stderr, line by line."""

import sys


def show(line: str) -> None:
    """A line of the result, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def note(line: str) -> None:
    """How far the measurement is, at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
