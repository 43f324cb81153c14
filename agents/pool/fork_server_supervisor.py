"""Keeps the fork server running: what holds the models is started again when it dies, until it never loads them."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from agents.pool.fork_server import ForkServerSetup
from agents.pool.fork_server_client import ForkServerClient

log = logging.getLogger("redefluss.pool")

MAX_UNFINISHED_LOADS = 3
"""After so many fork servers in a row that died before the models were loaded, the pool counts as broken."""
START_AGAIN_SECONDS = 1.0
"""Until it is tried again to start a process for which the system had no room."""


class PoolError(Exception):
    """The pool cannot work at all: one line that says why (a model that cannot be loaded, a dead fork server)."""


class ForkServerSupervisor:
    """A fork server that runs for as long as it can be made to.

    Args:
        setup: what it is to load.
        on_loaded: called each time that one has loaded the models, and can fork.
        on_report: called with what else it says: "forked", slot and process id, or "exited", process id and cause.

    Attributes:
        client: by which it is sent commands.
        loaded: whether the one that runs has loaded the models.
        load_seconds: how long that took.
        broken: resolves, with a line that says why, when the models will never be loaded; None before `start`.
        stopping: true: what dies is not started again.
    """

    def __init__(self, setup: ForkServerSetup, on_loaded: Callable[[], None], on_report: Callable[..., None]) -> None:
        self.client = ForkServerClient(setup, self._receive, self._on_gone)
        self.loaded = False
        self.load_seconds = 0.0
        self.broken: asyncio.Future[str] | None = None
        self._on_loaded = on_loaded
        self._on_report = on_report
        self._first_load: asyncio.Future[float] | None = None
        self._unfinished_loads = 0
        self.stopping = False

    @property
    def ready(self) -> bool:
        """Whether one has loaded the models, even if it has died since."""
        return self._first_load is not None and self._first_load.done() and not self._first_load.exception()

    def start(self) -> None:
        """Start one; the models load in the background."""
        loop = asyncio.get_running_loop()
        self._first_load = loop.create_future()
        self.broken = loop.create_future()
        self._start()

    async def wait_loaded(self) -> float:
        """Wait for the models; the seconds they took.

        Raises:
            PoolError: they cannot be loaded.
        """
        assert self._first_load is not None
        return await asyncio.shield(self._first_load)

    async def stop(self) -> None:
        """End it, and with it all that it forked."""
        self.stopping = True
        await self.client.stop()

    def start_later(self, start: Callable[[], None], error: OSError) -> None:
        """Start a process later: no other event would, and jobs would wait for it for ever."""
        log.warning("no process can be started (%s); trying again", error)
        asyncio.get_running_loop().call_later(START_AGAIN_SECONDS, start)

    def _start(self) -> None:
        """Start one, as soon as the system has room for it."""
        if self.stopping:
            return
        try:
            self.client.start()
        except OSError as error:
            self.start_later(self._start, error)

    def _receive(self, kind: str, *values: Any) -> None:
        assert self._first_load is not None
        if kind == "ready":
            self.loaded = True
            self._unfinished_loads = 0
            self.load_seconds = values[0]
            if not self._first_load.done():
                self._first_load.set_result(values[0])
            self._on_loaded()
        elif kind == "failed":
            self._fail(values[0])
        else:
            self._on_report(kind, *values)

    def _on_gone(self) -> None:
        if self.stopping:
            return
        if not self.loaded:
            self._unfinished_loads += 1
        self.loaded = False
        if self._unfinished_loads >= MAX_UNFINISHED_LOADS:
            self._fail(f"the process that loads the models died {MAX_UNFINISHED_LOADS} times before it had")
        elif self.broken is None or not self.broken.done():
            log.warning("the process that holds the models ended; it is started again")
            self._start()

    def _fail(self, why: str) -> None:
        assert self._first_load is not None
        assert self.broken is not None
        if not self._first_load.done():
            self._first_load.set_exception(PoolError(why))
            self._first_load.exception()  # someone may never ask
        if not self.broken.done():
            self.broken.set_result(why)
