"""How many connections there may be, from whom, and for how long they may keep the server waiting.

Whoever is slow pays for it: where there are too many connections, the one goes that has kept the server waiting for
longest. So a health check is answered however many half-sent requests there are.
"""

import asyncio
import ipaddress
import logging
import resource
import socket
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from aiohttp.http import HttpProcessingError
from aiohttp.web import AppRunner, BaseSite, RequestHandler, RequestPayloadError, Server

log = logging.getLogger("redefluss.web")

MOST = 512
"""Connections at a time, or a quarter of the files that the process may open, if that is less."""
MOST_OF_CLIENT = 64
"""Connections of one address, unless it is a proxy that is trusted."""
WAIT_SECONDS = 20.0
"""For a request's headers, between two requests of a connection, and for an answer to be taken."""
REQUEST_SECONDS = 120.0
"""For a request: its body, what is done and the answer, but for what goes on and on."""
BUSY_SECONDS = 5.0
"""A request that takes longer goes too where there are too many."""
SWEEP_SECONDS = 1.0
BACKLOG = 128

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class Connection:
    """One connection; `since` is in seconds on the loop's clock."""

    transport: asyncio.Transport
    client: str
    since: float
    busy: bool = False
    endless: bool = False


def break_off(transport: asyncio.BaseTransport | None) -> None:
    """End a connection in the middle of an answer. It is reset: otherwise its end would be taken for that of the answer
    where this has no other, as in HTTP/1.0, which proxies speak."""
    if isinstance(transport, asyncio.WriteTransport):
        with suppress(AttributeError, OSError):  # it is closed already
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


class Proxies:
    """Addresses that are believed when they say for whom they ask.

    Args:
        networks: as `10.0.0.7` or `10.0.0.0/8`.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(network, strict=False) for network in networks]

    def trusts(self, address: str) -> bool:
        """Whether an address is one of them."""
        if not self._networks:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

    def client_of(self, remote: str, forwarded: Sequence[str]) -> str:
        """Who asks: the last address of X-Forwarded-For that is no proxy of ours, if the connection is from one.

        Args:
            remote: the other side of the connection.
            forwarded: the values of X-Forwarded-For, in their order.
        """
        chain = [part.strip() for value in forwarded for part in value.split(",")]
        client = remote
        while chain and self.trusts(client):
            client = chain.pop()
        return client


class Connections:
    """The connections of one server.

    Args:
        proxies: have no limit of their own, since they come for many.
        most: in all; None: by the files that the process may open.
    """

    def __init__(self, proxies: Proxies, most: int | None = None) -> None:
        self.proxies = proxies
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most = most or (MOST if files == resource.RLIM_INFINITY else min(MOST, max(16, files // 4)))
        self._known: dict[Any, Connection] = {}
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._known)

    def made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Take a connection in, if need be in another's place."""
        peer = transport.get_extra_info("peername")
        client = str(peer[0]) if isinstance(peer, tuple) else ""
        if self._counts[client] >= MOST_OF_CLIENT and not self.proxies.trusts(client):
            room = self._drop_slowest(client)
        else:
            room = len(self._known) < self._most or self._drop_slowest(None)
        if not room:
            transport.abort()
            return
        self._known[handler] = Connection(transport, client, asyncio.get_running_loop().time())
        self._counts[client] += 1

    def lost(self, handler: RequestHandler) -> None:
        """A connection has ended."""
        connection = self._known.pop(handler, None)
        if connection is not None:
            self._counts[connection.client] -= 1
            if not self._counts[connection.client]:
                del self._counts[connection.client]

    def mark(self, handler: Any, *, busy: bool) -> None:
        """A connection's request begins, or has ended."""
        connection = self._known.get(handler)
        if connection is not None:
            connection.busy, connection.endless = busy, False
            connection.since = asyncio.get_running_loop().time()

    def may_go_on(self, handler: Any) -> None:
        """The request of a connection has no end."""
        connection = self._known.get(handler)
        if connection is not None:
            connection.endless = True

    def sweep(self) -> None:
        """Drop what has kept the server waiting for too long."""
        now = asyncio.get_running_loop().time()
        for handler, connection in list(self._known.items()):
            limit = REQUEST_SECONDS if connection.busy else WAIT_SECONDS
            if not connection.endless and now - connection.since > limit:
                self._drop(handler)

    def _drop_slowest(self, client: str | None) -> bool:
        """Drop the connection (of a client) that has kept the server waiting for longest; whether there was one."""
        late = asyncio.get_running_loop().time() - BUSY_SECONDS
        slow = [
            (connection.busy, connection.since, id(handler), handler)
            for handler, connection in self._known.items()
            if client in {None, connection.client}
            and (not connection.busy or (connection.since < late and not connection.endless))
        ]
        if not slow:
            return False
        self._drop(min(slow)[3])
        return True

    def _drop(self, handler: RequestHandler) -> None:
        connection = self._known[handler]
        self.lost(handler)
        if connection.busy:
            break_off(connection.transport)
        else:
            connection.transport.abort()  # `close` would wait for what the other side does not read


class LimitedHandler(RequestHandler):
    """aiohttp's, which tells of its connection."""

    def __init__(self, connections: Connections, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, access_log=cast(Any, None))  # None is no log, as aiohttp has it itself
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        super().connection_made(transport)
        self._connections.made(self, cast(asyncio.Transport, transport))

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Called by aiohttp. What a client sends that is no HTTP is not worth a traceback: it is answered with 400, or,
        where it is a body that nobody needs, with what had been found before."""
        if isinstance(kw.get("exc_info"), HttpProcessingError | RequestPayloadError):
            log.debug(*args)
        else:
            super().log_exception(*args, **kw)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by the loop."""
        self._connections.lost(self)
        super().connection_lost(exc)


class LimitedSite(BaseSite):
    """Listens as aiohttp's `TCPSite` does, with limits.

    Args:
        runner: of the application.
        connections: what is counted.
        host: where to listen.
        port: where to listen.
    """

    def __init__(self, runner: AppRunner, connections: Connections, host: str, port: int) -> None:
        super().__init__(runner)
        self._connections = connections
        self._address = host, port
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The address."""
        return f"http://{self._address[0]}:{self._address[1]}"

    async def start(self) -> None:
        """Listen."""
        await super().start()
        loop = asyncio.get_running_loop()
        server = self._runner.server
        assert server is not None
        self._server = await loop.create_server(
            lambda: LimitedHandler(self._connections, server, loop), *self._address, backlog=BACKLOG
        )
        self._sweeping = loop.create_task(self._sweep())

    async def stop(self) -> None:
        """Listen no more."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await super().stop()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self._connections.sweep()
