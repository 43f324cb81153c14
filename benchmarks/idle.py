"""What the stream costs when nothing happens: processor time, start, imports, and room on the disk.

    python -m benchmarks.idle [--seconds N]

A worker with its pages runs on Apache Kafka and gets no article. Processor time is what the kernel counted in N
seconds, of the broker alone first. The wheel is built, and installed with what it needs into an environment that pip
fetches. The table is Markdown.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from agents import topics
from benchmarks.flood import READY_SECONDS, settings_for
from benchmarks.systems import REDEFLUSS, ROOT, running
from benchmarks.usage import Usage, between, readings
from tests.support.kafka_broker import KafkaBroker
from tests.support.ports import free_port

PREFIX = "idle-"
SETTLE_SECONDS = 15.0
LOOK_SECONDS = 0.02
IMPORTS = 5
LARGEST = 8
IMPORTED = "import agents.cli.main"
MEGABYTE = 1_000_000

Row = tuple[str, str]


def consumption(seconds: float) -> list[Row]:
    """Of a broker alone, then of a worker, its pages and the broker."""
    with KafkaBroker() as broker:
        address = broker.address.removeprefix("kafka://")
        asyncio.run(topics.ensure(settings_for(address, PREFIX)))
        alone = _used([], broker.pid, seconds)
        port, started = free_port(), time.perf_counter()
        with running(REDEFLUSS, address, PREFIX, REDEFLUSS_WEB_PORT=str(port)) as processes:
            _until_ready(port, started + READY_SECONDS)
            ready = time.perf_counter() - started
            used = _used(processes, broker.pid, seconds)
    rows = [("seconds until a worker is ready", f"{ready:.1f}")]
    rows += [("broker alone, ms of processor time a second", _milliseconds(alone, "broker", seconds))]
    for role in ("broker", "worker", "models", "pool", "pages"):
        rows.append((f"{role}, ms of processor time a second", _milliseconds(used, role, seconds)))
    for role in ("worker", "models", "pool", "pages"):
        own = sum(usage.own_bytes for usage in used if usage.role == role) / MEGABYTE
        rows.append((f"{role}, memory that no other process shares, MB", f"{own:.0f}"))
    return rows


def _used(roots: Iterable[int], broker: int, seconds: float) -> list[Usage]:
    time.sleep(SETTLE_SECONDS)
    pids = list(roots)
    before = readings(pids, broker, at=time.perf_counter())
    time.sleep(seconds)
    return between(before, readings(pids, broker, at=time.perf_counter()))


def _milliseconds(used: list[Usage], role: str, seconds: float) -> str:
    return f"{1000 * sum(usage.cpu_seconds for usage in used if usage.role == role) / seconds:.1f}"


def _until_ready(port: int, deadline: float) -> None:
    """Wait until a worker's own health says that it gets on."""
    while time.perf_counter() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/ready?scope=worker", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(LOOK_SECONDS)
    raise SystemExit(f"the worker was not ready within {READY_SECONDS:.0f} s")


def imports() -> list[Row]:
    """A new interpreter that imports the commands: from bytecode that is there, and from sources."""
    rows = []
    for name, code, compiled in (
        ("a Python that does nothing", "pass", True),
        (f"`{IMPORTED}`", IMPORTED, True),
        (f"`{IMPORTED}`, compiled first", IMPORTED, False),
    ):
        took = [_run(code, compiled=compiled) for _ in range(IMPORTS)]
        wall, cpu = (statistics.median(values) for values in zip(*took, strict=True))
        rows.append((f"{name}: seconds, of them processor time", f"{wall:.2f}, {cpu:.2f}"))
    return rows


def _run(code: str, *, compiled: bool) -> tuple[float, float]:
    """Seconds by the clock and of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"PYTHONPATH": str(ROOT)} | ({} if compiled else {"PYTHONPYCACHEPREFIX": folder})
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ) | own)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
    if process.returncode != 0:
        raise SystemExit(f"{code!r} ended with exit code {process.returncode}")
    return took, used.ru_utime + used.ru_stime


def sizes() -> list[Row]:
    """Of the wheel, and of an environment with nothing but what it needs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _pip(Path(sys.executable), "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT))
        wheel = next(folder.glob("*.whl"))
        environment = folder / "environment"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        bare = _bytes(environment)
        _pip(python, "install", "--no-compile", "--require-hashes", "-r", str(ROOT / "requirements" / "runtime.lock"))
        needed, largest = _bytes(environment), _largest(environment)
        _pip(python, "install", "--no-compile", "--no-deps", str(wheel))
        whole = _bytes(environment)
        return [
            ("wheel, MB", f"{wheel.stat().st_size / MEGABYTE:.1f}"),
            ("installed, without bytecode: the wheel, MB", f"{(whole - needed) / MEGABYTE:.0f}"),
            (
                "installed, without bytecode: what requirements/runtime.lock has, all sinks included, MB",
                f"{(needed - bare) / MEGABYTE:.0f}",
            ),
            ("the largest folders of that, MB", largest),
        ]


def _largest(environment: Path) -> str:
    """The packages of an environment that take most room."""
    packages = next((environment / "lib").glob("python*/site-packages"))
    sizes = {folder.name: _bytes(folder) / MEGABYTE for folder in packages.iterdir() if folder.is_dir()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:LARGEST]
    return ", ".join(f"{name} {sizes[name]:.0f}" for name in largest)


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", arguments[0], "--quiet", "--disable-pip-version-check", *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"pip {arguments[0]} failed: {done.stderr.strip()[-300:]}")


def _bytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def main() -> None:
    """Measure, and print a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long processor time is counted")
    args = parser.parse_args()
    sys.stdout.write("| figure | value |\n|---|---|\n")
    for measure in (partial(consumption, args.seconds), imports, sizes):
        for name, value in measure():
            sys.stdout.write(f"| {name} | {value} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
