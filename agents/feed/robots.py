"""What robots.txt allows (RFC 9309): read once a day for each origin."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from protego import Protego
from yarl import URL

KEEP_SECONDS = 24 * 3600.0
RETRY_SECONDS = 600.0
"""A robots.txt that could not be had is asked for again after so long; until then nothing is fetched there."""
MOST_ORIGINS = 1000
"""Whose rules are remembered: those that were read last."""
MAX_BYTES = 512_000
"""What is longer is read up to here, as the standard wants at least 500 KiB to be."""


class RulesUnknown(Exception):
    """The rules of an origin cannot be had, so that nothing may be fetched there for now: one line."""


@dataclass(frozen=True)
class RobotsResponse:
    """What came for a robots.txt: its status (0 if nothing came), and its text or why there is none."""

    status: int
    text: str = ""


@dataclass(frozen=True)
class _Rules:
    parsed: Protego | None
    until: float
    problem: str = ""


class Robots:
    """The rules of all origins.

    Args:
        agent: this crawler's name in the rules.
        read: fetches a robots.txt; what it raises ends the question, and nothing is remembered.
        delay: told the crawl delay in seconds that a host asks for.
    """

    def __init__(
        self,
        agent: str,
        read: Callable[[URL], Awaitable[RobotsResponse]],
        *,
        delay: Callable[[str, float], None] = lambda _host, _seconds: None,
    ) -> None:
        self._agent = agent
        self._read = read
        self._delay = delay
        self._rules: dict[URL, _Rules] = {}
        self._locks: WeakValueDictionary[URL, asyncio.Lock] = WeakValueDictionary()

    async def allowed(self, url: URL) -> bool:
        """Whether the rules of the URL's origin let it be fetched.

        Raises:
            RulesUnknown: there may be rules, but they did not come.
        """
        rules = await self._of(url.origin())
        if rules.parsed is None:
            raise RulesUnknown(f"robots.txt of {url.host} cannot be had: {rules.problem}")
        return bool(rules.parsed.can_fetch(str(url), self._agent))

    async def _of(self, origin: URL) -> _Rules:
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._rules.get(origin)
            if known is None or known.until < time.monotonic():
                known = await self._fresh(origin)
                self._rules.pop(origin, None)
                self._rules[origin] = known
                if len(self._rules) > MOST_ORIGINS:
                    del self._rules[next(iter(self._rules))]
            return known

    async def _fresh(self, origin: URL) -> _Rules:
        answer = await self._read(origin / "robots.txt")
        now = time.monotonic()
        if answer.status == 200:
            parsed = Protego.parse(answer.text)
            if (seconds := parsed.crawl_delay(self._agent)) is not None and origin.host:
                self._delay(origin.host, float(seconds))
            return _Rules(parsed, now + KEEP_SECONDS)
        if 400 <= answer.status < 500 and answer.status != 429:  # there is none: nothing is forbidden
            return _Rules(Protego.parse(""), now + KEEP_SECONDS)
        return _Rules(None, now + RETRY_SECONDS, answer.text or f"HTTP {answer.status}")
