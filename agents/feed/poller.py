"""Polling the feeds: each in its own time, with a task of its own; new and changed pages are produced."""

import asyncio
import logging
import random
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from yarl import URL

from agents.feed import feed_document
from agents.feed.feed_document import FeedDocument, FeedEntry, FeedUnreadable
from agents.feed.feed_list import FeedSource
from agents.feed.fetching import Fetcher, FetchError, FetchResponse, gunzipped
from agents.feed.metrics import FeedMetrics
from agents.feed.page_producer import NotSent, PageProducer
from agents.feed.poll_result import PollResult
from agents.feed.seen import Page, SeenError, SeenPages
from agents.feed.timing import mark_failure, next_interval, next_look

log = logging.getLogger("redefluss.feed")

FEED_BYTES = 10_000_000
MAX_SITEMAPS = 10
"""Of an index; the newest."""

JITTER = 0.15
FOLLOW_PAUSE_SECONDS = 300.0
"""Shortest time between two looks at a page, while the command goes on."""

FAILURES = ("failed", "given_up")
"""Of the outcomes of a look at a page, those after which there is no article, or no newer one, though there may be."""

LONGEST_WAIT_SECONDS = 60.0
"""A host that wants to be left alone for longer is asked again at a later poll."""

BROKER_RETRY_SECONDS = 5.0
FILE_RETRY_SECONDS = 60.0
"""Until a feed is polled again if what came of it cannot be written down, as on a full disk."""
FORGET_SECONDS = 86_400.0
"""Between two times that what is old is dropped."""

T = TypeVar("T")


class Poller:
    """Polls feeds and fetches what they list.

    Args:
        feeds: all of them.
        seen: what was seen before.
        fetcher: does the requests; open.
        producer: makes articles of pages, and sends them.
        max_page_bytes: of a page; larger ones fail.
        follow_seconds: how long an article's changes are looked for.
        metrics: counts.
    """

    def __init__(
        self,
        feeds: Sequence[FeedSource],
        seen: SeenPages,
        fetcher: Fetcher,
        producer: PageProducer,
        *,
        max_page_bytes: int,
        follow_seconds: float,
        metrics: FeedMetrics,
    ) -> None:
        self._feeds = feeds
        self._urls = {feed.url for feed in feeds}
        self._seen = seen
        self._fetcher = fetcher
        self._max_page = max_page_bytes
        self._follow = follow_seconds
        self._metrics = metrics
        self._producer = producer
        self.problems: dict[str, str] = {}
        """By the URL of a feed: what is wrong with it, or with the last of its pages that failed."""

    async def once(self, report: Callable[[PollResult], None]) -> list[PollResult]:
        """Poll every feed once and fetch all that is due; the results, each reported as it comes.

        Raises:
            NotSent: the broker does not confirm.
            SeenError: what was seen cannot be written.
        """

        async def one(feed: FeedSource) -> PollResult:
            with self._seen.naming_errors():
                result = await self._poll(feed)
                await self._fetch_due(feed, result, pause=0.0)
            report(result)
            return result

        return await _all([one(feed) for feed in self._feeds])

    async def forever(self, report: Callable[[PollResult], None]) -> None:
        """Poll each feed in its own time, until cancelled; what came is reported where there is something to tell."""
        await _all([self._forget_old(), *(self._keep(feed, report) for feed in self._feeds)])

    async def _forget_old(self) -> None:
        """What need not be known any more is dropped every day."""
        while True:
            await asyncio.sleep(FORGET_SECONDS)
            with suppress(SeenError), self._seen.naming_errors():  # who polls tells of it
                self._seen.forget_old()

    async def _keep(self, feed: FeedSource, report: Callable[[PollResult], None]) -> None:
        while True:
            state = self._seen.feed(feed.url)
            due = self._seen.next_due(feed.url, pause=FOLLOW_PAUSE_SECONDS)
            wake = state.next_poll if due is None else min(state.next_poll, max(due, time.time() + 1.0))
            await asyncio.sleep(max(0.0, wake - time.time()))
            try:
                with self._seen.naming_errors():
                    if self._seen.feed(feed.url).next_poll <= time.time():
                        result = await self._poll(feed)
                    else:
                        result = PollResult(feed, unchanged=True)
                    await self._fetch_due(feed, result, pause=FOLLOW_PAUSE_SECONDS)
            except SeenError as error:
                log.warning("%s; tried again in %.0f s", error, FILE_RETRY_SECONDS)
                await asyncio.sleep(FILE_RETRY_SECONDS)
            except NotSent as error:
                log.warning("%s; the article is sent again in %.0f s", error, BROKER_RETRY_SECONDS)
                await asyncio.sleep(BROKER_RETRY_SECONDS)
            else:
                if result.failed or result.new or result.revised or result.notes:
                    report(result)

    async def _poll(self, feed: FeedSource) -> PollResult:
        """Fetch the feed and write down what it lists."""
        result = PollResult(feed)
        state = self._seen.feed(feed.url)
        started, document = time.time(), FeedDocument()
        retry: float | None = None
        try:
            answer = await self._asked(feed.url, FEED_BYTES, state.etag, state.last_modified)
            result.unchanged = answer.unchanged
            if not answer.unchanged:
                document = await self._document(answer, result)
                # An index can stay as it is while its sitemaps change.
                kept = {} if document.damaged or document.sitemaps else answer.headers
                state.etag, state.last_modified = kept.get("ETag"), kept.get("Last-Modified")
                state.title = document.title
        except (FetchError, FeedUnreadable) as error:
            result.error = str(error)
            retry = getattr(error, "retry_seconds", None)
        except Exception as error:  # what one site sends must not end the others
            log.exception("%s", feed.public_url)
            result.error = f"an error inside ({type(error).__name__}); it is in the log"
        state.polled = started
        state.failures = state.failures + 1 if result.error else 0
        listed = self._seen.save_feed(state, document.entries, others=self._urls, follow=self._follow)
        state.interval = next_interval(feed, state, new=listed.new + listed.changed, retry_seconds=retry)
        state.next_poll = time.time() + state.interval * random.uniform(1 - JITTER, 1 + JITTER)
        self._seen.save_feed(state, others=self._urls, follow=self._follow)
        if document.left_out:
            result.notes.append(f"{document.left_out:,} older entries not taken")
        if document.damaged:
            result.notes.append(f"damaged: {document.damaged}")
        if result.error:
            self.problems[feed.url] = result.error
            self._seen.harvest.failure(feed.source)
        else:
            self.problems.pop(feed.url, None)
        self._metrics.polled(feed.source, "failed" if result.error else "unchanged" if result.unchanged else "read")
        return result

    async def _document(self, answer: FetchResponse, result: PollResult) -> FeedDocument:
        """A feed or sitemap; of an index, the newest of its sitemaps in one."""
        document = await _read(answer)
        if not document.sitemaps:
            return document
        entries: list[FeedEntry] = []
        damaged, left_out = document.damaged, 0
        for link in document.sitemaps[:MAX_SITEMAPS]:
            try:
                inner = await _read(await self._asked(link, FEED_BYTES))
            except (FetchError, FeedUnreadable) as error:
                result.failures[link] = str(error)
            else:
                entries += inner.entries
                left_out += inner.left_out
                if inner.damaged:
                    damaged = f"{link}: {inner.damaged}"
                if inner.sitemaps:
                    result.failures[link] = "an index of sitemaps within another is not read"
        if len(document.sitemaps) > MAX_SITEMAPS:
            result.notes.append(f"{len(document.sitemaps) - MAX_SITEMAPS:,} older sitemaps not read")
        left_out += max(0, len(entries) - feed_document.MAX_ENTRIES)
        return replace(document, entries=entries[: feed_document.MAX_ENTRIES], left_out=left_out, damaged=damaged)

    async def _fetch_due(self, feed: FeedSource, result: PollResult, *, pause: float) -> None:
        resting: dict[str, float] = {}
        for waiting in self._seen.due(feed.url, pause=pause):
            host = _host(waiting.entry.link)
            if host in resting:
                waiting.due = resting[host]
                self._seen.save_page(waiting)
                result.later += 1
                continue
            self._seen.save_page(waiting)  # or it would be sent again and again while nothing can be written down
            until = await self._look(feed, waiting, result)
            if until is not None:
                resting[host] = until

    async def _look(self, feed: FeedSource, known: Page, result: PollResult) -> float | None:
        """Fetch a page, produce its article if it says something new, and write down how it stands.

        Returns:
            until when the host wants rest, if it said so.
        """
        now, until = time.time(), None
        try:
            answer = await self._asked(known.entry.link, self._max_page, known.etag, known.last_modified)
            outcome = "same" if answer.unchanged else await self._produced(feed, known, answer)
        except FetchError as error:
            outcome = mark_failure(known, error, now)
            until = None if error.retry_seconds is None else now + error.retry_seconds
            if outcome in FAILURES:
                why = known.problem or str(error)
                result.failures[known.entry.link] = why
                self.problems[feed.url] = f"{known.entry.link}: {why}"
                self._seen.harvest.failure(feed.source)
                log.info("%s: %s", known.entry.link, why)
        else:
            known.attempts, known.problem, known.checked = 0, None, now
            known.due = now if outcome == "new" and self._follow > 0 else next_look(known, now, self._follow)
        if outcome not in FAILURES:
            setattr(result, outcome, getattr(result, outcome) + 1)
        self._metrics.page(feed.source, outcome)
        self._seen.save_page(known)
        return until

    async def _produced(self, feed: FeedSource, known: Page, answer: FetchResponse) -> str:
        """What the page counts as; one that cannot be read must not end the others.

        Raises:
            FetchError: it is no article.
            NotSent: the broker does not confirm.
            OperationalError: what came of it cannot be written down.
        """
        try:
            return await self._producer.produce(feed, known, answer)
        except (FetchError, NotSent, sqlite3.OperationalError):
            raise
        except Exception as error:
            log.exception("%s", known.entry.link)
            raise FetchError(f"an error inside ({type(error).__name__}); it is in the log", "refused") from error

    async def _asked(
        self, url: str, max_bytes: int, etag: str | None = None, last_modified: str | None = None
    ) -> FetchResponse:
        """Like the fetcher, but a host that wants a short rest is waited for."""
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            try:
                return await self._fetcher.get(url, max_bytes=max_bytes, etag=etag, last_modified=last_modified)
            except FetchError as error:
                if error.retry_seconds is None:
                    raise
                if time.monotonic() + error.retry_seconds > until:
                    raise
                await asyncio.sleep(error.retry_seconds + 0.05)


def _host(link: str) -> str:
    try:
        return URL(link).host or ""
    except ValueError:
        return ""


async def _read(answer: FetchResponse) -> FeedDocument:
    def read() -> FeedDocument:
        return feed_document.read(
            gunzipped(answer.body, FEED_BYTES), url=answer.url, content_type=answer.headers.get("Content-Type", "")
        )

    return await asyncio.to_thread(read)


async def _all(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of work done at the same time; what one raises ends all of it."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
