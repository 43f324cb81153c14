"""The worker's end of the socket to the fork server, and the fork server's start."""

import asyncio
import contextlib
import os
import pickle
import signal
import socket
import subprocess
from collections.abc import Callable

from agents.pool.fork_server import MESSAGE_BYTES, ForkServerSetup
from agents.pool.protocol import OUT_OF_MEMORY_EXIT
from agents.processes import module_command

SINGLE_THREADED = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
) | {"TOKENIZERS_PARALLELISM": "false"}
"""One thread a process: the processes are the parallelism, and a fork must not lose threads."""

STOP_SECONDS = 2
"""For the fork server to end by itself, before it is killed."""


class ForkServerClient:
    """A fork server: started, sent commands, listened to, ended.

    Args:
        setup: what it is to load.
        on_report: called with what it says: "ready" and seconds, "failed" and why, "forked", slot and process id,
            "refused", slot and the system's error, "exited", process id and cause.
        on_gone: called when it died.
    """

    def __init__(self, setup: ForkServerSetup, on_report: Callable[..., None], on_gone: Callable[[], None]) -> None:
        self._setup = setup
        self._on_report = on_report
        self._on_gone = on_gone
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.generation = 0
        """How often one was started."""

    @property
    def pid(self) -> int | None:
        """The process that holds the models."""
        return None if self._process is None else self._process.pid

    @property
    def open(self) -> bool:
        """Whether it can be told something."""
        return self._control is not None

    def start(self) -> None:
        """Start one; it says "ready" when it has loaded.

        Raises:
            OSError: the system has no room for a process or a socket.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = subprocess.Popen(
                module_command("agents.pool.fork_server", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                env=SINGLE_THREADED | dict(os.environ),
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is the worker's alone
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        ours.send(pickle.dumps(self._setup))
        self._control = ours
        self.generation += 1
        asyncio.get_running_loop().add_reader(ours.fileno(), self._receive)

    def send(self, verb: str, number: int, fds: tuple[int, ...] = ()) -> None:
        """ "fork" a process for a slot with a socket, or "kill" one by its id; if the server is gone, so are they."""
        if self._control is None:
            return
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [pickle.dumps((verb, number))], fds)

    async def stop(self) -> None:
        """End it, and with it all that it forked."""
        self._close()
        if self._process is None:
            return
        try:
            await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _close(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None

    def _receive(self) -> None:
        while self._control is not None:
            try:
                message = self._control.recv(MESSAGE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                self._close()
                if self._process is not None:
                    self._process.poll()
                self._on_gone()
                return
            kind, *values = pickle.loads(message)
            if kind == "exited":
                values[1] = cause_of_death(values[1])
            self._on_report(kind, *values)


def cause_of_death(exit_code: int) -> str:
    """An exit code as people read it."""
    if exit_code == OUT_OF_MEMORY_EXIT:
        return "reaching its memory limit"
    if exit_code < 0:
        try:
            return signal.Signals(-exit_code).name
        except ValueError:
            return f"signal {-exit_code}"
    return f"exit code {exit_code}"
