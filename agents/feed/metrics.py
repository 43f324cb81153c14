"""The feed's metrics, for Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, disable_created_metrics

from agents.feed.harvest import PageLayout


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

        self._removed = Gauge(
            "redefluss_feed_removed_share",
            "Median share of a page's characters that cleaning removes, of the latest articles and of those before",
            ("source", "articles"),
            registry=self.registry,
        )
        self._drifted = Gauge(
            "redefluss_feed_layout_drifted",
            "1 if cleaning suddenly removes far more or far less of the source's pages",
            ("source",),
            registry=self.registry,
        )

    def polled(self, source: str, outcome: str) -> None:
        """A feed was polled: "read", "unchanged" or "failed"."""
        self._polls.labels(source, outcome).inc()
        self._last.labels(source).set(time.time())

    def page(self, source: str, outcome: str) -> None:
        """A page was looked at: "new", "revised", "same", "known", "forbidden", "gone", "failed" or "given_up"."""
        self._pages.labels(source, outcome).inc()

    def cleaned(self, source: str, *, kept: int, removed: int) -> None:
        """An article was produced; of its page, cleaning keeps and removes so many characters."""
        self._characters.labels(source, "kept").inc(kept)
        self._characters.labels(source, "removed").inc(removed)

    def layout(self, source: str, layout: PageLayout) -> None:
        """What is known of the layout of a source's pages."""
        if layout.recent is not None:
            self._removed.labels(source, "recent").set(layout.recent)
        if layout.usual is not None:
            self._removed.labels(source, "usual").set(layout.usual)
        self._drifted.labels(source).set(float(layout.drifted))
