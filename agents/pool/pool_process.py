"""The life of one pool process: take a job, do it, answer; until the worker is gone."""

import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from agents.pool.protocol import OUT_OF_MEMORY_EXIT, Job, Outcome, pack, receive

PerformJob = Callable[[Job], Outcome]


def limit_memory(extra_bytes: int) -> None:
    """Let this process allocate at most `extra_bytes` more than it has now."""
    if sys.platform != "linux":
        return
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            limit = int(line.split()[1]) * 1024 + extra_bytes
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def serve(connection: socket.socket, perform: PerformJob, memory_bytes: int) -> None:
    """Do jobs until the other end of `connection` closes. `perform` must not raise for what a job contains."""
    limit_memory(memory_bytes)
    while True:
        try:
            job = receive(connection)
            outcome = perform(job)
            connection.sendall(pack(outcome))
        except (EOFError, ConnectionError):
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY_EXIT)
