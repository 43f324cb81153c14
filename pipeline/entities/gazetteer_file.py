"""A user's gazetteer that may change while a worker runs."""

import logging
from pathlib import Path

from pipeline.entities.gazetteer import Gazetteer, load_gazetteer
from pipeline.errors import ConfigurationError

log = logging.getLogger("redefluss.gazetteer")


class GazetteerFile:
    """The starter gazetteer with the entries of a user's file over it, read again when the file has changed.

    Args:
        path: of the user's file; None: there is none.

    Raises:
        ConfigurationError: the file cannot be read or an entry is wrong. Later such a file is told in the log, and
            the former entries stay.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._state = _state(path)
        self._gazetteer = load_gazetteer(path)

    def __call__(self) -> Gazetteer:
        """The entries as the file has them now."""
        state = _state(self._path)
        if state != self._state:
            self._state = state
            try:
                self._gazetteer = load_gazetteer(self._path)
            except ConfigurationError as error:
                log.warning("%s; the former entries stay", error)
        return self._gazetteer


def _state(path: Path | None) -> tuple[int, int, int] | None:
    """What tells that a file is another one: when it was written, its size and its number."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
