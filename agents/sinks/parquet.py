"""Parquet files by day, in which readers find each article once, whatever came again or was revised.

`DIR/TABLE/day=YYYY-MM-DD/part-NNNNNNNN.parquet`: files of the same number hold the same articles (or statements). The
newest part of a day takes further articles until it is large; then a new one begins. What replaces or takes back an
article rewrites the part that has it. Which parts there are, where each article is, and how far the topics are read
stands in a catalogue beside the tables.

A batch first writes its files under temporary names; then one transaction of the catalogue names them; then they are
renamed over those that they replace. Who dies before the transaction has done nothing; who dies after it has done
everything but the renames, and the next start makes up for those.
"""

import asyncio
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from aiokafka import TopicPartition
from pyarrow import compute, parquet

from agents.sinks.arrow import as_table
from agents.sinks.catalogue import FILE, Catalogue, PartFile
from agents.sinks.store import (
    Batch,
    SinkAddressError,
    SinkError,
    SinkUnavailable,
    StoredPosition,
    WriteResult,
    check_writable,
    fresh,
)
from pipeline.tables.columns import KEY_COLUMNS, TABLES_OF, RecordKind
from pipeline.tables.rows import Change

ROLL_BYTES = 64_000_000
"""Of the messages in a part: one so large takes nothing new. Compressed it is about a quarter of that."""
ROW_GROUP_ROWS = 50_000
SUFFIX = ".parquet"


@dataclass
class PartChange:
    """What becomes of a part: the keys that leave it, or come anew, and the changes whose rows come."""

    day: date
    leave: set[str] = field(default_factory=set)
    come: list[Change] = field(default_factory=list)


class OpenParts:
    """Of each day the part that takes what is new, for one batch: how large it is, is asked for once.

    Args:
        catalogue: in whose transaction the batch is.
        kind: of the parts.
        roll_bytes: of the messages in a part, from which on it takes nothing new.
    """

    def __init__(self, catalogue: Catalogue, kind: RecordKind, roll_bytes: int) -> None:
        self._catalogue = catalogue
        self._kind = kind
        self._roll_bytes = roll_bytes
        self._open: dict[date, tuple[int, int]] = {}

    def take(self, change: Change) -> int:
        """The part that the change's rows go to."""
        newest = self._open.get(change.day) or self._catalogue.newest_part(self._kind, change.day)
        if newest is None or newest[1] >= self._roll_bytes:
            newest = self._catalogue.new_part(self._kind, change.day), 0
        part, size = newest
        self._open[change.day] = part, size + change.size
        return part


class ParquetStore:
    """A folder of Parquet files.

    Args:
        folder: is made if it is not there.
        roll_bytes: of the messages in a part, from which on it takes nothing new.
    """

    batch_bytes = 16_000_000
    flush_seconds = 30.0

    def __init__(self, folder: Path, roll_bytes: int = ROLL_BYTES) -> None:
        self.name = f"Parquet in {folder}"
        self._folder = folder
        self._roll_bytes = roll_bytes
        self._catalogue: Catalogue | None = None

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        """Open the catalogue, and finish what a former run had left undone; how far the files are."""
        return await asyncio.to_thread(self._open)

    async def write(self, batch: Batch) -> WriteResult:
        """Write the files, then the catalogue, then rename."""
        return await asyncio.to_thread(self._write, batch)

    async def close(self) -> None:
        """Give the folder free for another."""
        if self._catalogue is not None:
            self._catalogue.close()

    def _open(self) -> Mapping[TopicPartition, StoredPosition]:
        tables = [table for tables in TABLES_OF.values() for table in tables]
        if self._folder.exists() and not self._folder.is_dir():
            raise SinkAddressError(f"{self._folder}: not a folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        check_writable(self._folder, self._folder / FILE)
        if not Catalogue.is_in(self._folder) and any((self._folder / table).exists() for table in tables):
            raise SinkAddressError(f"{self._folder} has tables but no catalogue of them; name another folder")
        self._catalogue = Catalogue(self._folder)
        catalogued = self._catalogue.files()
        final = {self._path(file): file for file in catalogued}
        renamed = {self._temporary(file) for file in catalogued}
        for table in tables:
            for path in sorted((self._folder / table).glob(f"day=*/part-*{SUFFIX}*")):
                if path in renamed:
                    path.replace(_without_temporary(path))
                elif path not in final:
                    path.unlink()
        lost = next((path for path in final if not path.exists()), None)
        if lost is not None:
            raise SinkError(f"{lost} is missing, which the catalogue of the folder names")
        return self._catalogue.positions()

    def _write(self, batch: Batch) -> WriteResult:
        assert self._catalogue is not None
        made: list[Change] = []
        old: list[PartFile] = []
        new: list[PartFile] = []
        try:
            with self._catalogue.transaction():
                for kind in TABLES_OF:
                    made += self._change(kind, batch.latest(kind), old, new)
                self._catalogue.put_positions(batch.position_rows)
                _sync_folders(self._path(file).parent for file in new)
        except (OSError, sqlite3.OperationalError) as error:  # a full disk, above all
            with suppress(OSError):  # what stays is written over, or goes at the next start
                for file in new:
                    self._temporary(file).unlink(missing_ok=True)
            raise SinkUnavailable(f"{self.name}: {getattr(error, 'strerror', None) or error}") from None
        except sqlite3.Error as error:
            raise SinkError(f"{self.name}: {error}") from None
        try:
            for file in new:
                self._temporary(file).replace(self._path(file))
            for file in old:
                self._path(file).unlink()
        except OSError as error:
            raise SinkError(f"{self.name}: {error.strerror or error}; the next start goes on from here") from None
        return batch.result_of(made)

    def _change(
        self, kind: RecordKind, changes: list[Change], old: list[PartFile], new: list[PartFile]
    ) -> list[Change]:
        """Write what the changes of one kind come to; those that changed something.

        Args:
            kind: of all of them.
            changes: of different keys.
            old: files that are to go are added to it.
            new: files that are written under temporary names are added to it.
        """
        assert self._catalogue is not None
        known = self._catalogue.known(kind, [change.key for change in changes])
        changes = fresh(changes, {key: entry.digest for key, entry in known.items()})
        parts: dict[int, PartChange] = {}
        open_parts = OpenParts(self._catalogue, kind, self._roll_bytes)
        for change in changes:
            entry = known.get(change.key)
            if entry is not None:
                parts.setdefault(entry.part, PartChange(entry.day)).leave.add(change.key)
            if entry is not None and (entry.day == change.day or not change.rows):
                part = entry.part
            else:
                part = open_parts.take(change)
            if change.rows:
                parts.setdefault(part, PartChange(change.day)).come.append(change)
            self._catalogue.put(change, part)
        for part, fate in parts.items():
            files = {file.table: file for file in self._catalogue.files(part)}
            for table in TABLES_OF[kind]:
                self._rewrite(files.get(table) or PartFile(table, part, fate.day, 0), fate, old, new)
        return changes

    def _rewrite(self, file: PartFile, change: PartChange, old: list[PartFile], new: list[PartFile]) -> None:
        assert self._catalogue is not None
        rows = as_table(file.table, (row for each in change.come for row in each.rows.get(file.table, ())))
        if file.generation:
            kept = parquet.read_table(self._path(file), partitioning=None)
            remain = kept
            if change.leave:
                leaving = pa.array(sorted(change.leave), pa.string())
                remain = kept.filter(compute.invert(compute.is_in(kept[KEY_COLUMNS[file.table]], leaving)))
            if not rows.num_rows and remain.num_rows == kept.num_rows:
                return
            rows = pa.concat_tables([remain, rows])
        if rows.num_rows:
            newer = replace(file, generation=file.generation + 1)
            new.append(newer)
            self._save(rows, self._temporary(newer))
            self._catalogue.put_file(newer)
        elif file.generation:
            old.append(file)
            self._catalogue.remove_file(file)

    def _path(self, file: PartFile) -> Path:
        return self._folder / file.table / f"day={file.day.isoformat()}" / f"part-{file.part:08d}{SUFFIX}"

    def _temporary(self, file: PartFile) -> Path:
        path = self._path(file)
        return path.with_name(f"{path.name}.{file.generation}")

    @staticmethod
    def _save(rows: Any, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            parquet.write_table(rows, out, compression="zstd", row_group_size=ROW_GROUP_ROWS)
            out.flush()
            os.fsync(out.fileno())


def _without_temporary(path: Path) -> Path:
    return path.with_name(path.name.rpartition(".")[0])


def _sync_folders(folders: Iterable[Path]) -> None:
    """Names in folders last, too, when the machine stops."""
    for folder in set(folders):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
