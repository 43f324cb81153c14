"""The systems that are compared: how each is started, and with how many processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.settings import available_cores


@dataclass(frozen=True)
class System:
    """A way to run the stream.

    Attributes:
        name: as in the report.
        command: arguments to Python; {broker} and {prefix} are filled in.
        processes: how many of it are started.
    """

    name: str
    command: tuple[str, ...]
    processes: int = 1


def peer(module: str) -> tuple[str, ...]:
    """The command of a module in `benchmarks/peers`."""
    return ("-m", f"benchmarks.peers.{module}", "{broker}", "{prefix}")


CORES = available_cores()
REDEFLUSS = System("redefluss", ("-m", "agents.cli", "worker"))
PEERS = (
    System("plain aiokafka and a process pool", peer("plain_aiokafka")),
    System("Faust as documented", peer("faust_documented"), CORES),
    System("Quix Streams", peer("quix"), CORES),
    System("Bytewax", ("-m", "bytewax.run", "benchmarks.peers.bytewax_flow:flow", "{peers}"), CORES),
)
BYTEWAX_PORT = 27_101
WEB_PORT = 27_066
ROOT = Path(__file__).parents[1]


@contextmanager
def running(system: System, broker: str, prefix: str, **environment: str) -> Iterator[list[int]]:
    """Its processes' ids, while it runs on that broker (host:port) and topics of that prefix."""
    processes: list[subprocess.Popen[bytes]] = []
    folder = tempfile.mkdtemp(prefix="redefluss-benchmark-")
    addresses = ";".join(f"127.0.0.1:{BYTEWAX_PORT + number}" for number in range(system.processes))
    for number in range(system.processes):
        command: list[str] = []
        for part in system.command:
            if part == "{peers}":
                command += ["-i", str(number), "-a", addresses] if system.processes > 1 else []
            else:
                command.append(part.format(broker=broker, prefix=prefix))
        processes.append(
            subprocess.Popen(
                [sys.executable, *command],
                env=dict(os.environ)
                | {
                    "REDEFLUSS_BROKER": f"kafka://{broker}",
                    "REDEFLUSS_TOPIC_PREFIX": prefix,
                    "REDEFLUSS_LOG_LEVEL": "warning",
                    "PYTHONPATH": str(ROOT),
                    "REDEFLUSS_DATA_DIR": folder,
                    "REDEFLUSS_WEB_PORT": str(WEB_PORT),
                    "BENCHMARK_BROKER": broker,
                    "BENCHMARK_PREFIX": prefix,
                }
                | environment,
                cwd=folder,
                start_new_session=True,
            )
        )
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
