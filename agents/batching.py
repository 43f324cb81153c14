"""Messages that wait for each other under load, so that they leave in one request."""

import asyncio

MAX_WAIT_SECONDS = 0.3
"""How long messages wait at most if no other message depends on them."""
SHORT_WAIT_SECONDS = 0.1
"""The same if their partition goes on only once they are sent: long enough that several partitions send together."""


class SendBatch:
    """Sends that wait, until they are made together.

    Args:
        seconds: how long the first of them waits at most.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._event: asyncio.Event | None = None

    async def wait(self) -> None:
        """Wait for the next release, which comes within `seconds`."""
        if self._event is None:
            self._event = asyncio.Event()
            asyncio.get_running_loop().call_later(self._seconds, self._event.set)
        event = self._event
        await event.wait()
        if self._event is event:
            self._event = None

    def release(self) -> None:
        """Let them send now."""
        if self._event is not None:
            self._event.set()
            self._event = None
