"""How far an import has come, in a small file, so that it can be taken up again."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.cli.input_files import STDIN

WRITE_SECONDS = 2.0


@dataclass
class ImportProgress:
    """By file, how many of its items are done: all before that are confirmed, refused or passed over. Thread-safe.

    Args:
        path: of the file.
        done: items by archive file.
    """

    path: Path
    done: dict[str, int] = field(default_factory=dict)
    _ahead: dict[str, set[int]] = field(default_factory=dict)
    _written: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(cls, folder: Path, files: Sequence[str], columns: Mapping[str, str], *, resume: bool) -> "ImportProgress":
        """The place of an import of these files, as they are now; a fresh one unless it is taken up again."""
        key = json.dumps([[_stamp(file) for file in files], sorted(columns.items())])
        path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8")) if resume else {}
        except (OSError, ValueError):
            known = {}
        return cls(path, {name: int(count) for name, count in known.items()})

    def mark(self, file: str, number: int) -> None:
        """The item of that number (from 0) in `file` is done."""
        with self._lock:
            ahead = self._ahead.setdefault(file, set())
            ahead.add(number)
            at = self.done.get(file, 0)
            while at in ahead:
                ahead.remove(at)
                at += 1
            self.done[file] = at
            if time.monotonic() - self._written > WRITE_SECONDS:
                self.write()

    def write(self) -> None:
        """Write it down, whole or not at all."""
        with self._lock:
            self._written = time.monotonic()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_suffix(".new")
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(self.done, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)


def _stamp(file: str) -> list[str | int]:
    if file == STDIN:  # what comes there is another each time
        return [file, time.time_ns()]
    status = Path(file).stat()
    return [str(Path(file).resolve()), status.st_size, status.st_mtime_ns]
