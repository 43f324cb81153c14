"""Copies of topics on this machine's disk, in RocksDB, each worker's in a folder of its own."""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

import orjson
from rocksdict import (
    AccessType,
    BlockBasedIndexType,
    BlockBasedOptions,
    Cache,
    Options,
    Rdict,
    ReadOptions,
    SliceTransform,
    WriteBatch,
)

from agents.file_lock import locked
from schemas.codec import one_line

WRITE_BUFFER_BYTES = 2_097_152
"""Of one copy; while one is written to disk, there are two of them."""
FILES_BEFORE_COMPACTION = 12
"""New files of a copy that are merged into the rest together, which is written anew then. With RocksDB's four, this
took 0.09 ms for each quote after 80,000, and ever more; with twelve, it takes 0.03 ms, and reading takes no longer."""
BLOCK_CACHE_BYTES = 8_000_000
"""Of what was read last, and of where in the files it is, for all copies together: more is not in memory, however large
they are. RocksDB's own 32 MB for each copy fill up with what the system keeps in its own cache anyway."""
BLOCK_CACHE = Cache(BLOCK_CACHE_BYTES)
PREFIX_BYTES = 17
"""Of the keys that are found by how they begin."""
FILTER_BITS = 10
"""A key, to know which files do not have it."""
STORE_RETRY_SECONDS = 10.0
"""Until a copy that cannot be read or written, which somebody has to mend, is tried again."""
FULL_BYTES = 1_000_000
"""With less than this left, a disk counts as full, whatever else an error says."""

DAMAGED = ("Corruption", "No such file")
"""What RocksDB says of a folder whose files are broken or missing."""

log = logging.getLogger(__name__)


class LocalStoreError(Exception):
    """The copy cannot be read or written, such as on a full disk: one line with folder and cause."""

    def __init__(self, folder: Path, error: Exception) -> None:
        full = "No space left" in str(error) or _free_bytes(folder) < FULL_BYTES
        cause = "the disk is full" if full else one_line(str(error))
        super().__init__(f"the local copy in {folder} cannot be read or written ({cause})")


class LocalStore:
    """Bytes by key, and how far each partition of the topic was read that they come from.

    Args:
        folder: holds one folder a worker: `0`, `1`, …; the first that no other worker uses is taken.
        name: of the store, within that folder.
        keep_seconds: what was written longer ago is dropped.

    Raises:
        LocalStoreError: the disk is full or damaged; likewise `read`, `read_all`, `scan_prefix`, `update` and
            `clear`.
    """

    def __init__(self, folder: Path, name: str, keep_seconds: float) -> None:
        with _store_errors(folder):
            claimed, self._lock = _lock_free_folder(folder)
        self._path = claimed / name
        self.keep_seconds = keep_seconds
        self._within_prefix = ReadOptions()
        self._within_prefix.set_prefix_same_as_start(True)
        self._db: Rdict | None = None
        self._write_failed = False
        try:
            self._opened()
        except LocalStoreError:
            self._lock.close()
            raise

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        """How far the partition was read: `offset` of the next message, `last`, fingerprint of the one before, and
        `topic`, the id of the topic that both are of ("" if the broker has none); None: it has to be read."""
        data = self.read(b"c%d" % partition)
        known: dict[str, Any] | None = None if data is None else orjson.loads(data)
        if known is not None and known.pop("keep_seconds", self.keep_seconds) < self.keep_seconds:
            return None  # what it has dropped is needed now
        return known

    def clear(self) -> None:
        """Forget everything."""
        self._close()
        shutil.rmtree(self._path, ignore_errors=True)
        self._opened()

    def close(self) -> None:
        """Flush, and leave the folder to others. What cannot be flushed is read from the topic again."""
        self._close()
        self._lock.close()

    def read(self, key: bytes) -> bytes | None:
        """What is stored under a key."""
        database = self._opened()
        with _store_errors(self._path):
            data: bytes | None = database.get(key)
        return data

    def read_all(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """What is stored under each of some keys."""
        database = self._opened()
        with _store_errors(self._path):
            data: Any = database.get(list(keys))
        return list(data)

    def scan_prefix(self, prefix: bytes) -> list[tuple[bytes, bytes]]:
        """All that is stored under keys that begin with these `PREFIX_BYTES`, in their order."""
        found: list[tuple[bytes, bytes]] = []
        database = self._opened()
        with _store_errors(self._path):
            items: Any = database.items(from_key=prefix, read_opt=self._within_prefix)
            for key, value in items:
                if not key.startswith(prefix):  # files of former versions do not end there
                    break
                found.append((key, value))
        return found

    def update(self, partition: int, changes: Mapping[bytes, bytes | None], checkpoint: dict[str, Any]) -> None:
        """Write values by key (None deletes) and how far their partition is now read, both or neither.

        What is here thus never lacks the checkpoint by which it is recognised as another topic's. Keys that begin with
        "c" are the checkpoints' own.
        """
        batch = WriteBatch(raw_mode=True)
        for key, value in changes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(b"c%d" % partition, orjson.dumps(checkpoint | {"keep_seconds": self.keep_seconds}))
        if self._write_failed and self._has_room():
            self._db = None  # RocksDB writes nothing more after most errors, such as that of a quota that was used up
        database = self._opened()
        self._write_failed = True
        with _store_errors(self._path):
            database.write(batch)
        self._write_failed = False

    def _has_room(self) -> bool:
        """Whether a file can be written beside the copy that is as large as those that it writes when it is opened."""
        try:
            with TemporaryFile(dir=self._path.parent, buffering=0) as file:
                return file.write(bytes(WRITE_BUFFER_BYTES)) == WRITE_BUFFER_BYTES
        except OSError:
            return False

    def _opened(self) -> Rdict:
        """The copy, opened first if it is not, as where it was to be made anew and the disk was full."""
        if self._db is None:
            self._db = self._open()
        return self._db

    def _close(self) -> None:
        database, self._db = self._db, None
        try:
            if database is not None:
                with _store_errors(self._path):
                    database.close()
        except LocalStoreError as error:
            log.warning("%s", error)

    def _open(self) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(WRITE_BUFFER_BYTES)
        options.set_max_background_jobs(1)
        options.set_level_zero_file_num_compaction_trigger(FILES_BEFORE_COMPACTION)
        options.set_prefix_extractor(SliceTransform.create_fixed_prefix(PREFIX_BYTES))
        table = BlockBasedOptions()
        table.set_block_cache(BLOCK_CACHE)
        table.set_cache_index_and_filter_blocks(True)
        table.set_index_type(BlockBasedIndexType.two_level_index_search())
        table.set_partition_filters(True)
        table.set_bloom_filter(FILTER_BITS, block_based=False)
        options.set_block_based_table_factory(table)
        access = AccessType.with_ttl(max(1, round(self.keep_seconds)))
        # Not by the options in its folder, which have the filter that drops what is old: it would be there twice, and
        # the second one take the last four bytes of a value for its time.
        folder, families = str(self._path), {"default": options}
        with _store_errors(self._path):
            try:
                return Rdict(folder, options, column_families=families, access_type=access)
            except Exception as error:
                if not any(words in str(error) for words in DAMAGED):
                    raise
                log.warning(
                    "the local copy in %s is damaged (%s); it is built again from its topic",
                    folder,
                    one_line(str(error)),
                )
                shutil.rmtree(self._path, ignore_errors=True)
                return Rdict(folder, options, column_families=families, access_type=access)


@contextmanager
def _store_errors(folder: Path) -> Iterator[None]:
    """Raise `LocalStoreError` for what goes wrong in the `with` block: RocksDB's errors have no class of their own."""
    try:
        yield
    except Exception as error:
        raise LocalStoreError(folder, error) from error


def _free_bytes(folder: Path) -> int:
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    return shutil.disk_usage(there).free


def _lock_free_folder(folder: Path) -> tuple[Path, TextIO]:
    number = 0
    while True:
        path = folder / str(number)
        path.mkdir(parents=True, exist_ok=True)
        if (lock := locked(path / "lock")) is not None:
            return path, lock
        number += 1  # it is another worker's
