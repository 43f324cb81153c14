"""The worker: pool, publisher and one app a stage in one process, from start to drained end."""

import asyncio
import errno
import logging
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import uvloop
from aiokafka.errors import KafkaError

from agents import cluster, topic_identity, topics
from agents.app import StageApp
from agents.head_start import HeadStart
from agents.local_store import STORE_RETRY_SECONDS, LocalStoreError
from agents.needed_permissions import of_reports, of_stages, of_web_view, topics_of
from agents.permissions import MissingPermission
from agents.pool.pool import Pool
from agents.processes import return_free_memory, share_one_arena, spare_garbage_collection
from agents.publisher import Publisher
from agents.settings import Settings
from agents.stage_apps import StageApps, leave
from agents.stage_jobs import StageSetup
from agents.stall_detector import StallDetector
from agents.status import WorkerStatus
from agents.tracing import NoTracing, OpenTelemetryTracing, Tracing, TracingMissing
from agents.web.auth import UnsafeListening
from agents.web.view import PortTaken, WebView, check_port
from agents.worker_report import WorkerReporter, announce_worker
from pipeline.stages import STAGES, stage_named
from schemas.codec import one_line

log = logging.getLogger("redefluss.worker")

LOADER = "agents.stage_jobs:load"
TICK_SECONDS = 1.0
"""Between signs of life of the event loop."""
RETURN_MEMORY_SECONDS = 10.0
"""Between times at which free memory goes back to the system, which takes a millisecond."""
START_APPS_SECONDS = 300.0
"""More than any rebalance takes."""
RESTART_SECONDS = 2.0
"""Before the next try after a connection broke."""


class WorkerError(Exception):
    """The worker cannot run as it is told to: one line for the user."""


FINAL = (WorkerError, cluster.BrokerRefuses, MissingPermission)
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
    """See that files can be made in the folder; a full disk is waited for later.

    Raises:
        WorkerError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except (FileExistsError, NotADirectoryError):
        raise WorkerError(f"REDEFLUSS_DATA_DIR={folder}: not a folder") from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
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
        self.status.assignment = self._assignment
        self.status.unconfirmed = lambda: 0 if self._publisher is None else self._publisher.unconfirmed
        self._pool = Pool(
            loader=loader,
            argument=StageSetup(tuple(stage.name for stage in self._stages if not stage.stateful), settings.pipeline),
            processes=settings.processes,
            time_limit_seconds=settings.time_limit_seconds,
            memory_bytes=settings.process_memory_bytes,
            on_restart=self.status.metrics.pool_restarted,
            on_retry=self.status.metrics.retried,
        )
        self.status.pool = self._pool
        self._apps: list[StageApp] = []
        self._publisher: Publisher | None = None
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
        """Connect and run, until told to stop or the connection breaks; whatever a client raises then can pass."""
        try:
            if await self._until_stopped(self._prepare()):
                await self._serve()
        except FINAL:
            raise
        except LocalStoreError as error:
            log.warning("%s; trying again", error)
            await self._until_stopped(asyncio.sleep(STORE_RETRY_SECONDS))
        except Exception as error:
            log.warning("the connection failed (%s: %s); reconnecting", type(error).__name__, one_line(str(error)))
            await self._until_stopped(asyncio.sleep(RESTART_SECONDS))

    async def _until_stopped(self, coroutine: Any) -> bool:
        """Await `coroutine`, unless stopping comes first; whether it ended by itself."""
        task = asyncio.ensure_future(coroutine)
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if task.done():
            task.result()
            return True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return False

    async def _prepare(self) -> None:
        """Wait for the broker; topics and connection made."""
        while True:
            try:
                await cluster.wait_for_broker(self._settings)
                await self._check_topics()
                embedded = await cluster.is_embedded(self._settings)
                publisher = Publisher(
                    self._settings,
                    embedded=embedded,
                    busy=lambda: self._pool.busy,
                    on_retry=self.status.metrics.publish_retried,
                )
                await publisher.start()
            except (KafkaError, OSError, topics.TopicError) as error:
                log.warning("the broker is not ready (%s); trying again", error)
                await asyncio.sleep(RESTART_SECONDS)
                continue
            self._publisher = publisher
            try:
                self._apps = [self._stage_apps.make(stage, publisher, embedded=embedded) for stage in self._stages]
            except Exception:
                await self._shut_down()
                raise
            return

    async def _check_topics(self) -> None:
        """Create the topics that are missing; say which permissions are.

        Raises:
            MissingPermission: one without which the stages cannot do their work.
        """
        needs = of_stages(self._settings, self._stages)
        await self._ensure(topics_of(self._settings, needs))
        await cluster.require(self._settings, needs)
        try:
            needs = of_web_view(self._settings) if self._settings.web_enabled else of_reports(self._settings)
            await self._ensure(topics_of(self._settings, needs))
            await cluster.require(self._settings, needs)
        except MissingPermission as error:
            log.warning("the web view will not show everything: %s", error)

    async def _ensure(self, names: Sequence[str]) -> None:
        for report in await topics.ensure(self._settings, names):
            if report.created:
                log.info("created topic %s with %d partitions", report.name, report.partitions)

    def _make_view(self) -> WebView | None:
        if not self._settings.web_enabled:
            return None
        try:
            check_port(self._settings)
            return WebView(self._settings, self.status)
        except (PortTaken, UnsafeListening) as error:
            raise WorkerError(str(error)) from None

    async def _serve(self) -> None:
        """Run the apps until told to stop or one of them breaks."""
        publisher = self._publisher
        assert publisher is not None
        detector = StallDetector(self._settings, max(stage.time_limit_seconds or 0.0 for stage in self._stages))
        watch = detector.watch(
            lambda: self._stall_candidates(detector.patience_seconds), lambda: publisher.last_failure_at
        )
        stalled = asyncio.create_task(watch)
        replaced = asyncio.create_task(topic_identity.watch(self._settings, self._topics_read))
        try:
            starting = asyncio.gather(*(app.start() for app in self._apps))
            if not await self._until_stopped(asyncio.wait_for(starting, START_APPS_SECONDS)):
                return
            log.info("running %s on %s", ", ".join(stage.name for stage in self._stages), self._settings.broker)
            while not self._stop.is_set():
                if self._pool.broken is not None and self._pool.broken.done():
                    self.status.models_failed(self._pool.broken.result())
                    raise WorkerError(self._pool.broken.result())
                broken = [app for app in self._apps if app.crashed or app.failed]
                if broken:
                    log.warning("%s failed; reconnecting", ", ".join(app.conf.id for app in broken))
                    break
                if stalled.done():
                    log.warning("%s is not processed though the broker answers; reconnecting", stalled.result())
                    break
                if replaced.done():
                    log.warning("%s was created again; it is read from its beginning", replaced.result())
                    break
                await self._until_stopped(asyncio.sleep(TICK_SECONDS / 2))
        finally:
            stalled.cancel()
            replaced.cancel()
            await self._shut_down()
            await asyncio.gather(stalled, replaced, return_exceptions=True)  # they close their clients

    def _topics_read(self) -> set[tuple[str, str]]:
        """Names, with prefix, and ids of the topics that the apps and the copies of their state have begun to read."""
        return {topic for app in self._apps for topic in app.topic_ids.items()} | self._stage_apps.topics_copied()

    async def _shut_down(self) -> None:
        """Finish what is in flight, commit, leave the groups."""
        started = time.monotonic()
        limit = self._settings.drain_seconds if self._stop.is_set() else 1.0
        drained = await asyncio.gather(*(app.drain(limit) for app in self._apps))
        if not all(drained):
            log.warning(
                "%d messages were still in work after %.0f s; they will be processed again",
                self.status.in_flight,
                limit,
            )
        await asyncio.gather(*(leave(app) for app in self._apps))
        self._apps = []
        self._head_start.stop()
        await self._stage_apps.stop_replicas()
        if self._publisher is not None:
            await self._publisher.stop()
        log.debug("shut down in %.1f s", time.monotonic() - started)

    async def _heartbeat(self) -> None:
        """Every second: a sign of life. Every ten: what messages have left behind goes back to the system."""
        loaded = False
        returned_at = time.monotonic()
        while True:
            self.status.loop_beat = time.monotonic()
            if not loaded and self._pool.ready:
                loaded = True
                self.status.metrics.model_loaded(self._pool.load_seconds)
                log.info("models ready after %.1f s", self._pool.load_seconds)
            if self.status.loop_beat - returned_at >= RETURN_MEMORY_SECONDS:
                return_free_memory()
                returned_at = self.status.loop_beat
            await asyncio.sleep(TICK_SECONDS)

    def _assignment(self) -> dict[str, list[int]]:
        """By stage that has joined its group, the partitions of its source topic that are this worker's."""
        running = [app for app in list(self._apps) if app.started and not app.should_stop and app.membership.joined]
        return {app.stage.name: app.assigned() for app in running}

    def _stall_candidates(self, patience_seconds: float) -> dict[str, list[int]]:
        """What is assigned, but for partitions with a message in the pool while it gets on: that one waits its turn."""
        gets_on = time.monotonic() - self._pool.last_progress_at < patience_seconds
        in_flight = self.status.partitions_in_flight() if gets_on else set()
        return {
            stage: [number for number in partitions if (stage, number) not in in_flight]
            for stage, partitions in self._assignment().items()
        }


def _make_tracing(settings: Settings) -> Tracing:
    try:
        return OpenTelemetryTracing() if settings.tracing else NoTracing()
    except TracingMissing as error:
        raise WorkerError(str(error)) from None
