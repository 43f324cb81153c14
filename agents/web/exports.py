"""Quotes out of the store as files: CSV, JSON lines, Parquet. Metadata and the quotes, never the articles' text."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from aiohttp.web import HTTPBadRequest, HTTPNotImplemented, Response

FORMATS = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
MOST = 100_000
"""Rows of one file; a longer result is had by parts, with `since` and `until`."""
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r])")
"""Where a cell begins as a formula does, for spreadsheets that divide cells by semicolons or tabulators, too."""


def exported(rows: Sequence[Mapping[str, Any]], kind: str, name: str) -> Response:
    """Rows as a file to be saved under `name`.

    Raises:
        HTTPBadRequest: there is no such format.
        HTTPNotImplemented: Parquet without what writes it.
    """
    if kind not in FORMATS:
        raise HTTPBadRequest(text=f"format: one of json, {', '.join(FORMATS)}")
    body = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[kind](rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Rows": str(len(rows))}
    charset = None if kind == "parquet" else "utf-8"
    return Response(body=body, content_type=FORMATS[kind], charset=charset, headers=headers)


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8, and nothing that they would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_harmless(value) for value in row.values()] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise HTTPNotImplemented(text="Parquet needs pyarrow: pip install 'redefluss[parquet]'") from None
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), out, compression="zstd")
    return out.getvalue()
