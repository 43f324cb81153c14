"""What the processes of a system use: processor time, time without work, memory of their own."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Usage:
    """What one process used.

    Attributes:
        role: "worker", "models" (the process that the pool is forked from), "pool", "pages", "broker", "sink"; else
            "other".
        cpu_seconds: processor time, of all its threads.
        idle_seconds: time less that in which its threads ran or waited for a processor, all added up. That is the least
            in which it had nothing to do, since several threads can run at once.
        own_bytes: memory that no other process shares.
        proportional_bytes: its share of all memory that it uses.
    """

    role: str
    cpu_seconds: float
    idle_seconds: float
    own_bytes: int
    proportional_bytes: int


@dataclass
class Reading:
    """The counters of a process at a moment. Each thread counts as busy while it runs or waits for a processor."""

    role: str
    at: float
    cpu_seconds: float
    busy_seconds: float
    own_bytes: int
    proportional_bytes: int


def readings(roots: Iterable[int], broker: int, *, at: float, sink: int | None = None) -> dict[int, Reading]:
    """The counters of the processes `roots`, all their descendants, the broker and a sink, by process id."""
    found = {broker: "broker"} if sink is None else {broker: "broker", sink: "sink"}
    for root in roots:
        found[root] = "worker"
        parents = {root: "worker"}
        for process in psutil.Process(root).children(recursive=True):
            try:
                found[process.pid] = parents[process.pid] = _role(process, parents)
            except psutil.NoSuchProcess:
                continue
    result = {}
    for pid, role in found.items():
        try:
            result[pid] = _reading(psutil.Process(pid), role, at)
        except (psutil.NoSuchProcess, FileNotFoundError):
            continue
    return result


def between(before: dict[int, Reading], after: dict[int, Reading]) -> list[Usage]:
    """What was used from one moment to another; memory is that of the later one."""
    used = []
    for pid, now in after.items():
        then = before.get(pid)
        if then is None:
            then = Reading(now.role, now.at, 0.0, now.busy_seconds, 0, 0)
        idle = now.at - then.at - (now.busy_seconds - then.busy_seconds)
        cpu = now.cpu_seconds - then.cpu_seconds
        used.append(Usage(now.role, cpu, max(0.0, idle), now.own_bytes, now.proportional_bytes))
    return used


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time of a process until now, without that of its children."""
    times = process.cpu_times()
    return float(times.user + times.system)


def busy_seconds() -> float:
    """Processor time of all programs on this machine, since its start."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def _role(process: psutil.Process, parents: dict[int, str]) -> str:
    command = " ".join(process.cmdline())
    if "agents.web.collector" in command:
        return "pages"
    if "-m agents.pool." in command:  # the fork server, whatever a release calls it
        return "pool" if parents.get(process.ppid()) == "models" else "models"
    return "other"


def _reading(process: psutil.Process, role: str, at: float) -> Reading:
    cpu, memory = cpu_seconds(process), process.memory_full_info()
    # Of the process itself the system has only how long its first thread waited for a processor.
    threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    waited = sum(int(path.read_text(encoding="ascii").split()[1]) for path in threads) / 1e9
    return Reading(
        role=role,
        at=at,
        cpu_seconds=cpu,
        busy_seconds=cpu + waited,
        own_bytes=memory.uss,
        proportional_bytes=memory.pss,
    )


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))
