"""Annotated files: JSON lines, gzipped or not."""

import gzip
import zlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

_STRINGS = frozenset({"id", "name"})
"""Fields that are strings in every file."""
_INPUTS = ("name", "url", "html", "page_text", "extracted_text")


class GoldError(ValueError):
    """An annotated file that cannot be used: one line that names it and what is wrong."""


def read_rows(path: Path, fields: Collection[str]) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines, each of which has `fields`; empty lines are passed over.

    Raises:
        GoldError: in one line, naming the line that is none and what is missing or no string, or that there is none, or
            that the gzip data is damaged.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as problem:
            raise GoldError(f"{path}: the gzip data is damaged ({problem})") from problem
    rows = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as problem:
            raise GoldError(f"{path}, line {number}: no JSON ({problem})") from problem
        if not isinstance(row, dict):
            raise GoldError(f"{path}, line {number}: no JSON object")
        if missing := [field for field in fields if field not in row]:
            raise GoldError(f"{path}, line {number}: without {', '.join(missing)}")
        if wrong := [field for field in fields if field in _STRINGS and not isinstance(row[field], str)]:
            raise GoldError(f"{path}, line {number}: {wrong[0]} is no string")
        rows.append(row)
    if not rows:
        raise GoldError(f"{path}: nothing in it")
    return rows


def read_pages(path: Path) -> list[dict[str, Any]]:
    """News pages with the paragraphs that are their articles.

    Raises:
        GoldError: as `read_rows`, or for a field that is not what it is in a page.
    """
    rows = read_rows(path, (*_INPUTS, "title", "authors", "gold"))
    for row in rows:
        _check(path, row, strings=(*_INPUTS, "title"), lists=("authors", "gold"))
    return rows


def read_pages_of_all_kinds(path: Path) -> list[dict[str, Any]]:
    """Pages with a `title` and `gold` paragraphs, or with snippets `with` and `without` that their text has or has not.

    Raises:
        GoldError: as `read_pages`, or for a page that has neither.
    """
    rows = read_rows(path, _INPUTS)
    for row in rows:
        if "gold" in row:
            _check(path, row, strings=(*_INPUTS, "title"), lists=("gold",))
        elif {"with", "without"} <= row.keys():
            _check(path, row, strings=_INPUTS, lists=("with", "without"))
        else:
            raise GoldError(f"{path}: {row['name']} has neither gold paragraphs nor snippets")
    return rows


def _check(path: Path, row: Mapping[str, Any], *, strings: Iterable[str], lists: Iterable[str]) -> None:
    for field in strings:
        if not isinstance(row.get(field), str):
            raise GoldError(f"{path}: {row['name']}: {field} is no string")
    for field in lists:
        if not isinstance(row[field], list) or not all(isinstance(part, str) for part in row[field]):
            raise GoldError(f"{path}: {row['name']}: {field} is no list of strings")
