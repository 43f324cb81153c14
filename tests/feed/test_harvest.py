"""What is told of sources: articles by the hour, failures, and whether the layout of their pages has changed."""

import random
from pathlib import Path

import pytest

from agents.feed.feed_list import FeedSource
from agents.feed.harvest import PageLayout, layout
from agents.feed.metrics import FeedMetrics
from agents.feed.seen import SeenPages
from agents.feed.status import status
from tests.feed.site import PARAGRAPH, Site
from tests.feed.test_poller import Newsroom

SOURCE = "Waldauer Bote"


def shares(middle: float, count: int, spread: float = 0.05) -> list[float]:
    generator = random.Random(3)
    return [min(1.0, max(0.0, generator.gauss(middle, spread))) for _ in range(count)]


@pytest.mark.parametrize(
    ("before", "latest", "drifted"),
    [
        (shares(0.2, 60), shares(0.2, 10), False),
        (shares(0.2, 60), shares(0.3, 10), False),  # not far enough
        (shares(0.2, 60), shares(0.6, 10), True),  # far more is removed
        (shares(0.7, 60), shares(0.1, 10), True),  # far less
        (shares(0.5, 60, 0.3), shares(0.75, 10), False),  # a source whose pages differ so much anyway
        (shares(0.2, 60), [*shares(0.2, 6), *([0.9] * 4)], False),  # some pages of another kind
        (shares(0.2, 19), shares(0.9, 10), False),  # nothing is usual yet
    ],
)
def test_a_layout_has_drifted_when_cleaning_suddenly_removes_far_more_or_less(
    before: list[float], latest: list[float], drifted: bool
) -> None:
    assert layout(before + latest).drifted is drifted


def test_of_no_articles_nothing_is_known() -> None:
    assert layout([]) == PageLayout(None, None, False)


def test_hours_and_failures_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    seen = SeenPages(tmp_path)
    for hours, outcome in ((0.5, "new"), (1.5, "new"), (1.7, "new"), (1.8, "revised"), (30, "new")):
        monkeypatch.setattr("agents.feed.harvest.time.time", lambda hours=hours: now - hours * 3600)
        seen.harvest.article(SOURCE, outcome, kept=75, removed=25)
        seen.harvest.failure("Andere Zeitung")
    monkeypatch.setattr("agents.feed.harvest.time.time", lambda: now)
    counts = seen.harvest.counts(SOURCE)
    assert (counts.new, counts.revised, counts.failed) == (3, 1, 0)
    assert counts.hours == [0] * 22 + [2, 1]
    assert seen.harvest.counts("Andere Zeitung").failed == 4
    assert seen.harvest.layout(SOURCE).recent == 0.25
    monkeypatch.setattr("agents.feed.harvest.time.time", lambda: now + 15 * 86_400)
    seen.forget_old()
    assert seen.harvest.layout(SOURCE).recent is None
    seen.close()


async def test_what_the_poller_does_is_told_by_source(site: Site, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "feed")
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a", "/weg"])
    feeds = [
        FeedSource(url=site.url("/feed.xml"), source=SOURCE),
        FeedSource(url=site.url("/keiner.xml"), source="Andere"),
    ]
    async with newsroom.open(*feeds) as poller:
        await poller.once(lambda _: None)
        other, told = status(feeds, poller._seen, poller.problems)["sources"]
    assert (told["source"], told["feeds"], told["new"], told["failed"]) == (SOURCE, 1, 1, 1)
    assert sum(told["hours"]) == 1
    assert 0 <= told["recent_removed"] < 1
    assert told["problems"] == [f"{feeds[0].url}: {site.url('/weg')}: HTTP 404 Not Found"]
    assert (other["new"], other["failed"]) == (0, 1)
    assert other["problems"] == [f"{feeds[1].url}: HTTP 404 Not Found"]


async def test_a_feed_that_works_again_has_no_problem(site: Site, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "feed")
    one = FeedSource(url=site.url("/feed.xml"), source=SOURCE)
    async with newsroom.open(one) as poller:
        await poller.once(lambda _: None)
        assert poller.problems
        site.page("/a", "Rat schließt Freibad", PARAGRAPH)
        site.rss("/feed.xml", ["/a"])
        await poller.once(lambda _: None)
        assert not poller.problems


def test_a_drifted_layout_is_a_metric() -> None:
    metrics = FeedMetrics()
    metrics.layout(SOURCE, PageLayout(0.2, 0.9, True))
    value = metrics.registry.get_sample_value
    assert value("redefluss_feed_layout_drifted", {"source": SOURCE}) == 1
    assert value("redefluss_feed_removed_share", {"source": SOURCE, "articles": "recent"}) == 0.9
    assert value("redefluss_feed_removed_share", {"source": SOURCE, "articles": "usual"}) == 0.2
