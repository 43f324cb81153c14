"""What a folder of Parquet files holds: its parts, where each article is in them, and how far the topics are read."""

import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aiokafka import TopicPartition

from agents.sinks.store import SinkError, StoredPosition, positions_in
from agents.sqlite_transaction import transaction
from pipeline.tables.columns import RecordKind
from pipeline.tables.rows import Change

FILE = "_catalogue.sqlite"
"""Readers of Parquet pass by what begins with an underscore."""
VERSION = 1
SCHEMA = """
CREATE TABLE places (topic TEXT, partition INTEGER, next_offset INTEGER NOT NULL, fingerprint TEXT NOT NULL,
                     PRIMARY KEY (topic, partition));
CREATE TABLE parts (part INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, day TEXT NOT NULL);
CREATE INDEX parts_by_day ON parts (kind, day);
CREATE TABLE files (part INTEGER REFERENCES parts, name TEXT, generation INTEGER NOT NULL, PRIMARY KEY (part, name));
CREATE TABLE keys (kind TEXT, key TEXT, digest BLOB NOT NULL, size INTEGER NOT NULL, part INTEGER REFERENCES parts,
                   PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE INDEX keys_by_part ON keys (part, size);
"""


@dataclass(frozen=True)
class CatalogueEntry:
    """An article or statement that is in the files: digest of its message, the part, and the day of that."""

    digest: bytes
    part: int
    day: date


@dataclass(frozen=True)
class PartFile:
    """A file of a part, for one table; its `generation` grows each time it is written."""

    table: str
    part: int
    day: date
    generation: int


class Catalogue:
    """The catalogue of a folder, for one process at a time.

    Raises:
        SinkError: another process has it, it cannot be written, or it is of a newer version.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        try:
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise SinkError(f"{path}: {error}") from None
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            with self.transaction():
                version = self._database.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    for statement in SCHEMA.split(";"):
                        self._database.execute(statement)
                    self._database.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.Error as error:
            self.close()
            taken = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            raise SinkError(f"another sink writes to {folder} ({error})" if taken else f"{path}: {error}") from None
        if version > VERSION:
            self.close()
            raise SinkError(f"{folder} was written by a newer version of Redefluss than this one")

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether the folder has a catalogue."""
        return (folder / FILE).exists()

    def close(self) -> None:
        """Give it free."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All that is put within a `with` block counts, or nothing."""
        return transaction(self._database, "EXCLUSIVE")

    def positions(self) -> dict[TopicPartition, StoredPosition]:
        """How far each partition is stored."""
        rows = self._database.execute("SELECT topic, partition, next_offset, fingerprint FROM places")
        return positions_in(rows)

    def put_positions(self, rows: Iterable[tuple[str, int, int, str]]) -> None:
        """Partitions are stored so far: rows as `Batch.position_rows`."""
        self._database.executemany("REPLACE INTO places VALUES (?, ?, ?, ?)", rows)

    def known(self, kind: RecordKind, keys: Iterable[str]) -> dict[str, CatalogueEntry]:
        """Those of the keys that are in the files."""
        question = "SELECT digest, part, day FROM keys JOIN parts USING (part) WHERE keys.kind = ? AND key = ?"
        found = ((key, self._database.execute(question, (kind, key)).fetchone()) for key in keys)
        return {
            key: CatalogueEntry(row[0], row[1], date.fromisoformat(row[2])) for key, row in found if row is not None
        }

    def put(self, change: Change, part: int) -> None:
        """An article or statement is in this part from now on; one without rows is nowhere."""
        if change.rows:
            row = (change.kind, change.key, change.digest, change.size, part)
            self._database.execute("REPLACE INTO keys VALUES (?, ?, ?, ?, ?)", row)
        else:
            self._database.execute("DELETE FROM keys WHERE kind = ? AND key = ?", (change.kind, change.key))

    def newest_part(self, kind: RecordKind, day: date) -> tuple[int, int] | None:
        """The day's newest part and the bytes of the messages that it holds, which takes time in proportion to them;
        None: there is no part yet."""
        newest = "SELECT max(part) FROM parts WHERE kind = ? AND day = ?"
        part = self._database.execute(newest, (kind, day.isoformat())).fetchone()[0]
        if part is None:
            return None
        size = self._database.execute("SELECT total(size) FROM keys WHERE part = ?", (part,)).fetchone()[0]
        return int(part), int(size)

    def new_part(self, kind: RecordKind, day: date) -> int:
        """A part without files."""
        made = self._database.execute("INSERT INTO parts (kind, day) VALUES (?, ?)", (kind, day.isoformat()))
        return int(made.lastrowid or 0)

    def files(self, part: int | None = None) -> list[PartFile]:
        """The files of a part, or of all."""
        question = "SELECT name, part, day, generation FROM files JOIN parts USING (part)"
        if part is None:
            rows = self._database.execute(question)
        else:
            rows = self._database.execute(f"{question} WHERE part = ?", (part,))
        return [PartFile(name, number, date.fromisoformat(day), generation) for name, number, day, generation in rows]

    def put_file(self, file: PartFile) -> None:
        """A file is there in this generation."""
        self._database.execute("REPLACE INTO files VALUES (?, ?, ?)", (file.part, file.table, file.generation))

    def remove_file(self, file: PartFile) -> None:
        """A file is not there any more."""
        self._database.execute("DELETE FROM files WHERE part = ? AND name = ?", (file.part, file.table))
