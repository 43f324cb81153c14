"""The report of a worker on the topic `workers`, for the pages and health checks of all workers."""

import asyncio
import os
import time
from typing import Any, Protocol

from agents.announcements import reporting
from agents.metrics import Metrics
from agents.processes import is_stopped, resident_bytes
from agents.recent_latency import RecentLatency
from agents.settings import Settings
from pipeline.stages import STAGES

REPORT_SECONDS = 3.0
"""Between two reports of a worker."""


class StatusSource(Protocol):
    """What the stream lets the web view know of a worker. Thread-safe."""

    metrics: Metrics

    def snapshot(self) -> dict[str, Any]:
        """How the worker is, as plain JSON values."""
        ...


class WorkerReporter:
    """Makes the reports of one worker."""

    def __init__(self, settings: Settings, status: StatusSource) -> None:
        self._settings = settings
        self._status = status
        self._latency = RecentLatency()

    def report(self) -> dict[str, Any]:
        """How the worker is: its status, and what the system and its metrics know of it, as plain JSON values."""
        report = self._status.snapshot()
        metrics = self._status.metrics
        report["latency"] = {
            stage.name: {str(bound): count for bound, count in counts.items()}
            for stage in STAGES
            if (counts := self._latency.over_window(stage.name, metrics.latency(stage.name), time.monotonic()))
        }
        report["retries"] = _by_stage(metrics.count("redefluss_retries"))
        report["memory"] = memory_bytes(report)
        if self._settings.web_enabled:
            report["web"] = self._settings.web_address
        _mark_stopped(report)
        return report

    def last_report(self) -> dict[str, Any]:
        """The last report of a worker that ends by itself."""
        return {"worker": self._status.snapshot()["worker"], "left": True}


async def announce_worker(settings: Settings, reporter: WorkerReporter) -> None:
    """Report every three seconds until cancelled, and then that it has left: for a worker without pages.

    With pages, the process beside the worker that collects for them does it.
    """
    async with reporting(settings, reporter.report, reporter.last_report, seconds=REPORT_SECONDS):
        await asyncio.Event().wait()


def memory_bytes(report: dict[str, Any]) -> dict[str, int]:
    """Resident memory of the worker's own process ("main") and of its pool's ("pool")."""
    return {
        "main": resident_bytes(os.getpid()),
        "pool": sum(resident_bytes(process["pid"]) for process in _started_processes(report)),
    }


def _started_processes(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The pool's processes that have an id already."""
    return [process for process in report.get("pool", {}).get("processes", ()) if process["pid"] is not None]


def _mark_stopped(report: dict[str, Any]) -> None:
    """A pool process that the system has stopped says nothing itself; the system does."""
    for process in _started_processes(report):
        if is_stopped(process["pid"]):
            process["state"] = "stopped"


def _by_stage(counts: dict[tuple[str, ...], float]) -> dict[str, int]:
    stages: dict[str, int] = {}
    for (stage, *_), count in counts.items():
        stages[stage] = stages.get(stage, 0) + int(count)
    return stages
