"""Whatever a site sends, it leads nowhere it should not, ends nothing but itself, and no password is told."""

from typing import Any

import pytest
from multidict import CIMultiDict

from agents.feed import page
from agents.feed.feed_list import FeedSource
from agents.feed.fetching import Fetcher, FetchResponse
from agents.feed.hosts import Hosts
from agents.feed.seen import SeenPages
from tests.feed.newsroom import Newsroom, feed
from tests.feed.site import Site, rss_of


@pytest.mark.parametrize("link", ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.7/a", "http://[::1]/a"])
async def test_private_addresses_in_a_feed_are_refused(site: Site, newsroom: Newsroom, link: str) -> None:
    """The feed's own host is taken for a public one; what it lists is checked on its own."""

    class PublicFeed(Fetcher):
        async def _once(self, url: Any, *rest: Any) -> Any:
            if url.host != "zeitung.example":
                return await super()._once(url, *rest)
            return FetchResponse(str(url), 200, rss_of(site, [link]).encode(), CIMultiDict()), ""

    seen = SeenPages(newsroom.folder)
    async with PublicFeed(Hosts(pause_seconds=0), user_agent="Redefluss", timeout_seconds=2) as strict:
        poller = newsroom.poller([FeedSource(url="http://zeitung.example/feed.xml", source="Bote")], seen, strict)
        (result,) = await poller.once(lambda _: None)
    seen.close()
    assert result.error is None
    assert "is no public address" in result.failures[link]
    assert newsroom.sent == []


async def test_what_one_site_sends_does_not_end_the_others(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/gut.xml", ["/a"])
    wrong = "application/xml; charset=punycode"
    site.put("/wirr.xml", b"<rss><channel><item><link>/a</link><title>Rat</title></item></channel></rss>", kind=wrong)
    results = await newsroom.once(*(feed(site, f"/{name}.xml") for name in ("wirr", "gut")))
    assert results[-1].new == 1
    assert "\n" not in (results[0].error or "\n")


async def test_an_error_inside_fails_one_page_alone(
    site: Site, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.page("/b", "Rat öffnet Freibad")
    site.rss("/feed.xml", ["/a", "/b"])
    read = page.text_of

    def failing(answer: Any) -> str:
        if answer.url.endswith("/a"):
            raise OverflowError("zu groß")
        return read(answer)

    monkeypatch.setattr(page, "text_of", failing)
    (result,) = await newsroom.once(feed(site))
    assert (result.new, list(result.failures)) == (1, [site.url("/a")])
    assert "OverflowError" in result.failures[site.url("/a")]


async def test_a_canonical_link_to_a_host_that_cannot_be_is_passed_over(site: Site, newsroom: Newsroom) -> None:
    """The page was refused for it, with a traceback in the log."""
    site.page("/a", "Rat schließt Freibad", head='<link rel="canonical" href="http://xn--a.example/b">')
    site.rss("/feed.xml", ["/a"])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.failures) == (1, {})
    assert newsroom.sent[0].url == site.url("/a")


async def test_a_page_that_cannot_be_cleaned_is_sent_as_it_is(site: Site, newsroom: Newsroom) -> None:
    broken = "&#" + "9" * 5000 + ";"
    site.page("/a", "Rat schließt", head=f'<script type="application/ld+json">{{"headline": "{broken}"}}</script>')
    site.rss("/feed.xml", ["/a"])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.failed) == (1, False)


async def test_a_password_in_a_feeds_address_is_told_nobody(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    secret = FeedSource(url=site.url("/feed.xml").replace("//", "//kundin:geheim@"), source="Waldauer Bote")
    (result,) = await newsroom.once(secret)
    assert newsroom.sent[0].meta["feed"]["url"] == site.url("/feed.xml")
    assert "geheim" not in result.line()
