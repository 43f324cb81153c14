"""The worker's side of the collector: keeps its process alive and tells it how the worker is."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any, Protocol

import orjson
import psutil
from mode import Service
from pydantic import SecretStr

from agents.metrics import Metrics
from agents.processes import module_command
from agents.settings import SECRETS, Settings
from agents.web.recent import RecentLatency
from pipeline.stages import STAGES

REPORT_SECONDS = 3.0
RESTART_SECONDS = 2.0
TROUBLE_SECONDS = 60.0
"""The collector tries again, and says anew what stands in its way, more often than that."""


class StatusSource(Protocol):
    """What the stream lets the web view know of a worker. Thread-safe."""

    metrics: Metrics

    def snapshot(self) -> dict[str, Any]:
        """How the worker is, as plain JSON values."""
        ...


class CollectorSupervisor(Service):
    """Runs with the app: a collector process, and word of this worker every few seconds."""

    def __init__(self, settings: Settings, status: StatusSource, store: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._status = status
        self._store = store
        self._latency = RecentLatency()
        self._process: asyncio.subprocess.Process | None = None
        self._store_trouble: tuple[float, str] | None = None

    @property
    def store_trouble(self) -> str | None:
        """Why the collector could not write the store a moment ago."""
        if self._store_trouble is None or time.monotonic() - self._store_trouble[0] > TROUBLE_SECONDS:
            return None
        return self._store_trouble[1]

    async def on_start(self) -> None:
        """Start the process."""
        await self._spawn()

    async def on_stop(self) -> None:
        """Let the process end by itself, or end it."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(orjson.dumps({"worker": self._status.snapshot()["worker"], "left": True}) + b"\n")
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), timeout=5)
        except TimeoutError:
            process.kill()
            await process.wait()

    @Service.task
    async def _keep_running(self) -> None:
        while not self.should_stop:
            process = self._process
            if process is not None:
                assert process.stdout is not None
                async for line in process.stdout:
                    self._store_trouble = time.monotonic(), line.decode(errors="replace").strip()
                code = await process.wait()
                if not self.should_stop:
                    self.log.warning("the web view's collector ended with %s: started again", code)
            await self.sleep(RESTART_SECONDS)
            if not self.should_stop:
                await self._spawn()

    @Service.task
    async def _send_reports(self) -> None:
        while not self.should_stop:
            self._write(self.report())
            await self.sleep(REPORT_SECONDS)

    def report(self) -> dict[str, Any]:
        """What is said of this worker."""
        report = self._status.snapshot()
        metrics = self._status.metrics
        report["latency"] = {
            stage.name: {str(bound): count for bound, count in counts.items()}
            for stage in STAGES
            if (counts := self._latency.over_window(stage.name, metrics.latency(stage.name), time.monotonic()))
        }
        report["dead_letters"] = _by_stage(metrics.count("redefluss_dead_letters"))
        report["retries"] = _by_stage(metrics.count("redefluss_retries"))
        report["memory"] = memory_bytes(report)
        report["web"] = f"http://{self._settings.web_host}:{self._settings.web_port}/"
        _mark_stopped(report)
        return report

    def _write(self, report: dict[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        process.stdin.write(orjson.dumps(report) + b"\n")

    async def _spawn(self) -> None:
        # In a session of its own, so that Ctrl-C is the worker's alone; it ends when its standard input does.
        self._process = await asyncio.create_subprocess_exec(
            *module_command("agents.web.collector"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._write({"settings": _plain(self._settings), "path": str(self._store)})


def memory_bytes(report: dict[str, Any]) -> dict[str, int]:
    """Resident memory of the worker's own process ("main") and of its pool's ("pool")."""
    return {
        "main": _resident(os.getpid()),
        "pool": sum(_resident(process["pid"]) for process in _started_processes(report)),
    }


def _started_processes(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The pool's processes that have an id already."""
    return [process for process in report.get("pool", {}).get("processes", ()) if process["pid"] is not None]


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _mark_stopped(report: dict[str, Any]) -> None:
    """A pool process that the system has stopped says nothing itself; the system does."""
    for process in _started_processes(report):
        try:
            stopped = psutil.Process(process["pid"]).status() == psutil.STATUS_STOPPED
        except psutil.Error:
            stopped = False
        if stopped:
            process["state"] = "stopped"


def _by_stage(counts: dict[tuple[str, ...], float]) -> dict[str, int]:
    stages: dict[str, int] = {}
    for (stage, *_), count in counts.items():
        stages[stage] = stages.get(stage, 0) + int(count)
    return stages


def _plain(settings: Settings) -> dict[str, Any]:
    left_out = {"web_token", *(f"{name}_file" for name in SECRETS)}  # what files held is told itself
    revealed = (
        (name, value.get_secret_value() if isinstance(value, SecretStr) else value)
        for name, value in settings
        if name not in left_out
    )
    return {name: str(value) if isinstance(value, Path) else value for name, value in revealed}
