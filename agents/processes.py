"""How processes of this project are started: by module, from any folder, ending with who started them, and keeping no
more memory than they need."""

import contextlib
import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
LARGE_BYTES = 262_144
"""What is larger goes back to the system as soon as it is freed."""
NEW_OBJECTS = 5_000
"""Less those that are gone, until the garbage collector looks through them; by default 700."""
LOWERED_BY = 9
"""Niceness added to a process that is to give way: on a busy core Linux gives it an eighth of another's time."""


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this project in a new process.

    `-P` keeps the current folder off the module path: a folder of the user's that is called `agents`, `pipeline` or
    `schemas`, or like any package in use, would otherwise be taken for it.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the parent dies; elsewhere than on Linux the closed socket has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def return_large_memory() -> None:
    """Let memory of messages that are large go back to the system when they are done.

    Once a large piece was freed, glibc takes all of up to that size from its heap, where what is freed stays as a hole
    as long as something stands behind it: of articles of megabytes a process then keeps several times what it needs.
    Source: mallopt(3), "dynamic mmap threshold". Other C libraries have no such setting, and are left alone.
    """
    _set_allocator(M_MMAP_THRESHOLD, LARGE_BYTES)


def share_one_arena() -> None:
    """Let threads that are started from now on take memory from one place.

    glibc gives each a part of its own, in which what is freed is lost to the others. Threads of Python take turns, and
    do not wait for each other here.
    """
    _set_allocator(M_ARENA_MAX, 1)


def return_free_memory() -> None:
    """Give back to the system what is free in the midst of the heap; glibc does so by itself only at its end."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)


def spare_garbage_collection() -> None:
    """Leave what is there by now out of garbage collection, and look through new objects less often.

    What is there from the start stays; each full collection of it stops everything for 70 ms. Most of what is new is on
    its way with a message, and soon gone by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def _set_allocator(option: int, value: int) -> None:
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(option, value)


def lower_priority(pid: int) -> None:
    """Let a process of one thread give way to others, until it ends; one that has ended already is none, and where
    the system forbids it (a filter of system calls), it does not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + LOWERED_BY)


def resident_bytes(pid: int) -> int:
    """The memory that a process uses, what it shares included; 0 if there is none with that id."""
    if sys.platform == "linux":  # psutil itself takes a megabyte
        try:
            return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            return 0
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def is_stopped(pid: int) -> bool:
    """Whether the system has stopped a process (SIGSTOP), so that it cannot say anything itself."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"T"
        except OSError:
            return False
    import psutil

    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False
