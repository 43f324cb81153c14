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
    "gender": str,
    "party": str,
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
    "first_article_id": str,
    "first_source": str,
    "first_published_at": str,
    "updated_at": str,
    "article_ids": str,
    "quote_ids": str,
}
MOST = 100_000
"""Rows of one file; a longer result is had by parts, with `since` and `until`."""
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r])")
"""Where a cell begins as a formula does, for spreadsheets that divide cells by semicolons or tabulators, too."""


def exported(rows: Sequence[Mapping[str, Any]], kind: str, name: str, columns: Mapping[str, type]) -> Response:
    """Rows as a file to be saved under `name`; their columns are in it also if there are no rows.

    Raises:
        HTTPBadRequest: there is no such format.
        HTTPNotImplemented: Parquet without what writes it.
    """
    if kind not in FORMATS:
        raise HTTPBadRequest(text=f"format: one of json, {', '.join(FORMATS)}")
    body = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[kind](rows, columns)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Rows": str(len(rows))}
    charset = None if kind == "parquet" else "utf-8"
    return Response(body=body, content_type=FORMATS[kind], charset=charset, headers=headers)


def _csv(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, type]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8, and nothing that they would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(row[name]) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _jsonl(rows: Iterable[Mapping[str, Any]], _: Mapping[str, type]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _parquet(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, type]) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise HTTPNotImplemented(text="Parquet needs pyarrow: pip install 'redefluss[parquet]'") from None
    types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    schema = pyarrow.schema([(name, types[type_]) for name, type_ in columns.items()])
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema), out, compression="zstd")
    return out.getvalue()
