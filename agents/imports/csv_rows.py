"""Articles in tables: CSV with a heading, by a map of its columns."""

import codecs
import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from agents.charset import is_utf_16
from agents.cli.articles import ArticleMessage, RefusedInput
from agents.imports.field_names import FIELDS, OTHER_NAMES, raw_article
from agents.imports.messages import message
from schemas.codec import RecordError, one_line

SAMPLE_CHARACTERS = 65_536
QUOTED_SHARE = 2
"""A row may be so many times the limit of a message: each quotation mark in it is written twice."""
WINDOWS_1252 = "redefluss-windows-1252"
"""How bytes are read that are no UTF-8: Excel writes this encoding without saying so, and tables that were put together
from several have both."""

_SEPARATOR_LINE = re.compile(r"sep=([^\w\s\"]|\t)\r?\n", re.IGNORECASE)
"""What Excel takes and writes as a first line, where it is not to guess."""


def _as_windows_1252(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError) or not error.encoding.startswith("utf-8"):
        return codecs.replace_errors(error)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(WINDOWS_1252, _as_windows_1252)


class ColumnsError(Exception):
    """The map of columns cannot be used: one line."""


def column_map(text: str) -> dict[str, str]:
    """ "title=Titel,text=Body" as fields by column.

    Raises:
        ColumnsError: something else is written there, or a field that there is not.
    """
    columns: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise ColumnsError(f"--columns: {pair!r} is not FIELD=COLUMN")
        if name not in FIELDS:
            raise ColumnsError(f"--columns: no field {name!r}; there are {', '.join(FIELDS)}")
        if name in columns.values() or column in columns:
            raise ColumnsError(f"--columns: {pair!r}: given before")
        columns[column] = name
    return columns


def articles(
    path: Path, raw: IO[bytes], columns: Mapping[str, str], limit_bytes: int
) -> Iterator[ArticleMessage | RefusedInput]:
    """The rows of a table; a column that the map does not name is a field if it is called like one, else in `meta`.

    Raises:
        ColumnsError: the table has no column of a name in the map.
    """
    csv.field_size_limit(sys.maxsize)  # rows are bounded before they are parsed, or what is left of one would be rows
    encoding = "utf-16" if is_utf_16(raw.read(2)) else "utf-8-sig"
    raw.seek(0)
    text = io.TextIOWrapper(raw, encoding=encoding, errors=WINDOWS_1252, newline="")
    sample = text.read(SAMPLE_CHARACTERS)
    text.seek(0)
    declared = _SEPARATOR_LINE.match(sample)
    delimiter = declared[1] if declared else _delimiter(sample)
    lines = _Lines(text, limit_bytes * QUOTED_SHARE, delimiter)
    if declared:
        next(lines)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        first: list[str] | None = []
        while first == []:  # an empty line
            lines.begin_row()
            first = next(reader, None)
    except csv.Error as error:
        yield RefusedInput(str(path), f"no CSV: {one_line(str(error))}")
        return
    if lines.row_is_open:
        yield RefusedInput(str(path), "the table ends within quotation marks of its headings")
        return
    heading = [name.strip().removeprefix("\ufeff") for name in first or []]
    if missing := [column for column in columns if column not in heading]:
        raise ColumnsError(f"{path}: no column {missing[0]!r}; there are {', '.join(heading)[:300]}")
    names = [columns.get(name) or _field(name, columns) for name in heading]
    if twice := next((name for name, count in Counter(names).items() if name and count > 1), None):
        same = ", ".join(repr(column) for column, name in zip(heading, names, strict=True) if name == twice)
        yield RefusedInput(str(path), f"several columns are {twice!r}: {same}; rename all but one"[:300])
        return
    while True:
        line = lines.begin_row()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RefusedInput(f"{path}:{line}", one_line(str(error)))
            continue
        if lines.row_is_cut:
            yield RefusedInput(f"{path}:{line}", f"larger than {limit_bytes:,} bytes, the limit of a message")
        elif lines.row_is_open:
            yield RefusedInput(f"{path}:{line}", "the table ends within quotation marks of this row")
        elif any(cell.strip() for cell in row):
            yield _article(f"{path}:{line}", names, row, limit_bytes)


class _Lines:
    """The lines of a table. Of a row that is too large csv gets no more than where it ends: the row is refused as a
    whole, and the next one begins after it.

    Args:
        limit: characters of a row, its quotation marks and all its lines included.
    """

    def __init__(self, text: io.TextIOBase, limit: int, delimiter: str) -> None:
        self._text = text
        self._limit = limit
        self._opening = f'{delimiter}"'
        self._size = self._number = 0
        self.row_is_cut = self.row_is_open = False

    def begin_row(self) -> int:
        """The number of the next line, with which a row begins."""
        self._size, self.row_is_cut = 0, False
        return self._number + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while line := self._text.readline(self._limit + 1):
            first = self._size == 0
            self._number += 1
            self._size += len(line)
            if self._size <= self._limit:
                return line
            self.row_is_cut = True
            quoted = self._ends_quoted(line, not first)
            if first:
                return '"\n' if quoted else "\n"
            if not quoted:
                return '"\n'
        self.row_is_open = self._size > 0  # csv asks for more of a row: it takes what there is for the whole
        raise StopIteration

    def _ends_quoted(self, line: str, quoted: bool) -> bool:
        """Read to the end of the line that begins so; whether the row goes on, as quotation marks stand open there.

        Args:
            quoted: whether they do where it begins, which they do in each line but the row's first.
        """
        part = line if quoted else self._opening[0] + line
        while True:
            ended = part.endswith(("\n", "\r"))
            quoted, rest = self._scanned(part, quoted)
            more = "" if ended else self._text.readline(self._limit)
            if not more:
                return quoted
            part = rest + more

    def _scanned(self, part: str, quoted: bool) -> tuple[bool, str]:
        """Whether quotation marks are open after a part of a line, and the end of it that the next part decides on."""
        at = 0
        while (found := part.find('"' if quoted else self._opening, at)) >= 0:
            if not quoted:
                quoted, at = True, found + 2
            elif found == len(part) - 1:
                return quoted, '"'
            elif part[found + 1] == '"':
                at = found + 2
            else:
                quoted, at = False, found + 1
        return quoted, self._opening[0] if not quoted and part.endswith(self._opening[0]) else ""


def _article(origin: str, names: list[str], row: list[str], limit_bytes: int) -> ArticleMessage | RefusedInput:
    if len(row) > len(names):
        return RefusedInput(origin, f"{len(row)} cells under {len(names)} headings")
    fields = {name: cell for name, cell in zip(names, row, strict=False) if cell.strip()}
    try:
        return message(origin, raw_article(fields), limit_bytes)
    except RecordError as error:
        return RefusedInput(origin, str(error))


def _field(column: str, columns: Mapping[str, str]) -> str:
    lower = column.lower()
    taken = lower in columns.values() or OTHER_NAMES.get(lower) in columns.values()
    known = lower in FIELDS or lower in OTHER_NAMES
    return f"{column}_" if taken and lower == column else lower if known and not taken else column


def _delimiter(sample: str) -> str:
    heading = sample.lstrip("\r\n").partition("\n")[0]
    return max(",;\t|", key=heading.count)
