"""A file system so small that it is soon full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """One of this size (`24m`, as `mount` has it) at `folder`; the test is skipped where none can be mounted."""
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path, but: int = 0) -> Iterator[None]:
    """The file system of the folder has no more room than `but` bytes meanwhile."""
    file = folder / "filling"
    disk = os.statvfs(folder)
    file.write_bytes(bytes(disk.f_bavail * disk.f_frsize - but))
    try:
        yield
    finally:
        file.unlink()


def mount(*options: str) -> None:
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small file system cannot be mounted here: {getattr(error, 'stderr', None) or error}")
