"""The worker process: the pool and what runs beside it, from start to end, and one session after the other on Kafka."""

import asyncio
import errno
import logging
import signal
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import uvloop

from agents import cluster
from agents.head_start import HeadStart
from agents.listening import PortTaken, check_web_port
from agents.local_store import STORE_RETRY_SECONDS, LocalStoreError
from agents.permissions import MissingPermission
from agents.pool.fork_server_supervisor import PoolError
from agents.pool.pool import Pool
from agents.processes import return_free_memory, share_one_arena, spare_garbage_collection
from agents.settings import Settings
from agents.stage_apps import StageApps
from agents.stage_jobs import StageSetup
from agents.status import WorkerStatus
from agents.stopping import until_stopped
from agents.tracing import NoTracing, OpenTelemetryTracing, Tracing, TracingMissing
from agents.web.auth import UnsafeListening
from agents.web.view import WebView
from agents.worker_report import WorkerReporter, announce_worker
from agents.worker_session import RESTART_SECONDS, WorkerSession
from pipeline.stages import STAGES, stage_named
from schemas.codec import one_line

log = logging.getLogger("redefluss.worker")

LOADER = "agents.stage_jobs:load"
TICK_SECONDS = 1.0
"""Between signs of life of the event loop."""
RETURN_MEMORY_SECONDS = 10.0
"""Between times at which free memory goes back to the system, which takes a millisecond."""


class WorkerError(Exception):
    """The worker cannot run as it is told to: one line for the user."""


FINAL = (cluster.BrokerRefuses, MissingPermission)
"""What no other try would change."""


def run(settings: Settings, stages: Sequence[str] = (), *, loader: str = LOADER) -> int:
    """Run the named stages (none: all) until SIGTERM or SIGINT; the exit code.

    Waits for a broker that is not there yet, creates missing topics, and
    restarts what the loss of a connection has ended.

    Args:
        settings: all of them.
        stages: names of stages.
        loader: `module:function` that a pool process calls with a `StageSetup` for what performs jobs.

    Raises:
        WorkerError: unknown stage, a model that cannot be loaded, a port that is taken, a file for TLS of no use, a
            folder for data that cannot be written to.
        BrokerRefuses: certificates or log-in do not fit.
        MissingPermission: the log-in lacks what the stages need.
    """
    try:
        names = tuple(dict.fromkeys(stage_named(name).name for name in stages)) or tuple(s.name for s in STAGES)
    except ValueError as error:
        raise WorkerError(str(error)) from None
    try:
        settings.ssl_context()
    except OSError as error:
        raise WorkerError(str(error)) from None
    _check_writable(settings.data_dir)
    share_one_arena()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(Worker(settings, names, loader).main())


def _check_writable(folder: Path) -> None:
    """See that files can be made in the folder; a full disk or a quota that is used up is waited for later.

    Raises:
        WorkerError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except (FileExistsError, NotADirectoryError):
        raise WorkerError(f"REDEFLUSS_DATA_DIR={folder}: not a folder") from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise WorkerError(f"REDEFLUSS_DATA_DIR={folder}: {error.strerror or error}") from None


class Worker:
    """One worker process.

    Args:
        settings: all of them.
        stages: names of the stages to run.
        loader: what a pool process calls.
    """

    def __init__(self, settings: Settings, stages: Sequence[str], loader: str) -> None:
        self._settings = settings
        self._stages = [stage_named(name) for name in stages]
        self.status = WorkerStatus(stages, settings.model_de)
        self.status.assignment = lambda: {} if self._session is None else self._session.assignment()
        self.status.unconfirmed = lambda: 0 if self._session is None else self._session.unconfirmed
        self._pool = Pool(
            loader=loader,
            argument=StageSetup(tuple(stage.name for stage in self._stages if not stage.stateful), settings.pipeline),
            processes=settings.processes,
            time_limit_seconds=settings.time_limit_seconds,
            memory_bytes=settings.process_memory_bytes,
            on_restart=partial(self.status.metrics.increment, "redefluss_pool_restarts"),
            on_retry=partial(self.status.metrics.increment, "redefluss_retries"),
        )
        self.status.pool = self._pool
        self._session: WorkerSession | None = None
        self._stop = asyncio.Event()
        self._tracing = _make_tracing(settings)
        self._head_start = HeadStart(self._pool.run, idle=lambda: self._pool.idle)
        self._stage_apps = StageApps(settings, head_start=self._head_start, status=self.status, tracing=self._tracing)

    async def main(self) -> int:
        """Run until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        view = self._make_view()
        await self._pool.start()
        beside = [loop.create_task(self._heartbeat())]
        if view is None:
            beside.append(
                loop.create_task(announce_worker(self._settings, WorkerReporter(self._settings, self.status)))
            )
        try:
            if view is not None:
                await view.start()
            spare_garbage_collection()
            while not self._stop.is_set():
                await self._connect_and_serve()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if view is not None:
                await view.stop()
            await self._pool.stop()
            self._stage_apps.close()
            await asyncio.to_thread(self._tracing.stop)
        log.info("stopped")
        return 0

    async def _connect_and_serve(self) -> None:
        """One session, until told to stop or the connection breaks; whatever a client raises then can pass."""
        self._session = WorkerSession(
            self._settings,
            self._stages,
            stage_apps=self._stage_apps,
            pool=self._pool,
            head_start=self._head_start,
            status=self.status,
            stop=self._stop,
        )
        try:
            await self._session.run()
        except FINAL:
            raise
        except PoolError as error:
            raise WorkerError(str(error)) from None
        except LocalStoreError as error:
            log.warning("%s; trying again", error)
            await until_stopped(self._stop, asyncio.sleep(STORE_RETRY_SECONDS))
        except Exception as error:
            log.warning("the connection failed (%s: %s); reconnecting", type(error).__name__, one_line(str(error)))
            await until_stopped(self._stop, asyncio.sleep(RESTART_SECONDS))

    def _make_view(self) -> WebView | None:
        if not self._settings.web_enabled:
            return None
        try:
            check_web_port(self._settings)
            return WebView(self._settings, self.status)
        except (PortTaken, UnsafeListening) as error:
            raise WorkerError(str(error)) from None

    async def _heartbeat(self) -> None:
        """Every second: a sign of life. Every ten: what messages have left behind goes back to the system."""
        loaded = False
        returned_at = time.monotonic()
        while True:
            self.status.loop_beat = time.monotonic()
            if not loaded and self._pool.ready:
                loaded = True
                self.status.metrics.set("redefluss_model_load_seconds", {(): self._pool.load_seconds})
                log.info("models ready after %.1f s", self._pool.load_seconds)
            if self.status.loop_beat - returned_at >= RETURN_MEMORY_SECONDS:
                return_free_memory()
                returned_at = self.status.loop_beat
            await asyncio.sleep(TICK_SECONDS)


def _make_tracing(settings: Settings) -> Tracing:
    try:
        return OpenTelemetryTracing() if settings.tracing else NoTracing()
    except TracingMissing as error:
        raise WorkerError(str(error)) from None
