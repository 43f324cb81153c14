"""The command as people start it: a process with its own environment, and a broker for those that need one."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.broker import EmbeddedBroker
from agents.cli.main import execute
from agents.processes import module_command
from tests.support.kafka_cluster import KafkaCluster
from tests.support.ports import free_port

RULES = {"REDEFLUSS_MODEL_DE": "rules", "REDEFLUSS_QUOTE_MODEL": "rules"}
"""No trained model: these tests are about the commands, not about how well they understand German."""

Cli = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of the machine's own Redefluss counts, and no broker answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REDEFLUSS_")}
    own = {
        "REDEFLUSS_BROKER": f"kafka://127.0.0.1:{free_port()}",
        "REDEFLUSS_WEB_PORT": str(free_port()),
        "REDEFLUSS_DATA_DIR": str(tmp_path / "data"),
        "REDEFLUSS_PARTITIONS": "4",
        "REDEFLUSS_PROCESSES": "1",
    }
    return kept | RULES | own


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the command runs: an empty folder."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


@pytest.fixture
def cli(environment: dict[str, str], folder: Path) -> Cli:
    """Run one command to its end, as a process."""

    def run(*arguments: str, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            module_command("agents.cli", *arguments),
            input=stdin, capture_output=True, cwd=folder, env=environment | variables, timeout=100, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def quick(
    environment: dict[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Iterator[Cli]:
    """Run one command to its end within this process, which saves its start."""
    for name in [*os.environ]:
        if name.startswith("REDEFLUSS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments: str, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
        for name, value in (environment | variables).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin))))
        code = execute(arguments)
        out, err = capfdbinary.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(params=["embedded", pytest.param("cluster", marks=pytest.mark.cluster)])
def broker(request: pytest.FixtureRequest, environment: dict[str, str]) -> Iterator[str]:
    """The address of a broker without topics, which the environment names: the embedded one, and Apache Kafka's."""
    if request.param == "embedded":
        with EmbeddedBroker(port=0) as running:
            environment["REDEFLUSS_BROKER"] = running.address
            yield running.address
    else:
        cluster: KafkaCluster = request.getfixturevalue("kafka_cluster")
        asyncio.run(cluster.delete_topics())
        environment["REDEFLUSS_BROKER"] = cluster.address
        yield cluster.address
