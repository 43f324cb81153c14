"""How many cores a process may use: of the machine, of its affinity, and of its control group's quota."""

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def available_cores(cgroups: Path = CGROUPS, own: Path = OWN) -> int:
    """Cores that this process may use, at least 1; of a quota of 2.5 cores 2.

    `cgroups` is where control groups are mounted, `own` the file that says which are this process's.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        cores = os.cpu_count() or 1
    return max(1, min([cores, *(int(quota) for quota in _quotas(cgroups, own) if quota != float("inf"))]))


def _quotas(cgroups: Path, own: Path) -> Iterator[float]:
    """The quotas in cores of the process's control groups and of those above them, of version 2 and of version 1."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from (_quota_of(folder / "cpu.max") for folder in _upwards(cgroups, path))
        elif "cpu" in controllers.split(","):
            for folder in _upwards(cgroups / "cpu", path):
                yield _quota_of(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us")


def _upwards(root: Path, path: str) -> Iterator[Path]:
    """The folder of a control group and those above it; in a container its own is often mounted as the root."""
    folder = root / path.lstrip("/")
    while folder != root and root in folder.parents:
        yield folder
        folder = folder.parent
    yield root


def _quota_of(*files: Path) -> float:
    """Cores by the numbers in `files`, quota and period in microseconds; infinite where none is set."""
    try:
        quota, period = " ".join(file.read_text(encoding="ascii") for file in files).split()
        return int(quota) / int(period) if int(quota) > 0 else float("inf")
    except (OSError, ValueError):  # no such file, or "max"
        return float("inf")
