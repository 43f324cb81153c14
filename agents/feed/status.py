"""The state of the sources, as `redefluss feed` reports it to the pages of the workers."""

from collections.abc import Iterable, Mapping
from typing import Any

from agents.feed.feed_list import FeedSource
from agents.feed.seen import SeenPages

MOST_PROBLEMS = 3


def status(feeds: Iterable[FeedSource], seen: SeenPages, problems: Mapping[str, str]) -> dict[str, Any]:
    """Each source with what came of it.

    Args:
        feeds: all that are polled.
        seen: what was seen of them.
        problems: what is wrong with a feed now, or with the last page of it that failed, by the feed's URL.
    """
    by_source: dict[str, list[FeedSource]] = {}
    for feed in feeds:
        by_source.setdefault(feed.source, []).append(feed)
    return {"sources": [_source(name, listed, seen, problems) for name, listed in sorted(by_source.items())]}


def _source(name: str, feeds: list[FeedSource], seen: SeenPages, problems: Mapping[str, str]) -> dict[str, Any]:
    counts, layout = seen.harvest.counts(name), seen.harvest.layout(name)
    polled = [state.polled for feed in feeds if (state := seen.feed(feed.url)).polled is not None]
    wrong = [f"{feed.public_url}: {problems[feed.url]}" for feed in feeds if feed.url in problems]
    return {
        "source": name,
        "feeds": len(feeds),
        "hours": counts.hours,
        "new": counts.new,
        "revised": counts.revised,
        "failed": counts.failed,
        "polled_at": max(polled, default=None),
        "problems": wrong[:MOST_PROBLEMS],
        "usual_removed": layout.usual,
        "recent_removed": layout.recent,
        "drifted": layout.drifted,
    }
