"""The worker's side of the collector: keeps its process running, and gives it the reports of the worker."""

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
from mode import Service
from pydantic import SecretStr

from agents.processes import module_command
from agents.settings import Settings
from agents.worker_report import REPORT_SECONDS, WorkerReporter

RESTART_SECONDS = 2.0
TROUBLE_SECONDS = 60.0
"""The collector tries again, and says anew what stands in its way, more often than that."""
MOST_UNREAD_BYTES = 1_000_000
"""How much may wait in memory for a collector that does not read, as where the system has stopped it."""


class CollectorSupervisor(Service):
    """Runs with the app: a collector process, to which it gives a report of this worker every few seconds."""

    def __init__(self, settings: Settings, reporter: WorkerReporter, store: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._reporter = reporter
        self._store = store
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
            process.stdin.write(orjson.dumps(self._reporter.last_report()) + b"\n")
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
                try:
                    await self._spawn()
                except OSError as error:  # no room for a process just then; nobody else would start one
                    self._process = None
                    self.log.warning("the web view's collector cannot be started (%s); trying again", error)

    @Service.task
    async def _send_reports(self) -> None:
        while not self.should_stop:
            self._write(self._reporter.report())
            await self.sleep(REPORT_SECONDS)

    def _write(self, report: dict[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        if process.stdin.transport.get_write_buffer_size() < MOST_UNREAD_BYTES:  # else the next one says it again
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


def _plain(settings: Settings) -> dict[str, Any]:
    left_out = {"web_token", *(f"{name}_file" for name in settings.secrets())}  # what files held is told itself
    revealed = (
        (name, value.get_secret_value() if isinstance(value, SecretStr) else value)
        for name, value in settings
        if name not in left_out
    )
    return {name: str(value) if isinstance(value, Path) else value for name, value in revealed}
