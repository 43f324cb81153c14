"""The processes that `redefluss run` stands on: a broker, unless one answers, and a worker."""

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from agents.cli.console import note
from agents.cli.errors import CommandError, ExitCode
from agents.listening import check_web_port
from agents.processes import die_with_parent, module_command
from agents.settings import Settings
from agents.unknown_settings import unknown_settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DRAIN_SECONDS = 4.0
"""A worker under `run` has this long to finish what is in flight, so that Ctrl-C is over soon."""
STOP_SECONDS = 8.0
CHUNK_BYTES = 65_536
LINE_BYTES = 1_048_576
"""What is shown of a line: with an article in it, as at REDEFLUSS_LOG_LEVEL=debug, it can be long."""


@contextmanager
def broker(settings: Settings) -> Iterator[bool]:
    """A broker at the address of the settings: the one that is there, else the embedded one; whether it is ours.

    Raises:
        CommandError: nothing listens there, and the embedded one cannot.
        agents.broker.BrokerError: the embedded one cannot run.
    """
    from agents.broker import EmbeddedBroker

    address = settings.bootstrap_servers[0]
    parts = urlsplit(f"//{address}")
    host, port = parts.hostname or "", parts.port or 9092
    if len(settings.bootstrap_servers) > 1 or host not in LOOPBACK or _listens(host, port):
        note(f"Using the broker at {settings.broker}")
        yield False
        return
    if host == "::1":
        raise CommandError(f"no broker answers at {settings.broker}, and the embedded one listens on 127.0.0.1 alone")
    with EmbeddedBroker(port=port):
        note(f"Broker started at {settings.broker} (embedded, in memory)")
        yield True


@contextmanager
def data_dir(settings: Settings, *, fresh: bool) -> Iterator[Path]:
    """The worker's data folder; a fresh one for a broker that begins empty, gone at the end as the broker's data is."""
    if not fresh:
        yield settings.data_dir
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=settings.data_dir))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def worker(
    settings: Settings, folder: Path, *, say: Callable[[str], None] = note
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker of all stages in a process of its own; `say` is told each line it writes.

    Raises:
        agents.listening.PortTaken: its web view could not listen.
    """
    check_web_port(settings)
    own = {
        "REDEFLUSS_DATA_DIR": str(folder),
        "REDEFLUSS_DRAIN_SECONDS": str(min(DRAIN_SECONDS, settings.drain_seconds)),
    }
    if "log_level" not in settings.model_fields_set:
        own["REDEFLUSS_LOG_LEVEL"] = "warning"
    process = await asyncio.create_subprocess_exec(
        *module_command("agents.cli", "worker"),
        env=dict(os.environ) | own,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=die_with_parent,
        start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
    )
    known = unknown_settings()

    def tell(line: str) -> None:
        if known is None or known not in line:  # which has been told when the settings were read
            say(line)

    reader = asyncio.create_task(_relay(process, tell))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(reader, 1)


async def ended(process: asyncio.subprocess.Process) -> None:
    """Raise CommandError when the worker ends by itself; for ever otherwise."""
    code = await process.wait()
    known = ExitCode(code) if code in set(ExitCode) and code else ExitCode.INCOMPLETE
    raise CommandError(f"the worker ended with exit code {code}", known)


async def _relay(process: asyncio.subprocess.Process, say: Callable[[str], None]) -> None:
    """Tell each line, however long: asyncio's own reading of lines ends at one that is longer than its buffer."""
    assert process.stderr is not None
    rest = b""
    while chunk := await process.stderr.read(CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            say(_line(line))
        rest = rest[:LINE_BYTES]
    if rest:
        say(_line(rest))


def _line(line: bytes) -> str:
    return line[:LINE_BYTES].decode("utf-8", "replace").rstrip()


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True
