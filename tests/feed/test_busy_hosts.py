"""Hosts that want rest: how long a page waits, that no other waits with it, and when it is given up."""

import contextlib
from itertools import pairwise
from typing import Any

import pytest

from agents.feed import timing
from agents.feed.feed_document import FeedEntry
from agents.feed.fetching import Fate, FetchError
from agents.feed.poller import Poller
from agents.feed.seen import Page
from tests.feed.newsroom import Newsroom, feed, shift
from tests.feed.site import Site, rss_of


async def test_a_short_rest_is_waited_for(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    page = site.answers["/a"]
    answers = iter([429, 429])

    async def busy(request: Any) -> Any:
        if (status := next(answers, None)) is None:
            return await page(request)
        return busy_response(status)

    site.answers["/a"] = busy
    site.rss("/feed.xml", ["/a"])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.failed) == (1, False)
    times = [asked.begun for asked in site.asked if asked.path == "/a"]
    assert all(after - before >= 0.98 for before, after in pairwise(times))


def busy_response(status: int) -> Any:
    from aiohttp import web

    return web.Response(status=status, headers={"Retry-After": "1"})


async def test_a_long_rest_is_kept_across_restarts(site: Site, newsroom: Newsroom) -> None:
    for number in range(3):
        site.put(f"/a/{number}", status=503, Retry_After="3600")
    site.rss("/feed.xml", [f"/a/{number}" for number in range(3)])
    (result,) = await newsroom.once(feed(site))
    assert (len(result.failures), result.later) == (1, 2)
    site.asked.clear()
    (result,) = await newsroom.once(feed(site))
    assert result.error is not None
    assert "Retry-After" in result.error
    assert site.asked == []
    for number in range(3):
        site.page(f"/a/{number}", f"Artikel {number}")
    shift(newsroom, -3700)
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.failed) == (3, False)


async def test_a_page_for_which_its_host_always_wants_rest_holds_up_no_other(site: Site, newsroom: Newsroom) -> None:
    site.put("/a/0", status=503, Retry_After="100")
    site.page("/a/1", "Rat schließt Freibad")
    site.page("/a/2", "Rat öffnet Freibad")
    site.rss("/feed.xml", ["/a/0", "/a/1", "/a/2"])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.later) == (0, 2)
    shift(newsroom, -200)
    (result,) = await newsroom.once(feed(site))
    assert (result.new, len(result.failures)) == (2, 1)


@pytest.mark.parametrize("busy", ["/a/0", "/robots.txt"])
async def test_a_page_that_is_always_answered_with_503_is_given_up(
    site: Site, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, busy: str
) -> None:
    """It was tried for ever, at a rest of its host each time."""
    site.put(busy, status=503, Retry_After="100")
    paper = site if busy == "/a/0" else Site()
    with paper if paper is not site else contextlib.nullcontext():
        paper.put("/feed.xml", rss_of(site, ["/a/0"]), kind="application/rss+xml")
        failures: list[str] = []
        async with newsroom.open(feed(paper)) as poller:
            counted: list[str] = []
            monkeypatch.setattr(poller._metrics, "page", lambda _, outcome: counted.append(outcome))
            for _ in range(timing.MAX_ATTEMPTS):
                shift_open(poller, -(10**7))
                (result,) = await poller.once(lambda _: None)
                failures += result.failures.values()
            shift_open(poller, -(10**7))
            (last,) = await poller.once(lambda _: None)
    assert (last.failed, len(failures)) == (False, timing.MAX_ATTEMPTS)
    assert failures[-1] == f"{failures[0]}; given up after {timing.MAX_ATTEMPTS} tries"
    assert counted == ["failed"] * (timing.MAX_ATTEMPTS - 1) + ["given_up"]


def shift_open(poller: Poller, seconds: float) -> None:
    """Let time pass while the poller runs."""
    poller._seen._db.execute("UPDATE pages SET due = due + ?", (seconds,))
    poller._fetcher._hosts._until.clear()


def test_the_pauses_of_a_page_that_is_busy_grow_and_are_no_shorter_than_its_host_asks() -> None:
    known = Page("x", "feed", FeedEntry("x"), 0.0, 0.0, 0.0)
    pauses = []
    for asked in (100.0, 100.0, 100.0):
        timing.mark_failure(known, FetchError("HTTP 503", "busy", asked), 1000.0)
        pauses.append((known.due or 0.0) - 1000.0)
    assert pauses == [100, 120, 240]
    timing.mark_failure(known, FetchError("it rests", "away", 50.0), 1000.0)
    assert (known.due, known.attempts) == (1050, 3), "it was not asked"


@pytest.mark.parametrize("fate", ["failed", "busy"])
def test_a_page_is_tried_for_more_than_a_day_whatever_its_site_suffers_from(fate: Fate) -> None:
    """Else what was listed before a site, or its robots.txt alone, was down for an hour would never come."""
    known = Page("x", "feed", FeedEntry("x"), 0.0, 0.0, 0.0)
    tried = []
    while known.due is not None:
        tried.append(known.due)
        outcome = timing.mark_failure(known, FetchError("HTTP 500", fate), known.due)
    assert outcome == "given_up"
    assert tried[-1] > 86_400
    assert len(tried) == timing.MAX_ATTEMPTS
