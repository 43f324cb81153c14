"""A stream whose topics the tests write by hand, stores to empty, and the command that does it, as a process."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import pytest_asyncio

from tests.support.stream import REPOSITORY, Stream
from tests.system.conftest import broker, embedded_broker, kafka_broker, numbers

__all__ = ["broker", "embedded_broker", "kafka_broker"]

Message = tuple[bytes | None, bytes | None]


@pytest_asyncio.fixture
async def stream(broker: str, tmp_path: Path) -> AsyncIterator["SinkStream"]:
    """Topics of its own, of two partitions."""
    made = SinkStream(broker, f"s{next(numbers)}.", tmp_path, partitions=2)
    await made.prepare()
    yield made
    for process in made.sinks:
        if process.poll() is None:
            process.kill()
            process.wait()


class SinkStream(Stream):
    """A stream with sinks instead of workers."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sinks: list[subprocess.Popen[str]] = []

    async def send(self, *messages: Message, topic: str = "articles.quotes", revision: int = 1) -> None:
        """Confirmed sends."""
        headers = [("revision", str(revision).encode())]
        async with self.producer() as producer:
            for key, value in messages:
                await producer.send_and_wait(self.settings.topic(topic), value, key, headers=headers)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """`redefluss sink` with these arguments."""
        process = subprocess.Popen(
            [sys.executable, "-m", "agents.cli", "sink", *arguments],
            cwd=self.folder,
            env=dict(os.environ) | {"PYTHONPATH": str(REPOSITORY)} | self.environment | variables,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.sinks.append(process)
        return process

    def catch_up(self, *arguments: str, code: int = 0, **variables: str) -> tuple[dict[str, int], str]:
        """Run a sink until it is at the end; the rows that it wrote, by table, and what it said."""
        out, err = self.start(*arguments, "--until-caught-up", **variables).communicate(timeout=120)
        assert self.sinks[-1].returncode == code, err
        rows = [json.loads(line) for line in out.splitlines()]
        return {row["table"]: row["rows"] for row in rows}, err


@dataclass
class Archive:
    """A store of one kind: how the command is told of it, and how it is read by others."""

    arguments: tuple[str, str]
    ask: Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(params=["parquet", "duckdb", "postgres"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An empty store of each kind."""
    if request.param == "parquet":
        return Archive(("parquet", str(tmp_path / "out")), lambda question: ask_parquet(tmp_path / "out", question))
    if request.param == "duckdb":
        return Archive(("duckdb", str(tmp_path / "out.duckdb")), lambda question: ask_duckdb(tmp_path, question))
    dsn = request.getfixturevalue("database")
    return Archive(("postgres", dsn), lambda question: ask_postgres(dsn, question))


def ask_parquet(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for table in ("articles", "entities", "mentions", "quotes", "statements"):
            if (folder / table).exists() and list((folder / table).rglob("*.parquet")):
                connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/**/*.parquet')")
        return connection.execute(question).fetchall()


def ask_duckdb(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "out.duckdb"), read_only=True) as connection:
        return connection.execute(question).fetchall()


def ask_postgres(dsn: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(question).fetchall()  # type: ignore[arg-type]
