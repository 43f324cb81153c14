"""The process that loads the models once and forks the pool's processes from itself.

They share its memory by copy-on-write, and starting one takes milliseconds. It
is a process of its own because the worker has threads, event loop and sockets
that a fork must not inherit. Run as `python -m agents.pool.fork_server FD`.
"""

import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any

from agents.pool.pool_process import PerformJob, serve
from agents.processes import die_with_parent
from pipeline.errors import ConfigurationError

MESSAGE_BYTES = 1 << 16


@dataclass(frozen=True)
class ForkServerSetup:
    """What a fork server is to load.

    Attributes:
        loader: `module:function`; called with `argument`, gives what performs a job.
        argument: its argument.
        memory_bytes: what each process may allocate beyond the fork server's own memory.
        worker_pid: the process to live and die with.
    """

    loader: str
    argument: Any
    memory_bytes: int
    worker_pid: int


def load(setup: ForkServerSetup) -> PerformJob:
    """Import the loader and call it."""
    module, _, function = setup.loader.partition(":")
    perform: PerformJob = getattr(importlib.import_module(module), function)(setup.argument)
    return perform


class ForkServer:
    """Forks on request, reports births, deaths and their causes over the control socket."""

    def __init__(self, control: socket.socket, perform: PerformJob, memory_bytes: int) -> None:
        self._control = control
        self._perform = perform
        self._memory_bytes = memory_bytes
        self._children: set[int] = set()
        self._wakeup, wakeup_end = socket.socketpair()
        wakeup_end.setblocking(False)
        self._wakeup_end = wakeup_end
        signal.set_wakeup_fd(wakeup_end.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Serve until the worker closes the control socket."""
        while True:
            readable, _, _ = select.select([self._control, self._wakeup], [], [])
            if self._wakeup in readable:
                self._wakeup.recv(4096)
                self._reap()
            if self._control in readable and not self._handle_command():
                signal.set_wakeup_fd(-1)  # its socket goes before the last children do
                return

    def _handle_command(self) -> bool:
        message, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        if not message:
            return False
        verb, number = pickle.loads(message)
        if verb == "fork":
            self._fork(number, fds[0])
        elif verb == "kill" and number in self._children:
            os.kill(number, signal.SIGKILL)
        return True

    def _fork(self, slot: int, fd: int) -> None:
        try:
            pid = os.fork()
        except OSError as error:  # the system has no room for another one; those that there are go on
            self._report("refused", slot, error)
            os.close(fd)
            return
        if pid == 0:
            self._become_pool_process(fd)
        os.close(fd)
        self._children.add(pid)
        self._report("forked", slot, pid)

    def _become_pool_process(self, fd: int) -> None:
        try:
            die_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for open_here in (self._control, self._wakeup, self._wakeup_end):
                open_here.close()
            serve(socket.socket(fileno=fd), self._perform, self._memory_bytes)
        finally:
            os._exit(0)

    def _reap(self) -> None:
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self._children.discard(pid)
                self._report("exited", pid, os.waitstatus_to_exitcode(status))

    def _report(self, *message: Any) -> None:
        with contextlib.suppress(ConnectionError):  # the worker is closing
            self._control.send(pickle.dumps(message))


def main(fd: int) -> None:
    """Load, say so, and serve."""
    die_with_parent()
    for ignored in (signal.SIGINT, signal.SIGTERM):  # the worker drains first, then closes the socket
        signal.signal(ignored, signal.SIG_IGN)
    with contextlib.suppress(ConnectionError):  # the worker is gone, perhaps before the models were loaded
        _serve(socket.socket(fileno=fd))


def _serve(control: socket.socket) -> None:
    message = control.recv(MESSAGE_BYTES)
    if not message:
        return
    setup: ForkServerSetup = pickle.loads(message)
    if os.getppid() != setup.worker_pid:
        return
    started = time.perf_counter()
    try:
        perform = load(setup)
    except Exception as error:
        kind = "" if isinstance(error, ConfigurationError) else f"{type(error).__name__}: "
        control.send(pickle.dumps(("failed", f"{kind}{' '.join(str(error).split())}"[:2000])))
        return
    gc.collect()
    gc.freeze()
    control.send(pickle.dumps(("ready", time.perf_counter() - started)))
    ForkServer(control, perform, setup.memory_bytes).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
