"""A producer that can be told to let go of what it has not sent.

aiokafka's repeats what was not confirmed for as long as it takes when it is idempotent, and even at its end sends what
it holds. What it holds may be another worker's by then. Uses members of aiokafka that are not public;
`tests/agents/test_revocable_producer.py` fails when one of them is renamed or works otherwise.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

REVOKE_SECONDS = 5.0
AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: a connection that is closed is reset, and what the system has still to send is forgotten."""


class RevocableProducer(AIOKafkaProducer):
    """aiokafka's producer, whose unconfirmed messages can be taken back as long as they are in this process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._revoked = False
        ready = self.client.ready

        async def ready_unless_revoked(*args: Any, **named: Any) -> bool:
            return bool(await ready(*args, **named)) and not self._revoked

        self.client.ready = ready_unless_revoked  # asked right before each request is written to a connection

    async def revoke(self) -> None:
        """Send nothing more, reset the connections, and let all sends that wait for a confirmation fail.

        What the broker has received counts, whether it was confirmed or not.
        """
        self._revoked = self._closed = True
        self._message_accumulator.fail_all(KafkaConnectionError("the producer was given up"))
        for connection in list(self.client._conns.values()):
            writer = connection._writer
            if writer is not None:
                with contextlib.suppress(OSError):
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                writer.transport.abort()
        with contextlib.suppress(TimeoutError, KafkaConnectionError):
            await asyncio.wait_for(self._sender.close(), REVOKE_SECONDS)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.client.close(), REVOKE_SECONDS)
