"""Articles as they lie in files: plain text, HTML, JSON, JSON lines, and gzip of these.

What is no article is yielded as refused, with the reason, and reading goes on.
"""

import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import orjson

from agents.charset import decoded, is_utf_16
from agents.cli.input_files import KIND_OF_ENDING, STDIN, FileKind, ending_of
from pipeline.identity import article_id
from schemas import exact_json
from schemas.codec import BYTE_ORDER_MARK, RecordError, decode, encode, one_line
from schemas.records import RawArticle

DOCUMENT_BYTES = 268_435_456
TOO_LARGE = (
    f"one JSON document of more than {DOCUMENT_BYTES:,} bytes, which would have to be read as a whole; "
    "one article a line can be of any size"
)
UTF_16 = "JSON has to be UTF-8, and this is UTF-16"
_GZIP_MAGIC = b"\x1f\x8b"
_HTML_START = re.compile(
    rb"<(!--|(!doctype|\?xml|html|head|body|meta|div|article|section|main|p|h[1-6])\b)", re.IGNORECASE
)


@dataclass(frozen=True)
class ArticleMessage:
    """A raw article that can be sent. `origin` is the file and, where it holds several, the line or number in it."""

    origin: str
    key: str
    value: bytes


@dataclass(frozen=True)
class RefusedInput:
    """What cannot be sent, and why in one line."""

    origin: str
    reason: str


def messages(
    files: Iterable[str], *, limit_bytes: int, advance: Callable[[int], None] = lambda _: None
) -> Iterator[ArticleMessage | RefusedInput]:
    """The articles in `files`, one at a time.

    Args:
        limit_bytes: a larger message is refused.
        advance: told how many bytes on disk were read since the last call.
    """
    for name in files:
        try:
            with _opened(name) as raw:
                at = 0
                for item in _in_file(name, raw, limit_bytes):
                    yield item
                    at = _advanced(raw, at, advance)
                _advanced(raw, at, advance)
        except OSError as error:
            yield RefusedInput(name, error.strerror or one_line(str(error)))


def in_bytes(name: str, data: bytes, *, limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    """The articles in what was read from the file `name`, gzipped or not."""
    yield from _in_file(name, io.BufferedReader(io.BytesIO(data)), limit_bytes)


def kind_of(name: str, head: bytes) -> FileKind:
    """What a file holds: by its ending, else by how it begins."""
    if kind := KIND_OF_ENDING.get(ending_of(name)):
        return kind
    start = (decoded(head).encode() if is_utf_16(head) else head.removeprefix(BYTE_ORDER_MARK)).lstrip()
    if start[:1] in (b"{", b"["):
        return FileKind.JSON
    return FileKind.HTML if _HTML_START.match(start) else FileKind.TEXT


@contextmanager
def _opened(name: str) -> Iterator[io.BufferedReader]:
    if name != STDIN:
        with Path(name).open("rb") as raw:
            yield raw
        return
    try:
        number = sys.stdin.fileno()
    except OSError:  # what stands in for it is no file
        yield cast(io.BufferedReader, sys.stdin.buffer)
    else:
        # A reader of its own: at its end, Python wants that of `sys.stdin`, for which a thread may be waiting.
        with open(number, "rb", closefd=False) as raw:
            yield raw


def _advanced(raw: IO[bytes], before: int, advance: Callable[[int], None]) -> int:
    if raw is sys.stdin.buffer or not raw.seekable():
        return before
    at = raw.tell()
    advance(at - before)
    return at


def _in_file(name: str, raw: io.BufferedReader, limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    try:
        if raw.peek(2)[:2] != _GZIP_MAGIC:
            yield from _in_stream(name, raw, limit_bytes)
            return
        with gzip.GzipFile(fileobj=raw) as unzipped:
            yield from _in_stream(name, cast(IO[bytes], unzipped), limit_bytes)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield RefusedInput(name, f"the gzip data is damaged: {one_line(str(error))}")


def _in_stream(name: str, stream: IO[bytes], limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    first = line = stream.readline(limit_bytes + 1)
    while line and not line.strip() and len(first) <= limit_bytes:
        line = stream.readline(limit_bytes + 1)
        first += line
    kind = kind_of(name, first)
    if is_utf_16(first) and kind in (FileKind.JSON, FileKind.JSON_LINES):
        yield RefusedInput(name, UTF_16)
        return
    if kind is FileKind.JSON_LINES or (kind is FileKind.JSON and _is_json(first)):
        yield from _json_lines(name, first, stream, limit_bytes)
        return
    if kind is FileKind.JSON:
        data = first + stream.read(DOCUMENT_BYTES + 1)
        if len(data) > DOCUMENT_BYTES:
            yield RefusedInput(name, TOO_LARGE)
        else:
            yield from _json_document(name, data, limit_bytes)
        return
    data = first + stream.read(max(0, limit_bytes + 1 - len(first)))
    yield _document(name, data, kind, limit_bytes)


def _json_lines(name: str, line: bytes, stream: IO[bytes], limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    number = line[: len(line) - len(line.lstrip())].count(b"\n")
    while line:
        number += 1
        origin = f"{name}:{number}"
        if len(line) > limit_bytes:
            yield RefusedInput(origin, f"larger than {limit_bytes:,} bytes, the limit of a message")
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit_bytes)
        elif value := line.strip().removeprefix(BYTE_ORDER_MARK):
            yield from _value(origin, value, limit_bytes)
        line = stream.readline(limit_bytes + 1)


def _json_document(name: str, data: bytes, limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    """A file that is one JSON value over several lines, or JSON lines of which the first is broken."""
    data = data.removeprefix(BYTE_ORDER_MARK).strip()
    if _is_json(data):
        yield from _value(name, data, limit_bytes)
        return
    lines = data.splitlines()
    if len(lines) > 1 and any(_is_json(line) for line in lines[1:] if line.startswith(b"{")):
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield from _value(f"{name}:{number}", line.strip(), limit_bytes)
        return
    yield from _value(name, data, limit_bytes)


def _value(origin: str, value: bytes, limit_bytes: int) -> Iterator[ArticleMessage | RefusedInput]:
    if not value.startswith(b"["):
        yield _record(origin, value, limit_bytes)
        return
    try:
        items = exact_json.loads(value)
    except orjson.JSONDecodeError as error:
        yield RefusedInput(origin, f"no JSON: {one_line(str(error))}")
        return
    for number, item in enumerate(items, start=1):
        place = f"{origin}[{number}]"
        try:
            data = exact_json.dumps(item)
        except TypeError as error:  # nested too deeply
            yield RefusedInput(place, f"no article: {one_line(str(error))}")
        else:
            yield _record(place, data, limit_bytes)


def _record(origin: str, value: bytes, limit_bytes: int) -> ArticleMessage | RefusedInput:
    try:
        article = decode(value, RawArticle)
    except RecordError as error:
        return RefusedInput(origin, str(error))
    return _sendable(origin, article, value, limit_bytes)


def _document(origin: str, data: bytes, kind: FileKind, limit_bytes: int) -> ArticleMessage | RefusedInput:
    if b"\x00" in data[:4096] and not is_utf_16(data):
        return RefusedInput(origin, "neither text, HTML nor JSON")
    if len(data) > limit_bytes:
        return RefusedInput(origin, f"larger than {limit_bytes:,} bytes, the limit of a message")
    text = decoded(data)
    if not text.strip():
        return RefusedInput(origin, "empty")
    article = RawArticle(html=text) if kind is FileKind.HTML else RawArticle(text=text)
    return _sendable(origin, article, encode(article), limit_bytes)


def _sendable(origin: str, article: RawArticle, value: bytes, limit_bytes: int) -> ArticleMessage | RefusedInput:
    if len(value) > limit_bytes:
        return RefusedInput(origin, f"{len(value):,} bytes; the limit of a message is {limit_bytes:,}")
    return ArticleMessage(origin, article_id(article, key=None), value)


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
