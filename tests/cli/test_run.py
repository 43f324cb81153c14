"""`redefluss run` as a person uses it: to its end, with bad input, and with Ctrl-C in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from agents.cli.errors import ExitCode
from tests.cli.conftest import Cli

STOP_SECONDS = 30.0
ARTICLE = (
    "Die Lage bleibt ernst. „Wir schaffen das nicht allein“, sagte Bürgermeisterin Hanna Tölke am Montag in Waldau. "
)


def until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def started(environment: dict[str, str], folder: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a command in a session of its own; what is left of it at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "agents.cli", *arguments],
            cwd=folder, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


def read_until(process: subprocess.Popen[bytes], words: str) -> str:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line.decode()
        if words in said:
            return said
    raise AssertionError(said)


def test_the_samples_come_out(cli: Cli) -> None:
    result = cli("run", "--exit")
    out = result.stdout.decode()
    assert result.returncode == ExitCode.OK, result.stderr.decode()
    assert "15 articles" in out
    assert "0 dead letters, 0 refused, 0 lost" in out
    assert "Maren Diekhoff" in out
    assert "Sent 15 articles" in result.stderr.decode()


@pytest.mark.usefixtures("broker")
def test_a_broker_that_answers_is_used(cli: Cli, folder: Path) -> None:
    (folder / "gut.txt").write_text(ARTICLE * 3, encoding="utf-8")
    result = cli("run", "gut.txt", "--exit")
    assert result.returncode == ExitCode.OK, result.stderr.decode()
    assert "1 article," in result.stdout.decode()
    listed = [json.loads(line) for line in cli("topics", "lag").stdout.splitlines()]
    assert {row["lag"] for row in listed if row["stage"] != "statements"} == {0}  # `run` waits for the quotes
    assert any(row["end"] for row in listed), "it stands on that broker"


def test_what_is_refused_and_what_is_dead_is_told(cli: Cli, folder: Path) -> None:
    (folder / "gut.txt").write_text(ARTICLE * 3, encoding="utf-8")
    (folder / "leer.txt").write_bytes(b"")
    (folder / "english.txt").write_text("The mayor said on Monday that the harbour would be closed all winter. " * 9)
    result = cli("run", ".", "--exit")
    assert result.returncode == ExitCode.INCOMPLETE
    assert "refused: leer.txt: empty" in result.stderr.decode()
    out = result.stdout.decode()
    assert "dead letter: english.txt: unsupported-language" in out
    assert "1 article," in out
    assert "1 dead letter, 1 refused, 0 lost" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_the_middle_ends_every_process(
    started: Callable[..., subprocess.Popen[bytes]], folder: Path, number: signal.Signals
) -> None:
    lines = (f'{{"id": "a-{n}", "text": "{ARTICLE} {n}"}}' for n in range(3000))
    (folder / "viele.jsonl").write_text("\n".join(lines), encoding="utf-8")
    process = started("run", "viele.jsonl")
    read_until(process, "Sent 3,000")
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 2, "a broker and a worker"
    process.send_signal(number)
    assert process.wait(STOP_SECONDS) == ExitCode.INTERRUPTED
    assert until(lambda: not any(_alive(child) for child in family), 20)
    assert b"Traceback" not in process.stderr.read()  # type: ignore[union-attr]
    assert not list((folder.parent / "data").glob("run-*")), "the data of a broker in memory is not kept"


def test_after_the_report_ctrl_c_is_the_ordinary_end(
    started: Callable[..., subprocess.Popen[bytes]], folder: Path
) -> None:
    (folder / "gut.txt").write_text(ARTICLE * 3, encoding="utf-8")
    process = started("run", "gut.txt")
    assert "web view: http://127.0.0.1:" in read_until(process, "until Ctrl-C")
    process.send_signal(signal.SIGINT)
    assert process.wait(STOP_SECONDS) == ExitCode.OK


def test_a_worker_that_dies_is_told(started: Callable[..., subprocess.Popen[bytes]], folder: Path) -> None:
    (folder / "gut.txt").write_text(ARTICLE * 3, encoding="utf-8")
    process = started("run", "gut.txt")
    read_until(process, "until Ctrl-C")
    (worker,) = (child for child in psutil.Process(process.pid).children() if "worker" in child.cmdline())
    os.kill(worker.pid, signal.SIGKILL)
    said = process.communicate(timeout=STOP_SECONDS)[1].decode()
    assert process.returncode == ExitCode.INCOMPLETE
    assert "the worker ended with exit code -9" in said
    assert "Traceback" not in said


def test_processes_end_with_one_that_is_killed(started: Callable[..., subprocess.Popen[bytes]], folder: Path) -> None:
    (folder / "gut.txt").write_text(ARTICLE * 3, encoding="utf-8")
    process = started("run", "gut.txt")
    read_until(process, "until Ctrl-C")
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert until(lambda: not any(_alive(child) for child in family), 20)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
