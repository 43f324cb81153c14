"""What pool processes do in the tests of the pool: as the job's value says."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.pool.protocol import Done, Job, Outcome, OutputMessage, Refused


def load(argument: Any) -> Callable[[Job], Outcome]:
    """Performs jobs by their words."""
    return perform


def load_with_room_for(most: int) -> Callable[[Job], Outcome]:
    """The same, where the system forks another process only while there are fewer than `most`."""
    forked, fork = list[int](), os.fork

    def fork_if_there_is_room() -> int:
        if sum(Path(f"/proc/{pid}").exists() for pid in forked) >= most:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        forked.append(fork())
        return forked[-1]

    os.fork = fork_if_there_is_room
    return perform


def broken(argument: Any) -> Callable[[Job], Outcome]:
    """A loader that cannot load."""
    raise ValueError("no such model")


def perform(job: Job) -> Outcome:
    """Obey the job's word, else echo it."""
    word = (job.value or b"").decode()
    if word == "refuse":
        return Refused("empty", "told to")
    if word == "crash":
        os.kill(os.getpid(), 11)
    if word == "leave":
        os._exit(3)
    if word in ("nap", "who naps"):
        time.sleep(0.3)
    if word in ("who", "who naps"):
        return Done((OutputMessage("out", job.key or b"", str(os.getpid()).encode()),))
    if word == "eat":
        _ = [bytearray(500_000_000) for _ in range(4)]
    while word == "loop":
        pass
    return Done((OutputMessage("out", job.key or b"", job.value or b""),))
