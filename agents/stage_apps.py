"""The apps of a worker's stages: what is behind each (its runner, and the state that it keeps), and how they end."""

import asyncio
import contextlib
import logging
from functools import partial

from agents.app import StageApp, create_app
from agents.duplicates import DuplicateFilter
from agents.faust_adapter import COMMIT_SECONDS
from agents.head_start import HeadStart, NextStage
from agents.partitioner_check import PartitionerCheck
from agents.publisher import Publisher
from agents.runner import RunnerOptions
from agents.seen_replica import SeenReplica
from agents.seen_store import SeenStore
from agents.settings import Settings
from agents.stage_runner import StageRunner
from agents.state_replica import StateReplica
from agents.state_store import StateStore
from agents.stateful_processor import StatefulProcessor
from agents.stateful_runner import StatefulRunner
from agents.status import WorkerStatus
from agents.topic_replica import TopicReplica
from agents.topics import SEEN_TOPIC
from agents.tracing import Tracing
from pipeline.stages import Stage

log = logging.getLogger("redefluss.stage_apps")

STOP_APP_SECONDS = 15.0
"""For an app to leave its consumer group, before its connection is cut."""
CLOSE_SECONDS = 2.0


class StageApps:
    """Makes the apps; keeps the stores of their state, which outlive a connection that is lost.

    Args:
        settings: all of them.
        head_start: does the work of stages without a state.
        status: what is told of it.
        tracing: gets a span of each message.
    """

    def __init__(self, settings: Settings, *, head_start: HeadStart, status: WorkerStatus, tracing: Tracing) -> None:
        self._settings = settings
        self._head_start = head_start
        self._status = status
        self._tracing = tracing
        self._seen_store: SeenStore | None = None
        self._state_stores: dict[str, StateStore] = {}
        self._replicas: list[TopicReplica] = []

    def make(self, stage: Stage, publisher: Publisher, *, embedded: bool) -> StageApp:
        """The app of a stage, not started; what its state is restored from is read from now on."""
        seen = self._follow_seen(stage)
        state = self._restore_state(stage)
        common = RunnerOptions(settings=self._settings, publisher=publisher, status=self._status, tracing=self._tracing)
        duplicates = None if seen is None else DuplicateFilter(self._settings, seen, publisher)
        runner = (
            StageRunner(stage, head_start=self._head_start, duplicates=duplicates, **common)
            if state is None
            else StatefulRunner(stage, state=state, **common)
        )
        app = create_app(
            self._settings,
            stage,
            runner.handle,
            embedded=embedded,
            on_rebalance=partial(self._status.metrics.increment, "redefluss_rebalances", stage.name),
            on_commit_failure=partial(self._status.metrics.increment, "redefluss_commit_failures", stage.name),
            remembered=None if duplicates is None else publisher.background_sent,
        )
        app.partitioner_check = PartitionerCheck(self._settings, stage, self._status.metrics)
        state_holder = seen or state
        app.assignment_listener = None if state_holder is None else state_holder.assign
        if isinstance(runner, StageRunner):
            source = self._settings.topic(stage.source)
            self._head_start.follow(source, NextStage(runner, partial(publisher.partitions, source), app.assigned))
        return app

    def _follow_seen(self, stage: Stage) -> SeenReplica | None:
        """Begin to read which articles were processed, if the stage wants to know."""
        if not (stage.deduplicates and self._settings.duplicate_hours):
            return None
        if self._seen_store is None:
            folder = self._settings.data_dir / self._settings.topic(SEEN_TOPIC)
            self._seen_store = SeenStore(folder, self._settings.known_article_hours * 3600)
        seen = SeenReplica(self._settings, stage.source, self._seen_store)
        self._replicas.append(seen)
        seen.start()
        return seen

    def _restore_state(self, stage: Stage) -> StatefulProcessor | None:
        """Begin to read what the stage has given out, if it goes on from that."""
        if not stage.stateful:
            return None
        store = self._state_stores.get(stage.name)
        if store is None:
            folder = self._settings.data_dir / self._settings.topic(stage.target)
            store = StateStore(folder, self._settings.known_statement_days * 86_400)
            self._state_stores[stage.name] = store
        states = stage.load(self._settings.pipeline)
        replica = StateReplica(self._settings, stage, states, store)
        self._replicas.append(replica)
        replica.start()
        return StatefulProcessor(stage, states, replica)

    def topics_copied(self) -> set[tuple[str, str]]:
        """Names, with prefix, and ids of the topics that the state is restored from, as far as they are known."""
        return {topic for replica in self._replicas for topic in replica.topic_ids.items()}

    async def stop_replicas(self) -> None:
        """Read no more state, once the apps are stopped."""
        for replica in self._replicas:
            await replica.stop()
        self._replicas = []

    def close(self) -> None:
        """Close the stores."""
        for store in (self._seen_store, *self._state_stores.values()):
            if store is not None:
                store.close()


async def leave(app: StageApp) -> None:
    """Commit, and leave the group; a broker that does not answer the one is not waited for with the other."""
    try:
        answered = await asyncio.wait_for(app.offsets.commit_or_log(), COMMIT_SECONDS)
    except TimeoutError:  # another commit was under way
        answered = False
    if answered:
        await _stop(app)
    else:
        log.warning("%s: the broker does not answer; its connection is cut", app.conf.id)
        await _cut_off(app)


async def _stop(app: StageApp) -> None:
    stopping = asyncio.ensure_future(app.stop())
    done, _ = await asyncio.wait({stopping}, timeout=STOP_APP_SECONDS)  # mode's `stop` ends like any when cancelled
    if not done:
        log.warning("%s did not leave its consumer group in time; its connection is cut", app.conf.id)
        stopping.cancel()
        ended = asyncio.gather(stopping, return_exceptions=True)  # or asyncio would log what it may raise
        await asyncio.gather(_cut_off(app), asyncio.wait({ended}, timeout=CLOSE_SECONDS))
    elif error := stopping.exception():
        log.warning("%s stopped with %r; its connection is cut", app.conf.id, error)
        await _cut_off(app)


async def _cut_off(app: StageApp) -> None:
    """End what is connected in an app that cannot be stopped; its own producer, which nobody uses, holds nothing."""
    app.abort_consumer()
    with contextlib.suppress(Exception):
        await asyncio.wait_for(app.producer.stop(), CLOSE_SECONDS)
