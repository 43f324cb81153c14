"""The stages of a worker on one connection to the broker: from its beginning until it breaks, or the worker stops."""

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial

from aiokafka.errors import KafkaError

from agents import cluster, topic_identity, topics
from agents.app import StageApp
from agents.head_start import HeadStart
from agents.needed_permissions import of_reports, of_stages, of_web_view, topics_of
from agents.permissions import MissingPermission
from agents.pool.fork_server_supervisor import PoolError
from agents.pool.pool import Pool
from agents.publisher import Publisher
from agents.settings import Settings
from agents.stage_apps import StageApps, leave
from agents.stall_detector import StallDetector
from agents.status import WorkerStatus
from agents.stopping import until_stopped
from pipeline.stages import Stage

log = logging.getLogger("redefluss.worker")

LOOK_SECONDS = 0.5
"""Between looks whether everything still runs."""
START_APPS_SECONDS = 300.0
"""More than any rebalance takes."""
RESTART_SECONDS = 2.0
"""Before the next try after a connection broke, or could not be made."""


class WorkerSession:
    """One connection of a worker: the publisher and one app for each stage.

    Args:
        settings: all of them.
        stages: those that the worker runs.
        stage_apps: makes their apps.
        pool: does their work.
        head_start: begins with work before its message comes.
        status: what is told of it.
        stop: set when the worker is to stop.
    """

    def __init__(
        self,
        settings: Settings,
        stages: Sequence[Stage],
        *,
        stage_apps: StageApps,
        pool: Pool,
        head_start: HeadStart,
        status: WorkerStatus,
        stop: asyncio.Event,
    ) -> None:
        self._settings = settings
        self._stages = stages
        self._stage_apps = stage_apps
        self._pool = pool
        self._head_start = head_start
        self._status = status
        self._stop = stop
        self._apps: list[StageApp] = []
        self._publisher: Publisher | None = None

    @property
    def unconfirmed(self) -> int:
        """Messages sent and not confirmed yet."""
        return 0 if self._publisher is None else self._publisher.unconfirmed

    def assignment(self) -> dict[str, list[int]]:
        """By stage that has joined its group, the partitions of its source topic that are this worker's."""
        running = [app for app in list(self._apps) if app.started and not app.should_stop and app.membership.joined]
        return {app.stage.name: app.assigned() for app in running}

    async def run(self) -> None:
        """Connect and carry messages, until the worker is to stop or the connection breaks.

        Raises:
            PoolError: the pool cannot work.
            BrokerRefuses: certificates or log-in do not fit.
            MissingPermission: the log-in lacks what the stages need.
            LocalStoreError: the local copy of a topic cannot be opened.
            Exception: what a client raises when the connection breaks.
        """
        if await until_stopped(self._stop, self._prepare()):
            await self._serve()

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
                    on_retry=partial(self._status.metrics.increment, "redefluss_publish_retries"),
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
        looked_at = topics_of(self._settings, needs)
        await self._ensure(looked_at)
        await cluster.require(self._settings, needs)
        try:
            needs = of_web_view(self._settings) if self._settings.web_enabled else of_reports(self._settings)
            await self._ensure([name for name in topics_of(self._settings, needs) if name not in looked_at])
            await cluster.require(self._settings, needs)
        except MissingPermission as error:
            log.warning("the web view will not show everything: %s", error)

    async def _ensure(self, names: Sequence[str]) -> None:
        for report in await topics.ensure(self._settings, names):
            if report.created:
                log.info("created topic %s with %d partitions", report.name, report.partitions)

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
            if not await until_stopped(self._stop, self._start_apps()):
                return
            log.info("running %s on %s", ", ".join(stage.name for stage in self._stages), self._settings.broker)
            while not self._stop.is_set():
                if self._pool.broken is not None:
                    self._status.models_failed(self._pool.broken)
                    raise PoolError(self._pool.broken)
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
                await until_stopped(self._stop, asyncio.sleep(LOOK_SECONDS))
        finally:
            stalled.cancel()
            replaced.cancel()
            await self._shut_down()
            await asyncio.gather(stalled, replaced, return_exceptions=True)  # they close their clients

    async def _start_apps(self) -> None:
        async with asyncio.timeout(START_APPS_SECONDS):
            await asyncio.gather(*(app.start() for app in self._apps))

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
                self._status.in_flight,
                limit,
            )
        await asyncio.gather(*(leave(app) for app in self._apps))
        self._apps = []
        self._head_start.stop()
        await self._stage_apps.stop_replicas()
        if self._publisher is not None:
            await self._publisher.stop()
        log.debug("shut down in %.1f s", time.monotonic() - started)

    def _stall_candidates(self, patience_seconds: float) -> dict[str, list[int]]:
        """What is assigned, but for partitions with a message in the pool while it gets on: that one waits its turn."""
        gets_on = time.monotonic() - self._pool.last_progress_at < patience_seconds
        in_flight = self._status.partitions_in_flight() if gets_on else set()
        return {
            stage: [number for number in partitions if (stage, number) not in in_flight]
            for stage, partitions in self.assignment().items()
        }
