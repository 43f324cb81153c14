"""Faust's consumer and its client, adapted: what Faust, mode and aiokafka do not offer publicly, each with its reason.

`tests/agents/test_faust_consumer.py` fails when a member used here is renamed or works otherwise.
"""

import asyncio
import contextlib
import logging
import time
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from aiokafka.client import ConnectionGroup
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    IllegalGenerationError,
    KafkaConnectionError,
    NoError,
    RebalanceInProgressError,
    UnknownMemberIdError,
    for_code,
)
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, SyncGroupRequest
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP
from mode.services import WaitResults

from agents import kafka, topic_identity
from agents.membership import Membership

if TYPE_CHECKING:
    from agents.faust_adapter import AdaptedApp

log = logging.getLogger("redefluss.faust_consumer")

BUFFER_WAIT_SECONDS = 0.25
"""How long messages of a partition with room may stay unseen while others have none."""
STILL_A_MEMBER = (NoError, RebalanceInProgressError)
NO_LONGER_A_MEMBER = (UnknownMemberIdError, IllegalGenerationError)

Ask = Callable[[Any], Awaitable[Any]]
"""Sends a request to a group's coordinator; the answer, with its `error_code`."""


def learning(ask: Ask, membership: Membership, group: str) -> Ask:
    """`ask`, which tells `membership` from each answer whether the client still is in its `group`."""

    async def ask_and_learn(request: Any) -> Any:
        asked_at = time.monotonic()
        if isinstance(request, JoinGroupRequest):
            membership.ended()
        response = await ask(request)
        if isinstance(request, HeartbeatRequest | SyncGroupRequest):
            error = for_code(response.error_code)
            if error in STILL_A_MEMBER:
                membership.confirmed(asked_at)
            elif error in NO_LONGER_A_MEMBER:
                membership.ended()
        if getattr(response, "error_code", 0) == GroupAuthorizationFailedError.errno:
            log.error("the log-in lacks READ on the group %s: its stage stands still", group)
        return response

    return ask_and_learn


def ending_with(coordinator: Any, ask: Ask) -> Ask:
    """`ask`, which waits for the other members of the group no longer than until its client is closed.

    The broker answers who joins when all members have joined, which takes minutes if one of them hangs, and takes
    nothing else from this connection before. aiokafka waits for the answer before it closes, and does not leave a group
    that it has never been in. So the connection is closed, and the group left over another one: else it would wait for
    this member, too, until its session has ended.
    """

    async def ask_until_closed(request: Any) -> Any:
        if not isinstance(request, JoinGroupRequest | SyncGroupRequest):
            return await ask(request)
        asking = asyncio.ensure_future(ask(request))
        try:
            await asyncio.wait({asking, coordinator._closing}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
        finally:
            asking.cancel()
        connection = coordinator._client._conns.get((coordinator.coordinator_id, ConnectionGroup.COORDINATION))
        if connection is not None:
            connection.close()
        await ask(LeaveGroupRequest(coordinator.group_id, coordinator.member_id))
        raise KafkaConnectionError("closed while it joined its group")

    return ask_until_closed


class ClientThread(AIOKafkaConsumerThread):
    """Faust's thread with a client made as all others of this project are."""

    _subscribed: set[str] | None = None

    def _start_thread(self) -> None:
        """What runs in the thread; if it is cut off, it ends without the traceback that Python would print."""
        with contextlib.suppress(asyncio.CancelledError):
            super()._start_thread()

    def _create_worker_consumer(self, transport: Any) -> Any:
        """Faust has no settings for these two, and reads both from the client only when it starts.

        `_consumer_timeout`: by default the client wakes five times a second even when there is nothing to do.
        `_isolation_level`: by default messages of transactions that were aborted are read, too.
        """
        client = super()._create_worker_consumer(transport)
        client._consumer_timeout = kafka.IDLE_LOOK_SECONDS
        client._isolation_level = kafka.ISOLATION_LEVEL
        return client

    async def on_start(self) -> None:
        """Start the client, which does not wait for other members at its end, and learn from each answer of the group's
        coordinator whether it still is a member.

        aiokafka tells nobody when a heartbeat was confirmed. All requests to the coordinator go through `_send_req`.
        """
        await super().on_start()
        self._subscribed = None
        coordinator: Any = cast(Any, self._consumer)._coordinator
        membership = cast("AdaptedApp", self.app).membership
        ask = ending_with(coordinator, coordinator._send_req)
        coordinator._send_req = learning(ask, membership, coordinator.group_id)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Subscribe, unless just these topics are subscribed already.

        Faust does it again 45 s after each rebalance in which partitions were given up, since its streams of them have
        ended. For the client that is a reason to join anew, and so another rebalance for all workers.
        """
        wanted = set(topics)
        if wanted != self._subscribed:
            await super().subscribe(wanted)
            self._subscribed = wanted

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to what is committed, and in a partition of which nothing is, to its beginning.

        Faust calls this at the end of a rebalance, and when it has dropped messages that were fetched in the midst of
        one. aiokafka leaves a partition of which nothing is committed where it is, so that what was dropped of it would
        never be read. What was committed of a topic that was deleted meanwhile says nothing of the one of its name.
        """
        client = self._ensure_consumer()

        async def seek() -> Mapping[TP, int]:
            # In this order: a topic that takes another's place from now on is seen by who watches the ids.
            ids = await topic_identity.ids_of(client._client, {tp.topic for tp in client.assignment()})
            committed: dict[TP, Any] = await client.seek_to_committed()
            commits = await client._coordinator.fetch_committed_offsets(list(committed))
            committed |= dict.fromkeys(topic_identity.of_former_topics(commits, ids))
            cast("AdaptedApp", self.app).topic_ids = ids
            if uncommitted := [tp for tp, offset in committed.items() if not offset]:
                await client.seek_to_beginning(*uncommitted)
            return committed

        committed: Mapping[TP, int] = await self.call_thread(seek)
        return committed


@types.coroutine
def _rest_of(begun: Coroutine[Any, Any, Any], awaited: Any) -> Generator[Any, Any, Any]:
    """Go on with a coroutine that was begun, and waits for `awaited`."""
    while True:
        try:
            sent = yield awaited
        except BaseException as error:
            step = partial(begun.throw, error)
        else:
            step = partial(begun.send, sent)
        try:
            awaited = step()
        except StopIteration as end:
            return end.value


async def _awaited(wait: Awaitable[Any]) -> Any:
    """What comes of a wait, as a coroutine that a task can be made of."""
    return await wait


class LowLatencyConsumer(Consumer):
    """Faust's consumer, without its pauses of a second, and without what it does for each message alone.

    Faust stops reading a partition while its buffer is full. With all of them full it sleeps for a second, and with
    some of them full it waits up to a second for messages of the others, even if a full one has long been emptied: no
    more than a buffer of each partition is done in a second, however fast the stage is.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._buffer_freed = asyncio.Event()

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        """The only place where Faust says which thread it takes."""
        return ClientThread(self, loop=self.loop, beacon=self.beacon)

    async def wait_first(self, *waits: Any, timeout: Any = None) -> Any:
        """Wait for the first of several; overridden, since Faust hands each message to its stage so.

        It makes a task for each of them and two more, only to notice the end of it all while there is no room for the
        message. There nearly always is: so the first is begun at once, and nothing is made if it does not wait.
        """
        first, *others = waits
        if not asyncio.iscoroutine(first):
            return await super().wait_first(*waits, timeout=timeout)
        try:
            awaited = first.send(None)
        except BaseException as end:
            for other in others:
                other.close()
            if isinstance(end, StopIteration):
                return WaitResults([first], [end.value], self.should_stop)
            raise
        rest = _awaited(_rest_of(first, awaited))
        return await super().wait_first(rest, *others, timeout=timeout)

    def on_buffer_drop(self, tp: TP) -> None:
        """Called by Faust when the buffer of a partition is half empty again."""
        super().on_buffer_drop(tp)
        self._buffer_freed.set()

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:
        """Where Faust takes messages out of the client; overridden, since it drops those before what it has read.

        They are others if the topic has lost its end, or if the committed offset was beyond it.
        """
        records = await super()._getmany(active_partitions, timeout)
        again: set[Any] = cast(Any, self._thread)._consumer._fetcher.read_again
        for tp in records:
            if tp in again:
                self._read_offset.pop(tp, None)
                again.discard(tp)
        return records

    def _full(self) -> set[TP]:
        """Partitions whose buffers are full. In Faust's list there may be some that were given up when they were."""
        full = self._buffered_partitions
        return (full & self.assignment()) - self._get_active_partitions() if full else full

    async def _wait_next_records(self, timeout: float) -> Any:
        """Where Faust waits for messages; overridden, since the pauses are in its midst."""
        if not self._full():
            return await super()._wait_next_records(timeout)
        self._buffer_freed.clear()
        if self._get_active_partitions():
            found = await super()._wait_next_records(0.0)
            if found[0]:
                return found
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._buffer_freed.wait(), BUFFER_WAIT_SECONDS)
        return {}, self._get_active_partitions()
