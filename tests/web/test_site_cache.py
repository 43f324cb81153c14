"""Values that pages share: made once for all who ask, and anew when they are old."""

import asyncio
import math
import threading
from typing import Any, cast

import pytest

from agents.settings import Settings
from agents.web import site as module
from agents.web.auth import Guard
from agents.web.operations import Outage
from agents.web.site import Site


class Clock:
    """In place of the module `time`."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return 0.0


class Quiet:
    """A monitor to which nothing happens."""

    def outage(self) -> None:
        return None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def site() -> Site:
    return Site(Settings(), cast(Any, None), cast(Any, Quiet()), Guard(token="x", host="127.0.0.1"))


async def test_what_is_a_little_old_is_given_at_once_and_made_anew_meanwhile(clock: Clock, site: Site) -> None:
    made, held = [], threading.Event()

    def make() -> int:
        if made:
            held.wait(10)
        made.append(clock.now)
        return len(made)

    async def ask() -> int:
        return await site.cached("ranks", make, seconds=10, stale_seconds=20)

    assert await ask() == 1
    clock.now += 11
    assert [await asyncio.wait_for(ask(), 1) for _ in range(3)] == [1, 1, 1], "nobody waits"
    held.set()
    await asyncio.wait(site._background)
    assert (await ask(), len(made)) == (2, 2), "it was made once for all of them"


async def test_of_very_many_values_those_made_last_are_kept(site: Site) -> None:
    for number in range(module.MOST_CACHED + 50):
        assert await site.cached(("live", number), lambda number=number: number) == number  # type: ignore[misc]
    assert len(site._cache) == module.MOST_CACHED
    assert ("live", module.MOST_CACHED + 49) in site._cache
    assert not site._making


async def test_what_is_too_old_is_waited_for(clock: Clock, site: Site) -> None:
    values = iter((1, 2))
    for expected, pause in ((1, 31.0), (2, 0.0)):
        assert await site.cached("ranks", lambda: next(values), seconds=10, stale_seconds=20) == expected
        clock.now += pause


async def test_what_fails_meanwhile_is_told_when_the_value_is_too_old(clock: Clock, site: Site) -> None:
    values: list[int] = [1]

    async def ask() -> int:
        return await site.cached("ranks", values.pop, seconds=10, stale_seconds=20)

    assert await ask() == 1
    clock.now += 11
    assert await ask() == 1
    await asyncio.wait(site._background)
    assert await ask() == 1
    clock.now += 20
    with pytest.raises(IndexError):
        await ask()


async def test_an_outage_may_be_found_by_a_thread_that_makes_a_page_while_old_values_are_dropped(site: Site) -> None:
    class Live:
        """Meanwhile, a page is made in a thread."""

        def __eq__(self, other: object) -> bool:
            making = threading.Thread(target=site._trouble)
            making.start()
            making.join()
            return other == "live"

        def __hash__(self) -> int:
            return hash("live")

    for number in range(3):
        await site.cached(("live", number), lambda: 0)
    cast(Any, site.stream_monitor).outage = lambda: Outage("broker", "away")
    site._last_trouble = -math.inf, None
    site.forget(Live(), keep=2)
    assert await site.cached(("live", 2), lambda: 1) == 1, "what was made before the outage is old"
