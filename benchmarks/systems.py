"""The systems that are compared: how each is started, and with how many processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from agents.pool.fork_server_client import SINGLE_THREADED
from agents.processes import die_with_parent
from pipeline.cores import available_cores
from tests.support.ports import free_port


@dataclass(frozen=True)
class System:
    """A way to run the stream.

    Attributes:
        name: as in the report.
        command: arguments to Python; {broker} and {prefix} are filled in.
        processes: how many of it are started.
        cores: the one core that each of them may use, with all that it starts; none: no limits.
        further: what each process's command has in addition.
        root: a checkout with an environment of its own; None: this one.
        lacks: what it does not do of what Redefluss does, in words.
    """

    name: str
    command: tuple[str, ...]
    processes: int = 1
    cores: tuple[int, ...] = ()
    further: tuple[tuple[str, ...], ...] = ()
    root: Path | None = None
    lacks: str = ""

    @property
    def python(self) -> str:
        """The interpreter that runs it."""
        return sys.executable if self.root is None else str(self.root / ".venv" / "bin" / "python")


class NotUsable(Exception):
    """A checkout that cannot be run: one line."""


class Ended(Exception):
    """A process of a system ended by itself, while it was measured."""


class Started:
    """The processes of a system that runs; iterating gives their ids."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self._processes = processes

    def __iter__(self) -> Iterator[int]:
        return (process.pid for process in self._processes)

    def check(self) -> None:
        """Raise Ended if one of them no longer runs."""
        for process in self._processes:
            if process.poll() is not None:
                raise Ended(f"a process of it ended by itself with exit code {process.returncode}")


def peer(module: str) -> tuple[str, ...]:
    """The command of a module in `benchmarks/peers`."""
    return ("-m", f"benchmarks.peers.{module}", "{broker}", "{prefix}")


CORES = available_cores()
WORKER = ("-m", "agents.cli", "worker")
REDEFLUSS = System("redefluss", WORKER)
EACH_LACKS = "duplicates, dead letters, pages"
NO_STATEMENTS = f"the stage `statements`, {EACH_LACKS}"
PEERS = (
    System(
        "plain aiokafka and a process pool",
        peer("plain_aiokafka"),
        lacks=f"{EACH_LACKS}, statements that outlive a restart",
    ),
    System(
        "Faust as documented", peer("faust_documented"), CORES, lacks=f"{NO_STATEMENTS}, commits after confirmation"
    ),
    System("Quix Streams", peer("quix"), CORES, lacks=NO_STATEMENTS),
    System(
        "Bytewax",
        ("-m", "bytewax.run", "benchmarks.peers.bytewax_flow:flow", "{peers}"),
        CORES,
        lacks=f"{NO_STATEMENTS}, commits of offsets",
    ),
)
ROOT = Path(__file__).parents[1]


def former_release(checkout: Path) -> System:
    """Redefluss as it is in another working tree, named after the version there.

    Raises:
        NotUsable: the tree has no environment of its own, or is none of this project.
    """
    root = checkout.resolve()
    try:
        version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        raise NotUsable(f"{root} is no working tree of this project") from None
    system = replace(REDEFLUSS, name=f"release {version}", root=root)
    if not Path(system.python).exists():
        raise NotUsable(f"{root} has no .venv: run make install there")
    statements = (root / "pipeline" / "statements").is_dir()
    return replace(system, lacks="" if statements else "the stage `statements`, the models of today")


@contextmanager
def running(system: System, broker: str, prefix: str, **environment: str) -> Iterator[Started]:
    """The processes, while they run on that broker (host:port) and topics of that prefix."""
    processes: list[subprocess.Popen[bytes]] = []
    folder = tempfile.mkdtemp(prefix="redefluss-benchmark-")
    addresses = ";".join(f"127.0.0.1:{free_port()}" for _ in range(system.processes))
    for number in range(system.processes):
        command: list[str] = ["taskset", "-c", str(system.cores[number])] if system.cores else []
        command.append(system.python)
        for part in system.command:
            if part == "{peers}":
                command += ["-i", str(number), "-a", addresses] if system.processes > 1 else []
            else:
                command.append(part.format(broker=broker, prefix=prefix))
        command += system.further[number] if system.further else ()
        processes.append(
            subprocess.Popen(
                command,
                env=dict(os.environ)
                | SINGLE_THREADED
                | {
                    "REDEFLUSS_BROKER": f"kafka://{broker}",
                    "REDEFLUSS_TOPIC_PREFIX": prefix,
                    "REDEFLUSS_LOG_LEVEL": "warning",
                    "PYTHONPATH": str(system.root or ROOT),
                    "REDEFLUSS_DATA_DIR": folder,
                    "REDEFLUSS_WEB_PORT": str(free_port()),
                    "BENCHMARK_BROKER": broker,
                    "BENCHMARK_PREFIX": prefix,
                }
                | environment,
                cwd=folder,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509
            )
        )
    try:
        yield Started(processes)
    finally:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):  # of some, children outlive them
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
