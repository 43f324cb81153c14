"""A Kafka producer whose unconfirmed messages can be taken back.

aiokafka's own idempotent producer sends unconfirmed messages again and again without end, and once more when it is
stopped; by then, their partitions may belong to another worker. Besides, a send that waits for the metadata of a topic
that is gone would wait for ever if its producer is replaced meanwhile. This module uses members of aiokafka that are
not public; `tests/agents/test_revocable_producer.py` fails when one of them is renamed or works otherwise.
"""

import asyncio
import logging
import socket
import struct
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, LeaderNotAvailableError

log = logging.getLogger("redefluss.revocable_producer")

REVOKE_SECONDS = 5.0
"""For the sender, and for the connections, to end."""
GIVEN_UP = "the producer was given up"
AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: a connection that is closed is reset, and what the system has still to send is forgotten."""


class RevocableProducer(AIOKafkaProducer):
    """aiokafka's producer, whose unconfirmed messages can be taken back as long as they are in this process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._revoked = False
        ready, close = self.client.ready, self.client.close

        async def ready_unless_revoked(*args: Any, **named: Any) -> bool:
            return bool(await ready(*args, **named)) and not self._revoked

        async def close_and_end_waits() -> None:
            try:
                await close()
            finally:
                _end_waits_for_metadata(self.client)

        self.client.ready = ready_unless_revoked  # asked right before each request is written to a connection
        self.client.close = close_and_end_waits

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Any = None,
    ) -> Any:
        """As aiokafka's; once it is stopped or revoked, every send ends with a `KafkaConnectionError`.

        One to a partition that is not known yet, as when their number was raised, asks for what there is. If it is not
        there either, a `LeaderNotAvailableError` says that it may be later.
        """
        if self._closed:
            raise KafkaConnectionError(GIVEN_UP)
        try:
            if partition is not None and partition not in await self.partitions_for(topic):
                await self.client.force_metadata_update()
                if partition not in await self.partitions_for(topic):
                    raise LeaderNotAvailableError(f"{topic} has no partition {partition} yet")
            return await super().send(topic, value, key, partition, timestamp_ms, headers)
        except Exception:
            if self._closed:
                raise KafkaConnectionError(GIVEN_UP) from None
            raise

    def revoke(self) -> None:
        """Send nothing more, reset the connections, and let all sends that wait for a confirmation fail.

        What the broker has received counts, whether it was confirmed or not. `wait_closed` ends what is left.
        """
        self._revoked = self._closed = True
        for connection in list(self.client._conns.values()):
            _reset(connection._writer)
        held = self._message_accumulator
        held.reenqueue = _forget  # what was on its way and fails is not to be sent again
        queued = [batch for queue in held._batches.values() for batch in queue]
        held._pending_batches.update(queued)  # where all are looked for when they fail
        held.fail_all(KafkaConnectionError(GIVEN_UP))
        for batch in queued:  # nobody need wait for these to be taken, and then the event loop would complain of it
            if batch._drain_waiter.done():
                batch._drain_waiter.exception()
        held._batches.clear()

    async def wait_closed(self) -> None:
        """End the tasks of a producer that was revoked."""
        for end in (self._sender.close, self.client.close):
            ending = asyncio.ensure_future(end())
            await asyncio.wait({ending}, timeout=REVOKE_SECONDS)
            ending.cancel()
            outcome: list[object] = await asyncio.gather(ending, return_exceptions=True)
            log.debug("a producer that was given up ended with %r", outcome[0])


def _end_waits_for_metadata(client: Any) -> None:
    """Let all who wait for metadata look once more, and then fail: nobody fetches any for a client that is closed."""
    client.force_metadata_update = _no_metadata
    awaited = client._md_update_fut
    if awaited is not None and not awaited.done():
        awaited.set_result(False)


def _no_metadata() -> asyncio.Future[bool]:
    """In place of what asks for an update."""
    failed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    failed.set_exception(KafkaConnectionError(GIVEN_UP))
    failed.exception()  # not everybody who asks waits for it
    return failed


def _forget(_: object) -> None:
    """In place of what puts a batch back into its queue."""


def _reset(writer: asyncio.StreamWriter | None) -> None:
    if writer is None:
        return
    try:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    except (OSError, ValueError):  # it has been closed already
        log.debug("a connection was closed before it was reset")
    writer.transport.abort()
