"""Copies of topics on this machine's disk, in RocksDB, each worker's in a folder of its own."""

import fcntl
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import orjson
from rocksdict import AccessType, BlockBasedOptions, Cache, Options, Rdict, WriteBatch

from schemas.codec import one_line

WRITE_BUFFER_BYTES = 2_097_152
"""Of one copy; while one is written to disk, there are two of them."""
BLOCK_CACHE_BYTES = 1_000_000
"""Of what was read, for all copies together. RocksDB's own 32 MB for each copy fill up with what the system keeps in
its own cache anyway. Without them, reads take microseconds longer where a copy is small, and else no longer."""
BLOCK_CACHE = Cache(BLOCK_CACHE_BYTES)
STORE_RETRY_SECONDS = 10.0
"""Until a copy that cannot be read or written, which somebody has to mend, is tried again."""
FULL_BYTES = 1_000_000
"""With less than this left, a disk counts as full, whatever else an error says."""

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
        LocalStoreError: the disk is full or damaged; likewise `read`, `scan_prefix`, `update` and `clear`.
    """

    def __init__(self, folder: Path, name: str, keep_seconds: float) -> None:
        with _told(folder):
            claimed, self._lock = _lock_free_folder(folder)
        self._path = claimed / name
        self.keep_seconds = keep_seconds
        try:
            self._db = self._open()
        except LocalStoreError:
            self._lock.close()
            raise

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        """How far the partition was read: `offset` of the next message, `last`, fingerprint of the one before, and
        `topic`, the id of the topic that both are of ("" if the broker has none)."""
        data = self.read(b"c%d" % partition)
        return None if data is None else orjson.loads(data)

    def clear(self) -> None:
        """Forget everything."""
        with _told(self._path):
            self._db.close()
        shutil.rmtree(self._path, ignore_errors=True)
        self._db = self._open()

    def close(self) -> None:
        """Flush, and leave the folder to others. What cannot be flushed is read from the topic again."""
        try:
            with _told(self._path):
                self._db.close()
        except LocalStoreError as error:
            log.warning("%s", error)
        finally:
            self._lock.close()

    def read(self, key: bytes) -> bytes | None:
        """What is stored under a key."""
        with _told(self._path):
            data: bytes | None = self._db.get(key)
        return data

    def scan_prefix(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All that is stored under keys that begin so, in their order."""
        with _told(self._path):
            found: Iterator[Any] = iter(self._db.items(from_key=prefix))
            for key, value in found:
                if not key.startswith(prefix):
                    return
                yield key, value

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
        batch.put(b"c%d" % partition, orjson.dumps(checkpoint))
        with _told(self._path):
            self._db.write(batch)

    def _open(self) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(WRITE_BUFFER_BYTES)
        options.set_max_background_jobs(1)
        blocks = BlockBasedOptions()
        blocks.set_block_cache(BLOCK_CACHE)
        options.set_block_based_table_factory(blocks)
        access = AccessType.with_ttl(max(1, round(self.keep_seconds)))
        with _told(self._path):
            return Rdict(str(self._path), options, access_type=access)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """RocksDB's errors have no class of their own."""
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
        lock = (path / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            number += 1
            continue
        return path, lock
