"""Shares of cores for processes that run: by the kernel's control groups, of version 2 or version 1."""

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from pipeline.cores import CGROUPS

PERIOD_MICROSECONDS = 20_000
"""In each of these, a group gets its share; the kernel's own choice of 100 ms stops processes for longer at a time."""
EMPTY_SECONDS = 5.0


class NoControlGroups(Exception):
    """Control groups cannot be made here: one line that says why."""


@contextmanager
def shares_of_cores(roots: Sequence[int], cores: float, cgroups: Path = CGROUPS) -> Iterator[None]:
    """Let each of these processes, with all its descendants, use at most `cores` cores; until the block ends.

    What they start meanwhile shares the limit.

    Raises:
        NoControlGroups: this machine, or this user, cannot make any.
    """
    parent, names = _hierarchy(cgroups)
    made: list[Path] = []
    try:
        for root in roots:
            folder = parent / f"redefluss-{uuid.uuid4().hex[:8]}"
            try:
                folder.mkdir()
                made.append(folder)
                quota = round(cores * PERIOD_MICROSECONDS)
                for name, text in names.items():
                    (folder / name).write_text(text.format(quota=quota, period=PERIOD_MICROSECONDS), encoding="ascii")
                for process in (psutil.Process(root), *psutil.Process(root).children(recursive=True)):
                    with suppress(ProcessLookupError):
                        (folder / "cgroup.procs").write_text(str(process.pid), encoding="ascii")
            except OSError as error:
                raise NoControlGroups(f"{folder}: {error.strerror}") from None
        yield
    finally:
        for folder in made:
            _remove(folder, parent)


def _hierarchy(cgroups: Path) -> tuple[Path, dict[str, str]]:
    """Where groups are made, and what is written into which of a group's files."""
    if (cgroups / "cgroup.controllers").exists():
        with suppress(OSError):
            (cgroups / "cgroup.subtree_control").write_text("+cpu", encoding="ascii")
        return cgroups, {"cpu.max": "{quota} {period}"}
    if (cgroups / "cpu" / "cpu.cfs_quota_us").exists() or (cgroups / "cpu" / "cgroup.procs").exists():
        return cgroups / "cpu", {"cpu.cfs_period_us": "{period}", "cpu.cfs_quota_us": "{quota}"}
    raise NoControlGroups(f"{cgroups} has no control groups for processors")


def _remove(folder: Path, parent: Path) -> None:
    """Give what is in a group back to the one above it, and remove it."""
    deadline = time.monotonic() + EMPTY_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        with suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                (parent / "cgroup.procs").write_text(pid, encoding="ascii")
            os.rmdir(folder)
            return
        time.sleep(0.05)
