"""Quotes out of the store as files: CSV, JSON lines, Parquet. Metadata and the quotes, never the articles' text.

A file is sent while its rows are read, some at a time, so that it needs little memory however long it is. What fails
after its beginning breaks the connection off: a file that has ended is whole.
"""

import asyncio
import codecs
import csv
import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from aiohttp.web import HTTPBadRequest, HTTPNotImplemented, HTTPServiceUnavailable, Request, StreamResponse

from agents.web.connections import break_off
from agents.web.site import Site
from agents.web.store.access import StoreUnavailable

if TYPE_CHECKING:
    from agents.web.store.exported_rows import Row, Rows

log = logging.getLogger("redefluss.exports")

Made = TypeVar("Made")

FORMATS = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
QUOTE_COLUMNS: Mapping[str, type] = {
    "quote_id": str,
    "statement_id": str,
    "statement_articles": int,
    "article_id": str,
    "source": str,
    "url": str,
    "title": str,
    "published_at": str,
    "arrived": float,
    "agency": str,
    "speaker_id": str,
    "speaker_name": str,
    "speaker_confidence": float,
    "speaker_kind": str,
    "gender": str,
    "gender_from": str,
    "party": str,
    "role": str,
    "type": str,
    "medium": str,
    "part_of": str,
    "text": str,
    "spans": str,
    "confidence": float,
    "version": str,
    "model": str,
}
STATEMENT_COLUMNS: Mapping[str, type] = {
    "statement_id": str,
    "text": str,
    "type": str,
    "verbatim": bool,
    "speaker_id": str,
    "speaker_name": str,
    "count": int,
    "sources": int,
    "source_names": list,
    "first_article_id": str,
    "first_source": str,
    "first_published_at": str,
    "updated_at": str,
    "article_ids": list,
    "quote_ids": list,
}
MOST = 16
"""Files that are made at a time."""
GROUP_ROWS = 10_000
"""Of a Parquet file that are compressed together."""
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠](?<![^;\t\r\n].)", re.DOTALL)
"""What a formula begins with, where a cell begins; some spreadsheets divide cells by semicolons or tabulators, too."""
_QUOTED_FORMULA = re.compile(r"(?<=[;\t\r\n])\"+[=+\-@＝＋－＠]")
"""The same behind quotation marks, which those who divide cells so take for an empty text before it."""


async def send_file(
    request: Request,
    site: Site,
    rows: AbstractContextManager["Rows"],
    kind: str,
    name: str,
    columns: Mapping[str, type],
) -> StreamResponse:
    """Send rows as a file to be saved under `name`; their columns are in it also if there are no rows.

    Raises:
        HTTPBadRequest: there is no such format.
        HTTPNotImplemented: Parquet without what writes it.
        HTTPServiceUnavailable: too many files are made at this time.
        StoreUnavailable: the rows cannot be read.
    """
    if kind not in FORMATS:
        raise HTTPBadRequest(text=f"format: one of json, {', '.join(FORMATS)}")
    if site.files >= MOST:
        raise HTTPServiceUnavailable(text="too many files are being made already", headers={"Retry-After": "10"})
    sent = StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})
    sent.content_type = FORMATS[kind]
    sent.charset = None if kind == "parquet" else "utf-8"
    site.files += 1
    try:
        with ExitStack() as stack:
            found = await _in_turn(site, lambda: stack.enter_context(rows))
            pieces = _WRITTEN[kind](found.parts, columns)
            piece = await _in_turn(site, lambda: next(pieces, None))
            sent.headers["X-Rows"] = str(found.count)
            await sent.prepare(request)
            while piece is not None and request.method != "HEAD":
                if piece:
                    await sent.write(piece)
                    site.connections.mark(request.protocol, busy=True)
                if site.closing.is_set():
                    break_off(request.transport)
                    return sent
                piece = await _in_turn(site, lambda: next(pieces, None))
        await sent.write_eof()
    except ConnectionError:
        pass  # the client is gone
    except Exception as error:
        if not sent.prepared:
            raise
        if isinstance(error, StoreUnavailable):
            log.warning("%s.%s broke off: %s", name, kind, error)
        else:
            log.exception("%s.%s broke off", name, kind)
        break_off(request.transport)
    finally:
        site.files -= 1
    return sent


async def _in_turn(site: Site, make: Callable[[], Made]) -> Made:
    """What is made in a thread, by one file after the other: together they keep at most one core from the pages."""
    async with site.file_turn:
        making = asyncio.ensure_future(asyncio.to_thread(make))
        try:
            return await asyncio.shield(making)
        finally:
            await asyncio.wait({making})  # whoever is cancelled meanwhile closes what the thread reads from


def _csv(parts: Iterable[list["Row"]], columns: Mapping[str, type]) -> Iterator[bytes]:
    """With a byte order mark, by which spreadsheets know UTF-8, and nothing that they would take for a formula."""
    yield codecs.BOM_UTF8 + _csv_lines([[*columns]])
    for rows in parts:
        yield _csv_lines([_harmless(_cell(row[name])) for name in columns] for row in rows)


def _csv_lines(rows: Iterable[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    """A list, which is one of ids with whatever signs, as JSON."""
    return orjson.dumps(value).decode() if isinstance(value, list) else value


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if '"' in value:
        value = _QUOTED_FORMULA.sub(r"'\g<0>", value)
    return _FORMULA.sub(r"'\g<0>", value) if _FORMULA.search(value) else value  # few need it; takes a third of the time


def _jsonl(parts: Iterable[list["Row"]], _: Mapping[str, type]) -> Iterator[bytes]:
    for rows in parts:
        yield b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _parquet(parts: Iterable[list["Row"]], columns: Mapping[str, type]) -> Iterator[bytes]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise HTTPNotImplemented(text="Parquet needs pyarrow: pip install 'redefluss[parquet]'") from None
    types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    types[list] = pyarrow.list_(types[str])
    schema = pyarrow.schema([(name, types[type_]) for name, type_ in columns.items()])
    out = _Written()
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        group: list[Any] = []
        for rows in parts:
            group.append(pyarrow.RecordBatch.from_pylist(rows, schema))
            if sum(map(len, group)) >= GROUP_ROWS:
                writer.write_table(pyarrow.Table.from_batches(group))
                group = []
            yield out.taken()
        writer.write_table(pyarrow.Table.from_batches(group, schema))
    yield out.taken()


class _Written(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._data = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep it."""
        self._data += data
        return len(data)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        data = bytes(self._data)
        self._data.clear()
        return data


_WRITTEN: Mapping[str, Callable[[Iterable[list["Row"]], Mapping[str, type]], Iterator[bytes]]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
