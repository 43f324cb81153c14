"""Faust's app, adapted: what Faust and mode do not offer publicly, each with its reason.

Such members of Faust, mode and aiokafka are used nowhere but here and in `agents/bounded_records.py`,
`agents/cluster.py` (the admin client's requests), `agents/faust_consumer.py`, `agents/lost_messages.py`,
`agents/observed_commits.py`, `agents/orderly_fetcher.py`, `agents/partition_assignor.py`, `agents/prompt_fetcher.py`,
`agents/quick_compression.py`, `agents/rebalance.py` and `agents/revocable_producer.py`.
`tests/agents/test_faust_adapter.py` fails when a member used here is renamed or works otherwise; `pyproject.toml`
allows only the versions that were tested.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import faust
from aiokafka.errors import UnknownTopicOrPartitionError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.exceptions import ConsumerNotStarted
from faust.types import TP
from mode.supervisors import OneForOneSupervisor

from agents import topic_identity
from agents.faust_consumer import LowLatencyConsumer
from agents.membership import Membership, OwnershipLost
from agents.web.connections import Connections, LimitedSite

COMMIT_SECONDS = 10.0
"""For the broker to confirm a commit."""
UNCERTAIN_SECONDS = 0.05
"""Between looks whether a membership that could not be confirmed for a while has been."""
THREAD_SECONDS = 5.0
"""Further, for the consumer's thread to take the call up."""


class AlwaysRestartSupervisor(OneForOneSupervisor):
    """Restarts actors however often it takes; Faust's ends the whole program after a few in a short time."""

    def __init__(self, *services: Any, **options: Any) -> None:
        super().__init__(*services, **(options | {"max_restarts": 1e9, "over": 1.0}))


def waiting_events(stream: Any, first: Any, enough_bytes: int) -> list[Any]:
    """The events that wait behind the one that an agent was given just now, taken out of the stream's buffer.

    Faust's own `take` waits for more of them. What was read in another generation is left out, as Faust does it.

    Args:
        stream: that the agent iterates over.
        first: the event that it was given.
        enough_bytes: once the values have so many, no more are taken.
    """
    queue, size = stream.channel.queue, len(first.message.value or b"")
    found = []
    while queue.qsize() and size < enough_bytes:
        message = (event := queue.get_nowait()).message
        if message.generation_id == first.message.generation_id:
            found.append(event)
            size += len(message.value or b"")
    return found


def limit_connections(app: faust.App, connections: Connections) -> None:
    """Let a Faust app's web server listen with limits. Faust makes its own site, and offers no other."""
    web = cast(Any, app.web)
    web._transport_handlers["tcp"] = lambda: LimitedSite(web._runner, connections, app.conf.web_bind, app.conf.web_port)


class AdaptedApp(faust.App):
    """A Faust app whose consumer group can be asked and told what Faust keeps to itself."""

    membership: Membership
    assigned_in = 0
    """The number of the last rebalance in which partitions were assigned, or none; `rebalancing_count` is that of the
    last one that has begun."""
    topic_ids: Mapping[str, str] = MappingProxyType({})
    """The ids of the topics that are read, by name with prefix, as of the last assignment."""
    commits_name_topics = True
    """Whether the broker keeps of a commit which topic it belongs to; the embedded one does not."""

    def owned(self) -> set[TP] | None:
        """The partitions that are this app's now; None while it is in no group. Any thread may ask, at any time."""
        consumer = self._consumer  # `self.consumer` would make a second one, of the thread that asks, during the start
        if consumer is None:
            return None
        try:
            return set(consumer.assignment())
        except ConsumerNotStarted:
            return None

    @property
    def generation(self) -> int:
        """Of the consumer group: another after each rebalance. A message carries the one it was read in."""
        return int(self.consumer_generation_id)

    async def check_owner(self, generation: int) -> None:
        """Wait until it is certain that what was read in this generation is still ours, and return then.

        Raises:
            OwnershipLost: it is not.
        """
        while True:
            if self.membership.over or generation != self.generation:
                raise OwnershipLost
            if self.membership.certain:
                return
            await asyncio.sleep(UNCERTAIN_SECONDS)

    async def commit_offsets(self, offsets: Mapping[TP, int], topic_ids: Mapping[str, str]) -> None:
        """Commit just these offsets, as of topics with these ids. Faust's own `commit` goes by acks, which nobody uses.

        Raises:
            KafkaError, OSError, TimeoutError: not confirmed.
            UnknownTopicOrPartitionError: another topic has taken the place of one of them, and the broker could not
                tell afterwards that the offset belongs to the former one.
        """
        # Faust's consumer lives in a thread with a loop of its own; only there may it be used.
        thread: Any = cast(Any, self.consumer)._thread

        async def commit() -> None:
            client = thread._ensure_consumer()
            if not self.commits_name_topics:
                now = await topic_identity.ids_of(client._client, topic_ids)
                if any(id_ and now.get(name) != id_ for name, id_ in topic_ids.items()):
                    raise UnknownTopicOrPartitionError
            wanted = {
                TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(at, topic_ids.get(tp.topic, ""))
                for tp, at in offsets.items()
            }
            await client.commit(wanted)

        async def commit_in_time() -> None:
            await asyncio.wait_for(commit(), COMMIT_SECONDS)

        # By the clock here as well: the consumer's thread may be what hangs.
        await asyncio.wait_for(thread.call_thread(commit_in_time), COMMIT_SECONDS + THREAD_SECONDS)

    def abort_consumer(self) -> None:
        """End the consumer of an app whose `stop` hangs: its thread would go on sending heartbeats to the broker."""
        if self._consumer is None:
            return
        loop = cast(Any, self._consumer)._thread.thread_loop

        def cancel_all() -> None:
            for task in asyncio.all_tasks(loop):
                task.cancel()

        with contextlib.suppress(RuntimeError):  # it has ended meanwhile
            loop.call_soon_threadsafe(cancel_all)

    def on_assigned(self, partitions: set[TP]) -> None:
        """Partitions are this app's now, and nothing of them has been read yet. For subclasses."""

    async def on_revoked(self) -> None:
        """Partitions are about to be another's, or the app ends; they are still this app's. For subclasses."""

    def _new_transport(self) -> Any:
        """The only place where Faust says which consumer it takes."""
        transport: Any = super()._new_transport()
        transport.Consumer = LowLatencyConsumer
        return transport

    async def _on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Called by the consumer; Faust's public signal comes only after it has begun to read."""
        self.assigned_in = self.rebalancing_count
        self.consumer.stop_flow()
        self.flow_control.suspend()
        self.membership.begun()
        self.on_assigned(assigned)
        await super()._on_partitions_assigned(assigned, generation_id)

    async def _consumer_wait_empty(self, consumer: Any, logger: Any) -> None:  # noqa: ARG002
        """Called by Faust before partitions are given up, at a rebalance and at the end, to wait for acks and commit
        by them; the public signal comes after that, too late for a commit."""
        await self.on_revoked()
