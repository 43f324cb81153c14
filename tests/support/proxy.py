"""A network between worker and broker that can be cut: a TCP proxy on loopback."""

import asyncio
from types import TracebackType
from typing import Self

CHUNK_BYTES = 16_384


class Link:
    """One connection and its other half; carries bytes while `flowing` is set."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self._writers = writers
        self.flowing = asyncio.Event()
        self.flowing.set()

    def reset(self) -> None:
        """End both halves at once, without what is still on its way."""
        for writer in self._writers:
            writer.transport.abort()


class Proxy:
    """Carries bytes both ways, until told otherwise.

    Args:
        port: where to listen, on loopback.
        target_port: where to connect to, on loopback too.
    """

    def __init__(self, port: int, target_port: int) -> None:
        self._port = port
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._takes_flowing = True
        self._budget_bytes: int | None = None
        self.cuts = 0
        """How often connections were cut by `cut_after`."""

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()

    def cut(self) -> None:
        """Reset all connections, and refuse new ones until `mend`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._reset()

    async def mend(self) -> None:
        """Take connections (again)."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)

    def cut_after(self, sent_bytes: int) -> None:
        """Reset all connections as soon as so much more has gone to the broker; new ones are carried."""
        self._budget_bytes = sent_bytes

    def freeze(self, *, new_ones: bool = True) -> None:
        """Carry nothing more on any connection, without a word; `new_ones` too, else they are carried."""
        self._takes_flowing = not new_ones
        for link in self._links:
            link.flowing.clear()

    def thaw(self) -> None:
        """Carry on where `freeze` stopped."""
        self._takes_flowing = True
        for link in self._links:
            link.flowing.set()

    def _reset(self) -> None:
        for link in list(self._links):
            link.reset()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, far_writer)
        if not self._takes_flowing:
            link.flowing.clear()
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pump(link, reader, far_writer, to_broker=True),
                self._pump(link, far_reader, writer, to_broker=False),
            )
        except OSError:
            pass
        finally:
            link.reset()
            self._links.discard(link)

    async def _pump(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_broker: bool
    ) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await link.flowing.wait()
            if to_broker and self._budget_bytes is not None:
                self._budget_bytes -= len(data)
                if self._budget_bytes <= 0:
                    self._budget_bytes = None
                    self.cuts += 1
                    self._reset()
                    return
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # so that the other direction ends too
