"""Requests to hosts: one at a time, a pause after each, and none before the time that a host has asked for."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LONGEST_REST_SECONDS = 60.0
"""A longer crawl delay, or a host that answers more slowly, is waited for only so long."""


@dataclass
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    crawl_delay: float = 0.0


class HostBackoff(Exception):
    """The host has asked not to be asked before a later time.

    Attributes:
        seconds: until then.
    """

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} asks to wait {seconds:.0f} s (Retry-After)")
        self.seconds = seconds


class Hosts:
    """The hosts that are asked, by name; ports of one host share its turns.

    Args:
        pause_seconds: shortest rest of a host after a request; it rests at least as long as its answer took.
        until: times (Unix, in seconds) before which a host is not asked, by name; changed in place.
        on_change: called after `until` has changed.
    """

    def __init__(
        self,
        *,
        pause_seconds: float,
        until: dict[str, float] | None = None,
        on_change: Callable[[str, float], None] = lambda _host, _until: None,
    ) -> None:
        self._pause = pause_seconds
        self._until = {} if until is None else until
        self._on_change = on_change
        self._hosts: dict[str, _Host] = {}

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """What the host's robots.txt asks for."""
        self._host(host).crawl_delay = min(seconds, LONGEST_REST_SECONDS)

    def postpone(self, host: str, seconds: float) -> None:
        """Ask a host nothing for so long: it said so."""
        self._until[host] = max(self._until.get(host, 0.0), time.time() + seconds)
        self._on_change(host, self._until[host])

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until the host may be asked; nobody else asks it meanwhile.

        Raises:
            HostBackoff: it has asked for a longer rest.
        """
        state = self._host(host)
        async with state.lock:
            away = self._until.get(host, 0.0) - time.time()
            if away > 0:
                raise HostBackoff(host, away)
            await asyncio.sleep(max(0.0, state.free_at - time.monotonic()))
            started = time.monotonic()
            try:
                yield
            finally:
                now = time.monotonic()
                rest = max(self._pause, state.crawl_delay, now - started)
                state.free_at = now + min(rest, LONGEST_REST_SECONDS)

    def _host(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())
