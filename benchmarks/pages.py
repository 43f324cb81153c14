"""Browsers without the screens: requests as the web view's own scripts make them."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

from aiohttp import ClientSession, ClientTimeout

RANKS_SECONDS = 12.0
OPERATIONS_SECONDS = 3.0
NAVIGATION_SECONDS = 3.0
NEWSROOM_PAGES = 2
"""Open all the time, beside one of operations."""

HEADERS = {"Accept": "text/html", "Accept-Language": "de"}


class Browsers:
    """Pages that are open, and someone who goes from one to the next.

    Args:
        address: of the web view.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self.seconds: dict[str, list[float]] = {}
        """By path, how long each answer took, until its last byte."""
        self.arrived = 0
        """Bytes of articles that came by themselves."""

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Two newsroom pages and one operations page stay open, and one of the two is opened every three seconds."""
        async with ClientSession(self._address, headers=HEADERS, timeout=ClientTimeout(30)) as session:
            acts: list[Coroutine[Any, Any, None]] = [self._operations(session), self._navigate(session)]
            for number in range(NEWSROOM_PAGES):
                acts += [self._live(session), self._ranks(session, number * RANKS_SECONDS / NEWSROOM_PAGES)]
            tasks = [asyncio.create_task(act) for act in acts]
            try:
                yield
                for task in tasks:
                    if task.done():
                        task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, count: int, pause_seconds: float) -> None:
        """Open each of the two pages `count` times, one after the other, with pauses."""
        async with ClientSession(self._address, headers=HEADERS, timeout=ClientTimeout(30)) as session:
            for _ in range(count):
                for path in ("/", "/operations"):
                    await self._get(session, path)
                    await asyncio.sleep(pause_seconds)

    async def until_kept(self, articles: int) -> None:
        """Wait until the pages keep so many articles."""
        async with ClientSession(self._address, headers=HEADERS, timeout=ClientTimeout(30)) as session:
            while True:
                async with session.get("/api/operations") as answer:
                    if (await answer.json())["store_articles"] >= articles:
                        return
                await asyncio.sleep(1)

    async def _get(self, session: ClientSession, path: str) -> None:
        started = time.perf_counter()
        async with session.get(path) as answer:
            answer.raise_for_status()
            await answer.read()
        self.seconds.setdefault(path, []).append(time.perf_counter() - started)

    async def _live(self, session: ClientSession) -> None:
        async with session.get("/live", timeout=ClientTimeout(None)) as answer:
            answer.raise_for_status()
            async for chunk in answer.content.iter_any():
                self.arrived += len(chunk)

    async def _ranks(self, session: ClientSession, first_seconds: float) -> None:
        await asyncio.sleep(first_seconds)
        while True:
            await self._get(session, "/fragments/ranks")
            await asyncio.sleep(RANKS_SECONDS)

    async def _operations(self, session: ClientSession) -> None:
        while True:
            await self._get(session, "/fragments/operations")
            await asyncio.sleep(OPERATIONS_SECONDS)

    async def _navigate(self, session: ClientSession) -> None:
        for path in cycle(("/", "/operations")):
            await asyncio.sleep(NAVIGATION_SECONDS)
            await self._get(session, path)
