"""One Faust app for each stage, and the places where Faust's way with offsets is not safe enough.

An app is a consumer group; one per stage lets workers that run all stages and
workers that run some share a cluster. Verified against the Faust version that
`check_faust_version` names.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any, cast

import faust
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.exceptions import ConsumerNotStarted
from faust.types import TP
from mode.supervisors import OneForOneSupervisor
from yarl import URL

from agents import kafka
from agents.consumer import PromptConsumer
from agents.runner import Incoming, StageRunner
from agents.settings import Settings

log = logging.getLogger("redefluss.app")

FAUST_VERSIONS = ("0.11.", "0.15.")
EMBEDDED_SESSION_SECONDS = 4.0
"""Joining a group on the embedded broker takes about half the session timeout."""
MAX_POLL_SECONDS = 3600.0
COMMIT_SECONDS = 10.0
THREAD_SECONDS = 5.0
NEVER_SECONDS = 10 * 365 * 86_400.0


def check_faust_version() -> None:
    """Say so if Faust is not one that the work-arounds here were tried with."""
    installed = version("faust-streaming")
    if not installed.startswith(FAUST_VERSIONS):
        log.warning("faust-streaming %s is not a version this was tried with", installed)


class PatientSupervisor(OneForOneSupervisor):
    """Restarts actors however often it takes; Faust's ends the whole program after a few in a short time."""

    def __init__(self, *services: Any, **options: Any) -> None:
        super().__init__(*services, **(options | {"max_restarts": 1e9, "over": 1.0}))


class StageApp(faust.App):
    """A Faust app whose offsets are committed by what is confirmed, and by nothing else.

    Faust acks an event when the agent's body is left, also by an error or by
    the cancellation at a rebalance, and commits by what is acked. Here agents
    run without acks (`noack`): `done` is called when a message has reached its
    end, and `commit_done` commits just that: now and then, before partitions are
    given up, and at the end.
    """

    settings_of_stream: Settings
    runner: StageRunner
    on_assignment: Callable[[Iterable[int]], None] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._done: dict[TP, int] = {}
        self._committed: dict[TP, int] = {}
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._commit_lock = asyncio.Lock()
        self._committed_at = 0.0
        self.draining = False

    def assigned(self) -> list[int]:
        """The partitions of the source topic that are this worker's, ascending. Any thread may ask, at any time."""
        consumer = self._consumer  # `self.consumer` would make a second one, of the thread that asks, during the start
        if consumer is None:
            return []
        try:
            partitions = consumer.assignment()
        except ConsumerNotStarted:
            return []
        source = self.settings_of_stream.topic(self.runner.stage.source)
        return sorted(tp.partition for tp in partitions if tp.topic == source)

    async def carry(self, event: Any) -> None:
        """Bring one event to its end, and note its offset."""
        if self.draining:
            await asyncio.Event().wait()  # until this actor is cancelled; the message stays uncommitted
        message = event.message
        self._busy += 1
        self._idle.clear()
        try:
            await self.runner.handle(incoming(message))
            if message.generation_id == self.consumer_generation_id:
                self._done[message.tp] = message.offset + 1
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()

    async def drain(self, seconds: float) -> bool:
        """Begin nothing more, and wait until what is in flight has reached its end; whether it did in time."""
        self.draining = True
        return await self._wait_idle(seconds)

    def cut_off(self) -> None:
        """End the consumer of an app whose `stop` hangs: its thread would go on telling the broker that it lives."""
        if self._consumer is None:
            return
        loop = cast(Any, self._consumer)._thread.thread_loop

        def cancel_all() -> None:
            for task in asyncio.all_tasks(loop):
                task.cancel()

        with contextlib.suppress(RuntimeError):  # it has ended meanwhile
            loop.call_soon_threadsafe(cancel_all)

    async def _wait_idle(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def commit_due(self) -> bool:
        """Whether it is time to commit: when nothing is in flight, and now and then while there always is something."""
        waited_seconds = time.monotonic() - self._committed_at
        return not self._busy or waited_seconds >= self.settings_of_stream.commit_interval_seconds

    async def commit_done(self) -> None:
        """Commit what has reached its end in the partitions that are still ours."""
        async with self._commit_lock:
            self._committed_at = time.monotonic()
            try:
                assignment = self.consumer.assignment()
            except ConsumerNotStarted:
                return
            pending = {
                tp: offset
                for tp, offset in self._done.items()
                if tp in assignment and self._committed.get(tp) != offset
            }
            if not pending:
                return
            offsets = {
                TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(offset, "") for tp, offset in pending.items()
            }
            thread: Any = cast(Any, self.consumer)._thread
            try:
                # By the clock here as well: the consumer's thread may be what hangs.
                await asyncio.wait_for(thread.call_thread(_commit, thread, offsets), COMMIT_SECONDS + THREAD_SECONDS)
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("%s: commit failed (%s); tried again", self.conf.id, type(error).__name__)
                return
            self._committed |= pending

    def _new_transport(self) -> Any:
        transport: Any = super()._new_transport()
        transport.Consumer = PromptConsumer
        return transport

    async def _on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        if self.on_assignment is not None:
            source = self.settings_of_stream.topic(self.runner.stage.source)
            self.on_assignment(tp.partition for tp in assigned if tp.topic == source)
        await super()._on_partitions_assigned(assigned, generation_id)

    async def _consumer_wait_empty(self, consumer: Any, logger: Any) -> None:  # noqa: ARG002
        """Called by Faust before partitions are given up, at a rebalance and at the end."""
        limit = self.settings_of_stream.drain_seconds
        if not await self._wait_idle(min(limit, self.conf.broker_rebalance_timeout / 2)):
            log.warning("%s: gave partitions up with messages in flight; they will be repeated", self.conf.id)
        await self.commit_done()
        # Another worker may have the partitions next: nothing noted until now counts after that.
        self._done.clear()
        self._committed.clear()


async def _commit(thread: Any, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
    await asyncio.wait_for(thread._ensure_consumer().commit(offsets), COMMIT_SECONDS)


def incoming(message: Any) -> Incoming:
    """Faust's message as the runner sees it."""
    headers = message.headers or ()
    pairs: Sequence[tuple[str, bytes]] = list(headers.items()) if isinstance(headers, dict) else list(headers)
    return Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=round(message.timestamp * 1000),
        key=message.key,
        value=message.value,
        headers=pairs,
    )


def create_app(settings: Settings, runner: StageRunner, *, embedded: bool) -> StageApp:
    """The app of a stage, with its one agent. Pages are on an app of their own."""
    state = settings.data_dir / "faust"
    state.mkdir(parents=True, exist_ok=True)
    session_seconds = settings.session_timeout_seconds
    if embedded:
        session_seconds = min(session_seconds, EMBEDDED_SESSION_SECONDS)
    app = StageApp(
        settings.group(runner.stage.name),
        broker=[URL(f"kafka://{server}") for server in settings.bootstrap_servers],
        broker_credentials=_credentials(settings),
        broker_session_timeout=session_seconds,
        broker_heartbeat_interval=min(3.0, session_seconds / 4),
        broker_request_timeout=max(40.0, session_seconds + 10),
        broker_rebalance_timeout=max(60.0, settings.drain_seconds + settings.time_limit_seconds),
        broker_max_poll_interval=MAX_POLL_SECONDS,
        broker_max_poll_records=settings.buffer_messages,
        broker_commit_interval=settings.commit_interval_seconds,
        broker_commit_livelock_soft_timeout=NEVER_SECONDS,  # it watches acks, which are not used
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=kafka.FETCH_BYTES,
        consumer_metadata_max_age_ms=10_000,
        producer_request_timeout=settings.publish_timeout_seconds,
        stream_buffer_maxsize=settings.buffer_messages,
        topic_partitions=settings.partitions,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        datadir=state,
        key_serializer="raw",
        value_serializer="raw",
        autodiscover=False,
        debug=False,
        web_enabled=False,
    )
    app.settings_of_stream = settings
    app.runner = runner
    source = app.topic(
        settings.topic(runner.stage.source),
        key_serializer="raw",
        value_serializer="raw",
        key_type=bytes,
        value_type=bytes,
        partitions=settings.partitions,
    )

    @app.agent(
        source,
        name=runner.stage.name,
        isolated_partitions=True,
        concurrency=1,
        supervisor_strategy=PatientSupervisor,
    )
    async def carry(stream: Any) -> None:
        try:
            async for event in stream.noack().events():
                await app.carry(event)
        except asyncio.CancelledError:
            # Its partition was given up. Faust would count this as a crash and start the actor again.
            log.debug("%s: a partition was given up", app.conf.id)

    return app


def _credentials(settings: Settings) -> Any:
    if settings.sasl_mechanism:
        assert settings.sasl_password is not None
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password.get_secret_value(),
            mechanism=settings.sasl_mechanism,
            ssl_context=settings.ssl_context(),
        )
    context = settings.ssl_context()
    return faust.SSLCredentials(context=context) if context else None
