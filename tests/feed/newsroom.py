"""A newsroom that polls feeds, and what it has sent."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaTimeoutError

from agents.feed.feed_list import FeedSource
from agents.feed.fetching import Fetcher
from agents.feed.hosts import Hosts
from agents.feed.metrics import FeedMetrics
from agents.feed.page_producer import PageProducer
from agents.feed.poll_result import PollResult
from agents.feed.poller import Poller
from agents.feed.seen import SeenPages
from pipeline.cleaning.cleaner import Cleaner
from pipeline.config import PipelineConfig
from schemas.codec import decode
from schemas.records import RawArticle
from tests.feed.site import Site

CLEANER = Cleaner(PipelineConfig(model_de="rules", quote_model="rules"))


class Newsroom:
    """A poller over a folder that outlives it, and what it has sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: list[RawArticle] = []
        self.bytes: list[bytes] = []
        self.broker_away = False
        self.options: dict[str, Any] = {"follow_seconds": 3600.0, "max_page_bytes": 200_000}

    async def send(self, article: RawArticle, value: bytes) -> None:
        if self.broker_away:
            raise KafkaTimeoutError
        self.sent.append(decode(value, RawArticle))
        self.bytes.append(value)

    @asynccontextmanager
    async def open(self, *feeds: FeedSource) -> AsyncIterator[Poller]:
        seen = SeenPages(self.folder)
        try:
            hosts = Hosts(pause_seconds=0, until=seen.hosts(), on_change=seen.save_host)
            async with Fetcher(hosts, user_agent="Redefluss/1", allow_private=True, timeout_seconds=5) as fetcher:
                yield self.poller(feeds, seen, fetcher)
        finally:
            seen.close()

    def poller(self, feeds: Sequence[FeedSource], seen: SeenPages, fetcher: Fetcher) -> Poller:
        metrics = FeedMetrics()
        producer = PageProducer(seen, self.send, CLEANER, max_message_bytes=1_000_000, metrics=metrics)
        return Poller(feeds, seen, fetcher, producer, metrics=metrics, **self.options)

    async def once(self, *feeds: FeedSource) -> list[PollResult]:
        self.sent.clear()
        self.bytes.clear()
        async with self.open(*feeds) as poller:
            return await poller.once(lambda _: None)


def feed(site: Site, path: str = "/feed.xml", **options: Any) -> FeedSource:
    return FeedSource(url=site.url(path), source="Waldauer Bote", **options)


def shift(newsroom: Newsroom, seconds: float) -> None:
    """Let time pass: all that is due is due so much earlier."""
    seen = SeenPages(newsroom.folder)
    seen._db.execute("UPDATE pages SET due = due + ?", (seconds,))
    seen._db.execute("UPDATE hosts SET until = until + ?", (seconds,))
    seen.close()
