"""Files that lock something for one process alone."""

import fcntl
from pathlib import Path
from typing import TextIO


def locked(path: Path) -> TextIO | None:
    """The file at `path`, locked until it is closed; None: another process has it.

    Raises:
        OSError: it cannot be opened or locked, as on a file system without locks.
    """
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        file.close()
        raise
    return file
