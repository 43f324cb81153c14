"""Articles in JSON: one a line, or one document with all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from agents.charset import is_utf_16
from agents.cli.articles import DOCUMENT_BYTES, TOO_LARGE, UTF_16, ArticleMessage, RefusedInput
from agents.imports.field_names import raw_article
from agents.imports.messages import message
from schemas import exact_json
from schemas.codec import BYTE_ORDER_MARK, RecordError, one_line


def lines(path: Path, raw: IO[bytes], limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    """One article a line; empty lines are passed over."""
    number = 0
    while line := raw.readline(limit_bytes + 1):
        number += 1
        if number == 1 and is_utf_16(line):
            yield RefusedInput(str(path), UTF_16)
            return
        if len(line) > limit_bytes:
            yield RefusedInput(f"{path}:{number}", f"larger than {limit_bytes:,} bytes, the limit of a message")
            while line and not line.endswith(b"\n"):
                line = raw.readline(limit_bytes)
        elif value := line.removeprefix(BYTE_ORDER_MARK).strip():
            yield _parsed(f"{path}:{number}", value, limit_bytes)


def document(path: Path, raw: IO[bytes], limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    """One article, a list of them, or lists by publisher as fundus writes them; else one article a line."""
    data = raw.read(DOCUMENT_BYTES + 1)
    if len(data) > DOCUMENT_BYTES:
        yield RefusedInput(str(path), TOO_LARGE)
        return
    if is_utf_16(data):
        yield RefusedInput(str(path), UTF_16)
        return
    data = data.removeprefix(BYTE_ORDER_MARK).strip()
    try:
        value = exact_json.loads(data)
    except orjson.JSONDecodeError as error:
        rows = data.splitlines()
        if len(rows) < 2 or not rows[0].startswith(b"{"):
            yield RefusedInput(str(path), f"malformed-json: {one_line(str(error))}")
            return
        for number, row in enumerate(rows, start=1):
            if row.strip():
                yield _parsed(f"{path}:{number}", row, limit_bytes)
        return
    if isinstance(value, dict) and value and all(isinstance(part, list) for part in value.values()):
        value = [article for part in value.values() for article in part]
    if not isinstance(value, list):
        yield _article(str(path), value, limit_bytes)
        return
    for number, part in enumerate(value, start=1):
        yield _article(f"{path}[{number}]", part, limit_bytes)


def _parsed(origin: str, line: bytes, limit_bytes: int) -> ArticleMessage | RefusedInput:
    try:
        return _article(origin, exact_json.loads(line), limit_bytes)
    except orjson.JSONDecodeError as error:
        return RefusedInput(origin, f"malformed-json: {one_line(str(error))}")


def _article(origin: str, value: Any, limit_bytes: int) -> ArticleMessage | RefusedInput:
    if not isinstance(value, dict):
        return RefusedInput(origin, f"schema: expected an object, got {type(value).__name__}")
    try:
        return message(origin, raw_article(value), limit_bytes)
    except RecordError as error:
        return RefusedInput(origin, str(error))
