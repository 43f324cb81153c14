"""What share of the processor a pool process gets, as the kernel deals it out.

Linux with autogroups (`kernel.sched_autogroup_enabled`, on by default on most distributions) first shares the processor
out among sessions, and niceness counts only within one: see sched(7). A pool in one session would have one share for
all of its processes together, as much as any single other program, and less the more there is to compete with.
"""

import os
import time
from pathlib import Path

LOWERED_BY = 9
"""Niceness added to a process that takes long: on busy cores it gets an eighth of what the others get."""

AUTOGROUP_TRIES = 5
AUTOGROUP_PAUSE_SECONDS = 0.11


def share_alone() -> None:
    """Give the calling process, which must not lead a process group, a session and with it a share of its own."""
    os.setsid()


def lower(pid: int) -> None:
    """Let a process of a session of its own give way to others, whichever of the two ways the kernel goes by."""
    os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + LOWERED_BY)
    for _ in range(AUTOGROUP_TRIES):
        try:
            Path(f"/proc/{pid}/autogroup").write_text(str(LOWERED_BY), encoding="ascii")
        except BlockingIOError:  # one such write in a tenth of a second, unless one is privileged
            time.sleep(AUTOGROUP_PAUSE_SECONDS)
        except OSError:  # a kernel without autogroups, or the process has ended
            return
        else:
            return
