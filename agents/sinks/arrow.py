"""Rows as Arrow tables, for the stores that are made of columns."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pyarrow as pa

from pipeline.tables.columns import TABLES, ColumnType, Row

TYPES: Mapping[ColumnType, Any] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
    "truth": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "json": pa.string(),
}


@cache
def schema(table: str) -> Any:
    """The columns of a table as an Arrow schema."""
    return pa.schema([(name, TYPES[type_]) for name, type_ in TABLES[table].items()])


def as_table(table: str, rows: Iterable[Row]) -> Any:
    """Rows of a table as an Arrow table."""
    return pa.Table.from_pylist(list(rows), schema=schema(table))
