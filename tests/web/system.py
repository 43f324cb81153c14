"""The real system for the tests of the web view: embedded broker, worker process, real models."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil

from agents import cluster, kafka
from agents.settings import Settings
from tests.support.ports import free_port

TOKEN = "ein-geheimes-wort"
START_SECONDS = 240.0
LEAST_SECONDS = 30.0
"""So long at least whatever is waited for may take: a machine that others use is slow at times."""


def until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """What `true` gives as soon as it is true; fails after `seconds`, or `LEAST_SECONDS` if that is more."""
    seconds = max(seconds, LEAST_SECONDS)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


class System:
    """A worker with its web view on a free port."""

    def __init__(self, broker: str, folder: Path, command: Sequence[str] = ("-m", "agents.cli", "worker")) -> None:
        self.port = free_port()
        self.settings = Settings(broker=broker, data_dir=folder)
        self._command = command
        self._environment = {
            **os.environ,
            "REDEFLUSS_BROKER": broker,
            "REDEFLUSS_DATA_DIR": str(folder),
            "REDEFLUSS_WEB_PORT": str(self.port),
            "REDEFLUSS_WEB_TOKEN": TOKEN,
            "REDEFLUSS_PROCESSES": "2",
            "REDEFLUSS_STUCK_SECONDS": "6",
        }
        self._log = folder / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self._command], env=self._environment, stdout=log, stderr=log
            )
        until(lambda: self.code("/health/ready") == 200, START_SECONDS, f"ready; {self._log.read_text()[-2000:]}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def code(self, path: str) -> int:
        """The status of a page; 0 where nobody listens."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def json(self, path: str) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=10) as response:
            return json.load(response)

    def text(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=10) as response:
            return str(response.read().decode())

    def produce(self, articles: Iterable[dict[str, Any] | bytes], topic: str = "articles.raw") -> None:
        """Confirmed sends."""

        async def send() -> None:
            producer = kafka.producer(self.settings, embedded=await cluster.is_embedded(self.settings))
            await producer.start()
            try:
                name = self.settings.topic(topic)
                values = [item if isinstance(item, bytes) else json.dumps(item).encode() for item in articles]
                await asyncio.gather(*[await producer.send(name, value) for value in values])
            finally:
                await producer.stop()

        asyncio.run(send())

    def signal_pool(self, number: signal.Signals) -> None:
        """Send a signal to the pool's processes, as the worker names them, and to the one that would replace them."""
        for worker in self.json("/api/operations")["workers"]:
            for pid in (
                worker["pool"]["fork_server_pid"],
                *(process["pid"] for process in worker["pool"]["processes"]),
            ):
                if pid is not None:
                    psutil.Process(pid).send_signal(number)
