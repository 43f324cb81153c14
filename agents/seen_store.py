"""Which articles were processed, on this machine's disk: a copy of the topic `articles.seen`, in RocksDB."""

import fcntl
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import orjson
from rocksdict import AccessType, Options, Rdict, WriteBatch

from agents.duplicates import SeenArticle

WRITE_BUFFER_BYTES = 4_000_000


class SeenStore:
    """Seen articles by id in RocksDB, in the first folder under `folder` that no other worker uses.

    Args:
        folder: holds one folder a worker: `0`, `1`, ….
        keep_seconds: what is older than this is dropped.
    """

    def __init__(self, folder: Path, keep_seconds: float) -> None:
        self._path, self._lock = _claim(folder)
        self._keep_seconds = keep_seconds
        self._db = self._open()

    def get(self, key: bytes) -> SeenArticle | None:
        """What is known of an article id."""
        data = self._db.get(b"m" + key)
        return None if data is None else SeenArticle.decode(data)

    def write(self, partition: int, seen: Mapping[bytes, bytes], checkpoint: dict[str, Any]) -> None:
        """Write encoded seen articles by id and how far their partition is now read, both or neither.

        What is here thus never lacks the checkpoint by which it is recognised as another topic's.
        """
        batch = WriteBatch(raw_mode=True)
        for key, data in seen.items():
            batch.put(b"m" + key, data)
        batch.put(b"c%d" % partition, orjson.dumps(checkpoint))
        self._db.write(batch)

    def checkpoint(self, partition: int) -> dict[str, Any] | None:
        """How far the partition was read: `offset` of the next message, and `last`, fingerprint of the one before."""
        data = self._db.get(b"c%d" % partition)
        return None if data is None else orjson.loads(data)

    def clear(self) -> None:
        """Forget everything."""
        self._db.close()
        shutil.rmtree(self._path / "seen", ignore_errors=True)
        self._db = self._open()

    def close(self) -> None:
        """Flush, and leave the folder to others."""
        self._db.close()
        self._lock.close()

    def _open(self) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(WRITE_BUFFER_BYTES)
        options.set_max_background_jobs(1)
        access = AccessType.with_ttl(max(1, round(self._keep_seconds)))
        return Rdict(str(self._path / "seen"), options, access_type=access)


def _claim(folder: Path) -> tuple[Path, TextIO]:
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
