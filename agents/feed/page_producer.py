"""The article of a fetched page, produced if it says something new."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

from agents.feed import page
from agents.feed.feed_list import FeedSource
from agents.feed.fetching import FetchError, FetchResponse
from agents.feed.metrics import FeedMetrics
from agents.feed.seen import Page, SeenPages
from agents.outgoing import SIZE_ERRORS
from pipeline.identity import article_id
from schemas.codec import RecordError, encode, one_line
from schemas.records import CleanArticle, RawArticle

SendArticle = Callable[[RawArticle, bytes], Awaitable[None]]
"""Returns once the broker has confirmed the article; raises KafkaError."""


class NotSent(Exception):
    """The broker did not confirm an article: one line."""


class PageProducer:
    """Makes articles of pages, one after the other, and sends them.

    Args:
        seen: what was seen before.
        send: takes a record and its bytes.
        clean: the function of the first stage, which tells whether a page says something new.
        max_message_bytes: of a record; larger ones fail.
        metrics: counts.
    """

    def __init__(
        self,
        seen: SeenPages,
        send: SendArticle,
        clean: Callable[[RawArticle], CleanArticle],
        *,
        max_message_bytes: int,
        metrics: FeedMetrics,
    ) -> None:
        self._seen = seen
        self._send = send
        self._clean = clean
        self._max_message = max_message_bytes
        self._metrics = metrics
        self._cleaning = asyncio.Lock()

    async def produce(self, feed: FeedSource, known: Page, answer: FetchResponse) -> str:
        """Send the article of the page, unless nothing is new, and note it in `known`; what that counts as.

        Raises:
            FetchError: the article cannot be a message.
            NotSent: the broker does not confirm.
        """
        text = page.text_of(answer)
        first = known.article is None
        url = known.url or page.canonical_url(text, answer.url)
        record = self._record(feed, known, url, text)
        async with self._cleaning:
            reading = await asyncio.to_thread(page.read, self._clean, record)
        fingerprint = reading.fingerprint
        if first and (holder := self._seen.holder(record.id or "", but=known.link)):
            if holder.fingerprint == fingerprint:
                known.problem = "known under another link"
                return "known"
            # Two pages that claim one URL: each is an article of its own.
            url = page.canonical_url("", answer.url)
            record = self._record(feed, known, url, text)
            if self._seen.holder(record.id or "", but=known.link):
                known.problem = "known under another link"
                return "known"
        known.etag, known.last_modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        if fingerprint == known.fingerprint:
            return "same"
        await self._confirmed(record)
        outcome = "new" if first else "revised"
        self._metrics.cleaned(feed.source, kept=reading.kept, removed=reading.removed)
        self._seen.harvest.article(feed.source, outcome, kept=reading.kept, removed=reading.removed)
        self._metrics.layout(feed.source, self._seen.harvest.layout(feed.source))
        known.article, known.url, known.fingerprint = record.id, url, fingerprint
        return outcome

    def _record(self, feed: FeedSource, known: Page, url: str, text: str) -> RawArticle:
        identifier = known.article or article_id(RawArticle(url=url, text=""), key=None)
        title = self._seen.feed(feed.url).title
        return page.article(feed, title, known.entry, identifier=identifier, url=url, text=text)

    async def _confirmed(self, record: RawArticle) -> None:
        try:
            value = encode(record)
        except RecordError as error:
            raise FetchError(error.detail, "refused") from None
        if len(value) > self._max_message:
            raise FetchError(f"{len(value):,} bytes; the limit of a message is {self._max_message:,}", "refused")
        try:
            await self._send(record, value)
        except SIZE_ERRORS:  # the topic allows less than the settings
            raise FetchError(f"{len(value):,} bytes; the broker takes no message so large", "refused") from None
        except KafkaError as error:
            raise NotSent(f"the broker does not confirm: {one_line(str(error)) or type(error).__name__}") from None
