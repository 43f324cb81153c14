"""The feed's metrics and health, for Prometheus and whoever watches the process."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest


class FeedMetrics:
    """What one process has done since it started, by source."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._polls = Counter(
            "redefluss_feed_polls", "Polls of feeds, by outcome", ("source", "outcome"), registry=self.registry
        )
        self._pages = Counter(
            "redefluss_feed_pages", "Pages looked at, by outcome", ("source", "outcome"), registry=self.registry
        )
        self._characters = Counter(
            "redefluss_feed_characters",
            "Characters of produced pages that cleaning keeps and removes: a jump of the share is a changed layout",
            ("source", "part"),
            registry=self.registry,
        )
        self._last = Gauge(
            "redefluss_feed_last_poll_timestamp_seconds", "Time of the last poll", ("source",), registry=self.registry
        )

    def polled(self, source: str, outcome: str) -> None:
        """A feed was polled: "read", "unchanged" or "failed"."""
        self._polls.labels(source, outcome).inc()
        self._last.labels(source).set(time.time())

    def page(self, source: str, outcome: str) -> None:
        """A page was looked at: "new", "revised", "same", "known", "forbidden", "gone" or "failed"."""
        self._pages.labels(source, outcome).inc()

    def cleaned(self, source: str, *, kept: int, removed: int) -> None:
        """An article was produced; of its page, cleaning keeps and removes so many characters."""
        self._characters.labels(source, "kept").inc(kept)
        self._characters.labels(source, "removed").inc(removed)


@asynccontextmanager
async def served(metrics: FeedMetrics, host: str, port: int) -> AsyncIterator[None]:
    """Serve /metrics and /health/live; with port 0, nothing.

    Raises:
        OSError: the port is taken.
    """
    if not port:
        yield
        return

    async def expose(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.add_routes([web.get("/metrics", expose), web.get("/health/live", live)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
