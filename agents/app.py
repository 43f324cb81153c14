"""One Faust app for each stage.

An app is a consumer group; one per stage lets workers that run all stages and
workers that run some share a cluster.
"""

import asyncio
import logging
import math
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import faust
from faust.types import TP
from yarl import URL

from agents import kafka
from agents.faust_adapter import AdaptedApp, AlwaysRestartSupervisor, waiting_events
from agents.headers import worker_name
from agents.incoming import Incoming
from agents.membership import Membership, OwnershipLost
from agents.offsets import Offsets
from agents.partition_assignor import SamePartitionsAssignor
from agents.partitioner_check import PartitionerCheck
from agents.publisher import BeforeSend
from agents.rebalance import TableManager
from agents.settings import Settings
from pipeline.stages import Stage

log = logging.getLogger("redefluss.app")

EMBEDDED_SESSION_SECONDS = 4.0
"""Joining a group on the embedded broker takes about half the session timeout."""
MAX_POLL_SECONDS = 3600.0
NEVER_SECONDS = 10 * 365 * 86_400.0


class HandleMessages(Protocol):
    """Brings messages to their end, as `Runner.handle` does; raises OwnershipLost if `before_publish` did."""

    def __call__(self, *messages: Incoming, before_publish: BeforeSend) -> Awaitable[None]: ...


class StageApp(AdaptedApp):
    """A Faust app whose offsets are committed by what is confirmed, and by nothing else.

    Faust acks an event when the agent's body is left, also by an error or by
    the cancellation at a rebalance, and commits by what is acked. Here agents
    run without acks (`noack`): `offsets` marks a message when it is finished, and
    commits just that: now and then, before partitions are revoked, and at the end.
    """

    stream_settings: Settings
    stage: Stage
    handle: HandleMessages
    on_rebalance: Callable[[], None]
    offsets: Offsets
    assignment_listener: Callable[[Iterable[int]], None] | None = None
    partitioner_check: PartitionerCheck | None = None
    committing: asyncio.Future[None] | None = None
    draining = False
    failed = False

    def assigned(self) -> list[int]:
        """The partitions of the source topic that are this worker's, ascending. Any thread may ask, at any time."""
        return self._of_source(self.owned() or ())

    async def process(self, *events: Any) -> None:
        """Bring events of one partition, in its order, to their end, and then mark their offsets as finished.

        If that fails, nothing is marked, and the app has `failed`: the worker connects again, and reads them again.
        """
        if self.draining:
            await _until_cancelled()
        read = [incoming(event.message) for event in events]
        last = events[-1].message
        with self.offsets.in_flight():
            try:
                if self.partitioner_check is not None:
                    for message in read:
                        await self.partitioner_check.check(message)
                await self.handle(*read, before_publish=lambda: self.check_owner(last.generation_id))
            except OwnershipLost:
                log.warning(
                    "%s: nothing is published for %s to %d: its partition may belong to another worker by now",
                    *(self.conf.id, read[0], last.offset),
                )
                return  # not marked: whoever has the partition next begins where was committed
            except Exception:
                log.exception("%s: %s to %d came to no end", self.conf.id, read[0], last.offset)
                self.failed = True
            else:
                self.offsets.mark_finished(last.tp, last.offset, generation=last.generation_id)
                return
        await _until_cancelled()  # an actor that goes on or begins again would leave these messages out

    async def drain(self, seconds: float) -> bool:
        """Begin nothing more, and wait until what is in flight has reached its end; whether it did in time."""
        self.draining = True
        return await self.offsets.wait_idle(seconds)

    async def on_started(self) -> None:
        """Faust calls this once everything runs: from now on, commit."""
        await super().on_started()
        self.committing = self.add_future(self.offsets.commit_regularly())

    def abort_consumer(self) -> None:
        """End what goes on by itself in an app whose `stop` hangs or fails."""
        if self.committing is not None:
            self.committing.cancel()
        super().abort_consumer()

    def on_assigned(self, partitions: set[TP]) -> None:
        """Forget what was finished after partitions were given up; tell who counts rebalances, and who keeps state."""
        self.offsets.clear()
        self.on_rebalance()
        if self.assignment_listener is not None:
            self.assignment_listener(self._of_source(partitions))

    async def on_revoked(self) -> None:
        """Let what is in flight reach its end, commit, and forget the marks."""
        limit = min(self.stream_settings.drain_seconds, self.conf.broker_rebalance_timeout / 2)
        if self.draining:
            limit = 0.0  # it has been waited for already
        if not await self.offsets.wait_idle(limit):
            log.warning(
                "%s: partitions were given up with messages still in work; these will be processed again", self.conf.id
            )
        await self.offsets.commit()
        self.offsets.clear()

    def _of_source(self, partitions: Iterable[TP]) -> list[int]:
        source = self.stream_settings.topic(self.stage.source)
        return sorted(tp.partition for tp in partitions if tp.topic == source)


async def _until_cancelled() -> None:
    """Begin nothing more in this actor; its messages stay uncommitted."""
    await asyncio.Event().wait()


def incoming(message: Any) -> Incoming:
    """Faust's message as the runner sees it."""
    headers = message.headers or ()
    pairs: Sequence[tuple[str, bytes]] = list(headers.items()) if isinstance(headers, dict) else list(headers)
    return Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=-1 if message.timestamp is None else round(message.timestamp * 1000),
        key=message.key,
        value=message.value,
        headers=pairs,
    )


def create_app(
    settings: Settings,
    stage: Stage,
    handle: HandleMessages,
    *,
    embedded: bool,
    on_rebalance: Callable[[], None] = lambda: None,
    on_commit_failure: Callable[[], None] = lambda: None,
    remembered: Callable[[], Awaitable[None]] | None = None,
) -> StageApp:
    """The app of a stage, with its one agent. Pages are on an app of their own.

    Args:
        settings: all of them.
        stage: whose source topic is read.
        handle: what brings each message to its end.
        embedded: whether the broker is the embedded one.
        on_rebalance: told of each assignment of partitions.
        on_commit_failure: told of each commit that was not confirmed.
        remembered: awaited before each commit; see `Offsets`.
    """
    kafka.adapt_consumers(settings)
    session_seconds = min(settings.session_timeout_seconds, EMBEDDED_SESSION_SECONDS if embedded else math.inf)
    app = StageApp(settings.group(stage.name), **_faust_settings(settings, session_seconds))
    app.stream_settings = settings
    app.membership = Membership(session_seconds)
    app.commits_name_topics = not embedded
    app.stage = stage
    app.handle = handle
    app.on_rebalance = on_rebalance
    app.offsets = Offsets(
        app,
        name=app.conf.id,
        interval_seconds=settings.commit_interval_seconds,
        on_failure=on_commit_failure,
        remembered=remembered,
    )
    source = app.topic(
        settings.topic(stage.source),
        key_serializer="raw",
        value_serializer="raw",
        key_type=bytes,
        value_type=bytes,
        partitions=settings.partitions,
    )

    @app.agent(
        source,
        name=stage.name,
        isolated_partitions=True,
        concurrency=1,
        supervisor_strategy=AlwaysRestartSupervisor,
    )
    async def process(stream: Any) -> None:
        try:
            unacked = stream.noack()
            async for event in unacked.events():
                together = waiting_events(unacked, event, kafka.FETCH_BYTES) if stage.stateful else ()
                await app.process(event, *together)
        except asyncio.CancelledError:
            # Its partition was given up. Faust would count this as a crash and start the actor again.
            log.debug("%s: a partition was revoked", app.conf.id)

    return app


def _faust_settings(settings: Settings, session_seconds: float) -> dict[str, Any]:
    """What Faust is told of the broker, of buffers and of its folder."""
    folder = settings.data_dir / "faust"
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "broker": [URL(f"kafka://{server}") for server in settings.bootstrap_servers],
        "broker_credentials": _credentials(settings),
        "broker_session_timeout": session_seconds,
        "broker_heartbeat_interval": min(3.0, session_seconds / 4),
        "broker_request_timeout": max(40.0, session_seconds + 10),
        "broker_rebalance_timeout": max(60.0, settings.drain_seconds + settings.time_limit_seconds),
        "broker_max_poll_interval": MAX_POLL_SECONDS,
        "broker_max_poll_records": settings.buffer_messages,
        "broker_commit_interval": settings.commit_interval_seconds,
        "broker_commit_livelock_soft_timeout": NEVER_SECONDS,  # it watches acks, which are not used
        "stream_processing_timeout": NEVER_SECONDS,  # it counts from the start, and a partition may be new
        "consumer_auto_offset_reset": "earliest",
        "consumer_max_fetch_size": kafka.FETCH_BYTES,
        "consumer_metadata_max_age_ms": kafka.METADATA_AGE_MS,
        "producer_request_timeout": settings.publish_timeout_seconds,
        "stream_buffer_maxsize": settings.buffer_messages,
        "topic_partitions": settings.partitions,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "store": "memory://",
        "datadir": folder,
        "key_serializer": "raw",
        "value_serializer": "raw",
        "autodiscover": False,
        "debug": False,
        "web_enabled": False,
        "PartitionAssignor": SamePartitionsAssignor,
        "TableManager": TableManager,
        "canonical_url": f"worker:{worker_name(os.getpid())}",  # tells the assignor workers apart; nobody opens it
    }


def _credentials(settings: Settings) -> Any:
    if settings.token_provider is not None:
        return faust.OAuthCredentials(oauth_cb=settings.token_provider, ssl_context=settings.ssl_context())
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
