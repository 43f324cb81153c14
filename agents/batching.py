"""Messages that wait for each other under load, so that they leave in one request."""

import asyncio

MAX_WAIT_SECONDS = 1.0


class SendBatch:
    """Those who wait to send, until they do so together."""

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None

    async def wait(self) -> None:
        """Wait for the next release, which comes within `MAX_WAIT_SECONDS`."""
        if self._event is None:
            self._event = asyncio.Event()
            asyncio.get_running_loop().call_later(MAX_WAIT_SECONDS, self._event.set)
        event = self._event
        await event.wait()
        if self._event is event:
            self._event = None

    def release(self) -> None:
        """Let them send now."""
        if self._event is not None:
            self._event.set()
            self._event = None
