"""Keeps the fork server running: starts it again when it dies, unless it cannot load the models at all."""

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
WARN_AGAIN_SECONDS = 10.0
"""Between two warnings of the same: each process that waits for room would give one a second."""


class PoolError(Exception):
    """The pool cannot work at all: one line that says why (a model that cannot be loaded, a dead fork server)."""


class ForkServerSupervisor:
    """A fork server that runs for as long as it can be made to.

    Args:
        setup: what it is to load.
        on_loaded: called each time that one has loaded the models, and can fork.
        on_report: called with what else it says: "forked", slot and process id, "refused", slot and the system's error,
            or "exited", process id and cause.

    Attributes:
        client: by which it is sent commands.
        loaded: whether the one that runs has loaded the models.
        ready: whether one has, even if it has died since.
        load_seconds: how long that took.
        broken: a line that says why the models will never be loaded; None: they may be.
        stopping: true: what dies is not started again.
    """

    def __init__(self, setup: ForkServerSetup, on_loaded: Callable[[], None], on_report: Callable[..., None]) -> None:
        self.client = ForkServerClient(setup, self._receive, self._on_gone)
        self.loaded = self.ready = False
        self.load_seconds = 0.0
        self.broken: str | None = None
        self._on_loaded = on_loaded
        self._on_report = on_report
        self._unfinished_loads = 0
        self._warned: tuple[int | None, float] = None, 0.0
        self.stopping = False

    async def stop(self) -> None:
        """End it, and with it all that it forked."""
        self.stopping = True
        await self.client.stop()

    def start_later(self, start: Callable[[], None], error: OSError) -> None:
        """Start a process later: no other event would, and jobs would wait for it for ever."""
        loop = asyncio.get_running_loop()
        code, warned_at = self._warned
        if error.errno != code or loop.time() - warned_at >= WARN_AGAIN_SECONDS:
            self._warned = error.errno, loop.time()
            log.warning("no process can be started (%s); trying again", error)
        loop.call_later(START_AGAIN_SECONDS, start)

    def start(self) -> None:
        """Start one, as soon as the system has room for it; the models load in the background."""
        if self.stopping:
            return
        try:
            self.client.start()
        except OSError as error:
            self.start_later(self.start, error)

    def _receive(self, kind: str, *values: Any) -> None:
        if kind == "ready":
            self.loaded = self.ready = True
            self._unfinished_loads = 0
            self.load_seconds = values[0]
            self._on_loaded()
        elif kind == "failed":
            self.broken = self.broken or values[0]
        else:
            self._on_report(kind, *values)

    def _on_gone(self) -> None:
        if self.stopping:
            return
        if not self.loaded:
            self._unfinished_loads += 1
        self.loaded = False
        if self._unfinished_loads >= MAX_UNFINISHED_LOADS:
            self.broken = self.broken or (
                f"the process that loads the models died {MAX_UNFINISHED_LOADS} times before it had"
            )
        elif self.broken is None:
            log.warning("the process that holds the models ended; it is started again")
            self.start()
