"""A DuckDB file: rows and offsets in one transaction."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from aiokafka import TopicPartition

from agents.sinks.arrow import as_table
from agents.sinks.store import (
    Batch,
    SinkAddressError,
    SinkError,
    SinkUnavailable,
    StoredPosition,
    WriteResult,
    check_writable,
    fresh,
    positions_in,
    words_of,
)
from pipeline.tables.columns import KEY_COLUMNS, TABLES, TABLES_OF, ColumnType, RecordKind
from pipeline.tables.rows import Change

TYPES: Mapping[ColumnType, str] = {
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "truth": "BOOLEAN",
    "time": "TIMESTAMPTZ",
    "json": "VARCHAR",
}
VERSION = 1
MARK_AT, MARK = 8, b"DUCK"
"""What stands in a database file, and where."""


class DuckDBStore:
    """A database file; while the sink writes, no other process opens it.

    Args:
        file: is made if it is not there.
    """

    batch_bytes = 16_000_000
    flush_seconds = 10.0

    def __init__(self, file: Path) -> None:
        self.name = f"DuckDB {file}"
        self._file = file
        self._connection: Any = None

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        """Open the file and make the tables; how far it is."""
        return await asyncio.to_thread(self._open)

    async def write(self, batch: Batch) -> WriteResult:
        """One transaction: what the changes replace goes, their rows and the offsets come."""
        return await asyncio.to_thread(self._write, batch)

    async def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Mapping[TopicPartition, StoredPosition]:
        self._check_file()
        try:
            self._connect()
            self._make_tables()
            rows = self._connection.execute("SELECT * FROM sink_offsets").fetchall()
        except duckdb.Error as error:
            raise SinkError(f"{self.name}: {words_of(error)}") from None
        return positions_in(rows)

    def _check_file(self) -> None:
        """What is no database now is none at the next start either, unlike one that another process has open."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        check_writable(self._file.parent, self._file)
        if self._file.exists():
            with self._file.open("rb") as file:
                head = file.read(MARK_AT + len(MARK))
            if head[MARK_AT:] != MARK:
                raise SinkAddressError(f"{self.name}: not a file of DuckDB")

    def _connect(self) -> None:
        self._connection = duckdb.connect(str(self._file), config={"preserve_insertion_order": "false"})
        self._connection.execute("SET TimeZone = 'UTC'")

    def _make_tables(self) -> None:
        run = self._connection.execute
        run("BEGIN")
        run("CREATE TABLE IF NOT EXISTS sink_schema (version INTEGER)")
        version = run("SELECT max(version) FROM sink_schema").fetchone()[0] or 0
        if version > VERSION:
            raise SinkError(f"{self.name}: its tables are of a newer version of Redefluss than this one")
        if version == 0:
            run("INSERT INTO sink_schema VALUES (?)", [VERSION])
            run("CREATE TABLE sink_keys (kind VARCHAR, key VARCHAR, digest BLOB)")
            run(
                "CREATE TABLE sink_offsets (topic VARCHAR, partition INTEGER, next_offset BIGINT, fingerprint VARCHAR,"
                " PRIMARY KEY (topic, partition))"
            )
            for table, columns in TABLES.items():
                run(f"CREATE TABLE {table} ({', '.join(f'{name} {TYPES[type_]}' for name, type_ in columns.items())})")
        run("COMMIT")

    def _write(self, batch: Batch) -> WriteResult:
        made: list[Change] = []
        try:
            if self._connection is None:
                self._connect()
            run = self._connection.execute
            run("BEGIN")
            for kind in TABLES_OF:
                made += self._replace(kind, batch.latest(kind))
            for row in batch.position_rows:
                run("INSERT OR REPLACE INTO sink_offsets VALUES (?, ?, ?, ?)", row)
            run("COMMIT")
        except duckdb.Error as error:
            if not _is_of_the_disk(error):
                raise SinkError(f"{self.name}: {words_of(error)}") from None
            if self._connection is not None:
                self._connection.close()  # the database may not be used any more, until the file is opened again
                self._connection = None
            raise SinkUnavailable(f"{self.name}: {words_of(error)}") from None
        return batch.result_of(made)

    def _replace(self, kind: RecordKind, changes: list[Change]) -> list[Change]:
        if not changes:
            return []
        run = self._connection.execute
        came = pa.table({"key": pa.array([change.key for change in changes], pa.string())})
        self._connection.register("came", came)
        known = run("SELECT key, digest FROM sink_keys JOIN came USING (key) WHERE kind = ?", [kind]).fetchall()
        changes = fresh(changes, dict(known))
        here = {key for key, _ in known}
        gone = [change.key for change in changes if change.key in here]
        if gone:
            self._connection.register("gone", pa.table({"key": pa.array(gone, pa.string())}))
            run("DELETE FROM sink_keys WHERE kind = ? AND key IN (SELECT key FROM gone)", [kind])
            for table in TABLES_OF[kind]:
                run(f"DELETE FROM {table} WHERE {KEY_COLUMNS[table]} IN (SELECT key FROM gone)")
        stay = [change for change in changes if change.rows]
        keys = pa.table(
            {
                "kind": pa.array([kind] * len(stay), pa.string()),
                "key": pa.array([change.key for change in stay], pa.string()),
                "digest": pa.array([change.digest for change in stay], pa.binary()),
            }
        )
        self._insert("sink_keys", keys)
        for table in TABLES_OF[kind]:
            self._insert(table, as_table(table, (row for change in stay for row in change.rows.get(table, ()))))
        return changes

    def _insert(self, table: str, rows: Any) -> None:
        if rows.num_rows:
            self._connection.register("arriving", rows)
            self._connection.execute(f"INSERT INTO {table} SELECT * FROM arriving")


def _is_of_the_disk(error: duckdb.Error) -> bool:
    """Whether the disk did not take what was written, above all for lack of room: DuckDB has an error of its own for
    this, another if it happens in a commit, and a third if it happens when it moves what was committed to its place."""
    return isinstance(error, duckdb.IOException) or "Could not write" in str(error)
