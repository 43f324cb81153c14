"""Copies of topics on this machine's disk, in RocksDB, each worker's in a folder of its own."""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import orjson
from rocksdict import AccessType, Options, Rdict, WriteBatch

WRITE_BUFFER_BYTES = 4_000_000


class LocalStore:
    """Bytes by key, and how far each partition of the topic was read that they come from.

    Args:
        folder: holds one folder a worker: `0`, `1`, …; the first that no other worker uses is taken.
        name: of the store, within that folder.
        keep_seconds: what was written longer ago is dropped.
    """

    def __init__(self, folder: Path, name: str, keep_seconds: float) -> None:
        claimed, self._lock = _lock_free_folder(folder)
        self._path = claimed / name
        self.keep_seconds = keep_seconds
        self._db = self._open()

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        """How far the partition was read: `offset` of the next message, and `last`, fingerprint of the one before."""
        data = self._db.get(b"c%d" % partition)
        return None if data is None else orjson.loads(data)

    def clear(self) -> None:
        """Forget everything."""
        self._db.close()
        shutil.rmtree(self._path, ignore_errors=True)
        self._db = self._open()

    def close(self) -> None:
        """Flush, and leave the folder to others."""
        self._db.close()
        self._lock.close()

    def read(self, key: bytes) -> bytes | None:
        """What is stored under a key."""
        data: bytes | None = self._db.get(key)
        return data

    def scan_prefix(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All that is stored under keys that begin so, in their order."""
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
        self._db.write(batch)

    def _open(self) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(WRITE_BUFFER_BYTES)
        options.set_max_background_jobs(1)
        access = AccessType.with_ttl(max(1, round(self.keep_seconds)))
        return Rdict(str(self._path), options, access_type=access)


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
