"""Where output goes: results to stdout (tables on a terminal, JSON in a pipe), everything else to stderr.

Rich is imported when something is printed with it: a worker prints nothing.
"""

import logging
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

import orjson

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 140
_PICTURES = {sign: 0x2400 + sign for sign in range(0x20) if chr(sign) not in "\n\t"} | {0x7F: 0x2421}
_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
HARMLESS = _PICTURES | dict.fromkeys((*range(0x80, 0xA0), *_BIDIRECTIONAL), 0xFFFD)
"""For `str.translate`: what a terminal would obey, and signs that turn the direction of writing, as visible signs."""
_ESCAPES = {sign: f"\\u{sign:04x}" for sign in HARMLESS if sign >= 0x20}
"""The same as JSON writes them in strings; it does so with the signs below 0x20 by itself."""


def for_people() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


def out() -> "Console":
    """The console of results; a pipe gets lines of a fixed width rather than those of an unknown terminal."""
    from agents.cli.safe_console import SafeConsole

    return SafeConsole(width=None if for_people() else PIPE_WIDTH, highlight=False, emoji=False)


def err() -> "Console":
    """The console of progress, notes and errors."""
    from agents.cli.safe_console import SafeConsole

    return SafeConsole(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def note(message: str) -> None:
    """Tell the person at the terminal what is going on."""
    err().print(message, markup=False)


def counted(number: int, one: str) -> str:
    """A number and what is counted, as in "1 article" and "2,000 articles"."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def write_json(value: Any) -> None:
    """One value on stdout: a line of JSON in a pipe, indented on a terminal, with escapes for what that would obey."""
    if for_people():
        shown = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2)
        write_bytes([shown.decode().translate(_ESCAPES).encode()])
    else:
        write_bytes([orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)])


def write_bytes(lines: Iterable[bytes]) -> None:
    """Lines on stdout, out at once so that the reader of a pipe has them.

    Raises:
        OSError: as of a file "stdout", so that it is known which disk is full.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()
    except OSError as error:
        error.filename = "stdout"
        raise


def show(rows: list[dict[str, Any]], *, title: str, columns: dict[str, str]) -> None:
    """Rows as a table on a terminal, as JSON lines in a pipe.

    Args:
        columns: heading by key of the row; a pipe gets every key.
    """
    if not for_people():
        option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
        write_bytes(orjson.dumps(row, option=option) for row in rows)
        return
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(row[key], int | float) for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(plain(row[key]) for key in columns))
    out().print(table)


def plain(value: Any) -> str:
    """A cell of a table; markup in it is shown as it stands."""
    from rich.markup import escape

    return "–" if value is None else escape(f"{value:,}" if isinstance(value, int) and value > 9999 else str(value))


def quiet_clients() -> None:
    """Keep the Kafka client's own log lines off the terminal: the commands say in one line what they mean."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def abandon(stream: TextIO) -> None:
    """After a broken pipe: nothing more can be written to it, and Python shall not try when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
