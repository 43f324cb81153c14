"""Polling: what is fetched, what is produced, and what is remembered."""

import asyncio
import contextlib
import errno
import fcntl
import gzip
import sqlite3
import time
from pathlib import Path

import orjson
import pytest
from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError

from agents.feed import feed_document, timing
from agents.feed.feed_document import FeedEntry
from agents.feed.feed_list import FeedSource
from agents.feed.page_producer import NotSent
from agents.feed.seen import FeedState, SeenError, SeenPages
from pipeline.identity import article_id
from schemas.records import RawArticle
from tests.feed.newsroom import Newsroom, feed, shift
from tests.feed.site import PARAGRAPH, SECOND, Site, rss_of
from tests.support.small_disk import filled, small_disk
from tests.support.waiting import until


async def test_new_articles_are_sent_once(site: Site, newsroom: Newsroom) -> None:
    for number in range(3):
        site.page(f"/a/{number}", f"Rat schließt Freibad {number}")
    site.rss("/feed.xml", [f"/a/{number}" for number in range(3)], etag='"1"')
    (result,) = await newsroom.once(feed(site, language="de"))
    assert (result.new, result.failed) == (3, False)
    first = newsroom.sent[0]
    assert first.id == article_id(RawArticle(url=site.url("/a/0"), text=""), key=None)
    assert (first.url, first.source, first.language) == (site.url("/a/0"), "Waldauer Bote", "de")
    assert first.published_at == "2022-01-10T08:00:00Z"
    assert first.html is not None
    assert "Freibad 0" in first.html
    assert first.meta["feed"]["url"] == site.url("/feed.xml")
    assert first.meta["feed"]["title"] == "Waldauer Bote"
    assert first.meta["feed"]["entry"]["title"] == "Titel 0"
    assert first.meta["feed"]["entry"]["tags"] == ["Politik"]

    site.asked.clear()
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.revised, result.unchanged, result.same) == (0, 0, True, 3)
    assert newsroom.sent == []
    assert site.asked[1].headers["If-None-Match"] == '"1"'


async def test_a_changed_article_comes_again_under_its_id(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"], etag='"1"')
    await newsroom.once(feed(site))
    before = newsroom.sent[0]
    site.page("/a", "Rat schließt Freibad", PARAGRAPH, SECOND, head="<meta name='zaehler' content='17'>")
    (result,) = await newsroom.once(feed(site))
    assert (result.revised, result.same) == (0, 1), "what cleaning removes is no change"
    site.page("/a", "Rat schließt Freibad doch nicht", PARAGRAPH, "Am Abend nahm der Rat den Beschluss zurück.")
    for _ in range(100):  # a page is due again after half of its age
        (result,) = await newsroom.once(feed(site))
        if result.revised:
            break
        await asyncio.sleep(0.1)
    assert (result.new, result.revised) == (0, 1)
    assert newsroom.sent[0].id == before.id
    assert newsroom.sent[0].html != before.html
    assert newsroom.sent[0].meta == before.meta


async def test_articles_are_followed_for_a_time_only(site: Site, newsroom: Newsroom) -> None:
    newsroom.options["follow_seconds"] = 0.0
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    await newsroom.once(feed(site))
    site.asked.clear()
    await newsroom.once(feed(site))
    assert "/a" not in site.paths()


async def test_an_entry_that_changed_is_looked_at_at_once(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    await newsroom.once(feed(site))
    seen = SeenPages(newsroom.folder)
    (page,) = seen.due(feed(site).url, pause=0)
    page.due = time.time() + 1000
    seen.save_page(page)
    seen.close()
    site.page("/a", "Rat öffnet Freibad", PARAGRAPH, "Am Abend nahm der Rat den Beschluss zurück.")
    site.put("/feed.xml", rss_of(site, ["/a"], date="Mon, 10 Jan 2022 12:00:00 +0100"), kind="application/rss+xml")
    (result,) = await newsroom.once(feed(site))
    assert result.revised == 1


async def test_the_canonical_url_makes_the_id(site: Site, newsroom: Newsroom) -> None:
    head = f"<link rel='canonical' href='{site.url('/artikel/freibad')}'>"
    site.page("/a?ref=rss", "Rat schließt Freibad", head=head)
    site.page("/amp/a", "Rat schließt Freibad", head=head)
    site.rss("/feed.xml", ["/a?ref=rss", "/amp/a"])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.known) == (1, 1)
    assert newsroom.sent[0].url == site.url("/artikel/freibad")


@pytest.mark.parametrize(
    "target",
    ["/", "https://anderswo.example/artikel/1", "javascript:alert(1)", "http://[", "ftp://127.0.0.1/artikel/1"],
)
async def test_a_canonical_url_that_cannot_be_is_not_believed(site: Site, newsroom: Newsroom, target: str) -> None:
    for number in range(2):
        site.page(f"/a/{number}", f"Artikel Nummer {number}", head=f"<link href='{target}' rel=canonical>")
    site.rss("/feed.xml", ["/a/0", "/a/1"])
    await newsroom.once(feed(site))
    assert [article.url for article in newsroom.sent] == [site.url("/a/0"), site.url("/a/1")]


async def test_two_articles_with_one_canonical_url_are_both_sent(site: Site, newsroom: Newsroom) -> None:
    head = "<link rel='canonical' href='/ressort/politik'>"
    site.page("/a/0", "Rat schließt Freibad", head=head)
    site.page("/a/1", "Pokal geht an Waldau", "Waldau gewann am Sonntag das Finale vor 3.000 Zuschauern.", head=head)
    site.rss("/feed.xml", ["/a/0", "/a/1"])
    (result,) = await newsroom.once(feed(site))
    assert result.new == 2
    assert len({article.id for article in newsroom.sent}) == 2


async def test_news_sitemaps_and_their_indexes(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.put(
        "/index.xml",
        f"<sitemapindex><sitemap><loc>{site.url('/news.xml.gz')}</loc></sitemap>"
        f"<sitemap><loc>{site.url('/weg.xml')}</loc></sitemap></sitemapindex>",
        kind="application/xml",
    )
    urlset = f"<urlset><url><loc>{site.url('/a')}</loc><lastmod>2022-01-10</lastmod></url></urlset>"
    site.put("/news.xml.gz", gzip.compress(urlset.encode()), kind="application/gzip")
    (result,) = await newsroom.once(feed(site, "/index.xml"))
    assert result.new == 1
    assert list(result.failures) == [site.url("/weg.xml")]
    assert newsroom.sent[0].published_at == "2022-01-10T00:00:00Z"


async def test_what_is_left_out_of_the_sitemaps_of_an_index_is_told(
    site: Site, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_document, "MAX_ENTRIES", 10)

    def put(path: str, *inside: str, end: str = "</urlset>") -> None:
        site.put(path, f"<urlset>{''.join(inside)}{end}", kind="application/xml")

    def urls(count: int) -> list[str]:
        return [f"<url><loc>ftp://a.example/{number}</loc></url>" for number in range(count)]

    inner = "".join(
        f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/lang.xml", "/kaputt.xml", "/index.xml")
    )
    site.put("/index.xml", f"<sitemapindex>{inner}</sitemapindex>", kind="application/xml")
    put("/lang.xml", *urls(12))
    put("/kaputt.xml", *urls(2), end="<url>")
    (result,) = await newsroom.once(feed(site, "/index.xml"))
    assert result.failures[site.url("/index.xml")] == "an index of sitemaps within another is not read"
    left_out, damaged = result.notes
    assert left_out == "4 older entries not taken"
    assert damaged.startswith(f"damaged: {site.url('/kaputt.xml')}: ")


async def test_what_fails_is_told_and_tried_again_where_that_helps(site: Site, newsroom: Newsroom) -> None:
    site.put("/a", status=500)
    site.put("/bild", b"\x89PNG", kind="image/png")
    site.put("/bytes", b"<p>\0\1\2</p>")
    site.put("/gross", b"x" * 300_000)
    site.rss("/feed.xml", ["/a", "/weg", "/bild", "/bytes", "/gross"], etag='"1"')
    (result,) = await newsroom.once(feed(site))
    assert result.failed
    assert [*result.failures.values()] == [
        "HTTP 500 Internal Server Error",
        "HTTP 404 Not Found",
        "no page: image/png",
        "no page: binary data",
        "larger than 200,000 bytes",
    ]
    assert "5 failed" in result.line()
    site.page("/a", "Rat schließt Freibad")
    site.asked.clear()
    shift(newsroom, -120)
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.failed) == (1, False)
    assert site.paths() == ["/robots.txt", "/feed.xml", "/a"]


async def test_robots_is_no_failure(site: Site, newsroom: Newsroom) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /plus/\n", kind="text/plain")
    site.page("/plus/a", "Nur für Abonnenten")
    site.rss("/feed.xml", ["/plus/a"])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.forbidden, result.failed) == (0, 1, False)
    assert "/plus/a" not in site.paths()


async def test_a_feed_that_cannot_be_had(site: Site, newsroom: Newsroom) -> None:
    site.put("/kaputt.xml", "<html>Anmelden</html>")
    site.put("/leer.xml", "")
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    results = await newsroom.once(*(feed(site, path) for path in ("/kaputt.xml", "/leer.xml", "/weg.xml", "/feed.xml")))
    assert [result.error for result in results] == [
        "neither RSS, Atom nor a sitemap",
        "empty",
        "HTTP 404 Not Found",
        None,
    ]
    assert results[-1].new == 1


async def test_a_gone_article_is_no_longer_followed(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    await newsroom.once(feed(site))
    del site.answers["/a"]
    (result,) = await newsroom.once(feed(site))
    assert (result.gone, result.failed) == (1, False)
    site.asked.clear()
    await newsroom.once(feed(site))
    assert "/a" not in site.paths()


async def test_what_the_broker_did_not_confirm_is_sent_after_a_restart(site: Site, newsroom: Newsroom) -> None:
    for number in range(3):
        site.page(f"/a/{number}", f"Artikel {number}")
    site.rss("/feed.xml", [f"/a/{number}" for number in range(3)], etag='"1"')
    newsroom.broker_away = True
    with pytest.raises(NotSent):
        await newsroom.once(feed(site))
    newsroom.broker_away = False
    (result,) = await newsroom.once(feed(site))
    assert result.unchanged, "the feed itself was read before"
    assert result.new == 3


async def test_a_clock_that_was_wrong_for_a_time_holds_up_nothing(site: Site, newsroom: Newsroom) -> None:
    """The feed was polled, and pages were listed, in what is the future now that the clock is right."""
    for number in range(2):
        site.page(f"/a/{number}", f"Artikel {number}")
    site.rss("/feed.xml", ["/a/0", "/a/1"])
    await newsroom.once(feed(site))
    with contextlib.closing(sqlite3.connect(newsroom.folder / "feed.sqlite", isolation_level=None)) as database:
        for table, times in (("feeds", "polled next_poll"), ("pages", "listed first_seen due checked")):
            later = ", ".join(f"{column} = {column} + 365 * 86400.0" for column in times.split())
            database.execute(f"UPDATE {table} SET {later}")
    site.page("/a/0", "Artikel 0, neu")
    site.asked.clear()
    async with newsroom.open(feed(site)) as poller:
        task = asyncio.create_task(poller.forever(lambda _: None))
        await until(lambda: len(newsroom.sent) >= 3, 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert "/feed.xml" in site.paths()
    assert newsroom.sent[-1].html is not None
    assert "Artikel 0, neu" in newsroom.sent[-1].html


@pytest.mark.parametrize("error", [MessageSizeTooLargeError, RecordListTooLargeError])
async def test_a_page_that_is_too_large_for_the_broker_holds_up_no_other(
    site: Site, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """As where somebody else made the topic, with a lower limit."""
    for number in range(3):
        site.page(f"/a/{number}", f"Artikel {number}")
    site.rss("/feed.xml", [f"/a/{number}" for number in range(3)])
    confirmed = newsroom.send

    async def send(article: RawArticle, value: bytes) -> None:
        if "Artikel 0" in (article.html or ""):
            raise error
        await confirmed(article, value)

    monkeypatch.setattr(newsroom, "send", send)
    (result,) = await newsroom.once(feed(site))
    assert (result.new, list(result.failures)) == (2, [site.url("/a/0")])
    (result,) = await newsroom.once(feed(site))
    assert (result.new, result.failures) == (0, {}), "it is not tried again"


async def test_the_same_page_gives_the_same_bytes(site: Site, tmp_path: Path) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    values = []
    for name in ("eins", "zwei"):
        newsroom = Newsroom(tmp_path / name)
        await newsroom.once(feed(site))
        values += newsroom.bytes
    assert values[0] == values[1]
    assert orjson.loads(values[0])["schema"] == "raw-article/1"


async def test_one_article_in_two_feeds_is_sent_once(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.rss("/eins.xml", ["/a?utm_source=eins"])
    site.rss("/zwei.xml", ["/a"])
    site.answers["/a?utm_source=eins"] = site.answers["/a"]
    results = await newsroom.once(feed(site, "/eins.xml"), feed(site, "/zwei.xml"))
    assert sum(result.new for result in results) == len(newsroom.sent) == 1


async def test_pages_of_a_feed_that_is_no_longer_polled_pass_to_another(site: Site, newsroom: Newsroom) -> None:
    site.put("/a", status=500)
    site.rss("/eins.xml", ["/a"])
    site.rss("/zwei.xml", ["/a"])
    await newsroom.once(feed(site, "/eins.xml"))
    site.page("/a", "Rat schließt Freibad")
    shift(newsroom, -120)
    (result,) = await newsroom.once(feed(site, "/zwei.xml"))
    assert result.new == 1


def test_a_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match="No locks available"):
        SeenPages(tmp_path)


async def test_only_one_process_uses_the_memory(newsroom: Newsroom, tmp_path: Path) -> None:
    seen = SeenPages(newsroom.folder)
    with pytest.raises(SeenError, match="another `redefluss feed`"):
        SeenPages(newsroom.folder)
    seen.close()
    broken = tmp_path / "kaputt"
    broken.mkdir()
    (broken / "feed.sqlite").write_bytes(b"kein SQLite" * 1000)
    with pytest.raises(SeenError, match="move it away"):
        SeenPages(broken)


def test_on_a_full_disk_nobody_is_told_to_move_away_what_was_seen(tmp_path: Path) -> None:
    with small_disk(tmp_path / "voll", "64k") as folder, filled(folder), pytest.raises(SeenError) as refused:
        SeenPages(folder)
    assert str(refused.value) == f"{tmp_path / 'voll' / 'feed.sqlite'}: database or disk is full"


def test_a_disk_that_becomes_full_while_a_poll_is_written_down_is_named(tmp_path: Path) -> None:
    seen = SeenPages(tmp_path)
    (pages,) = seen._db.execute("PRAGMA page_count").fetchone()
    seen._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    listed = [FeedEntry(f"https://a.example/{number}", title="x" * 500) for number in range(3_000)]
    with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
        seen.save_feed(FeedState("https://a.example/feed.xml"), listed, others=set(), follow=0.0)
    assert seen.page("https://a.example/0") is None
    seen.close()


@pytest.mark.parametrize("until_sent", [False, True], ids=["before-the-poll", "when-its-article-is-sent"])
async def test_while_what_was_seen_cannot_be_written_it_waits(
    site: Site, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, until_sent: bool
) -> None:
    """As on a full disk, it ended with a traceback."""
    monkeypatch.setattr("agents.feed.poller.FILE_RETRY_SECONDS", 0.05)
    monkeypatch.setattr("agents.feed.poller.FORGET_SECONDS", 0.05)
    site.page("/a", "Rat schließt Freibad")
    site.rss("/feed.xml", ["/a"])
    send = newsroom.send

    async def send_and_write_no_more(article: RawArticle, value: bytes) -> None:
        await send(article, value)
        database.execute("PRAGMA query_only = ON")

    monkeypatch.setattr(newsroom, "send", send_and_write_no_more)
    async with newsroom.open(feed(site)) as poller:
        database = poller._seen._db
        database.execute(f"PRAGMA query_only = {'OFF' if until_sent else 'ON'}")
        running = asyncio.create_task(poller.forever(lambda _: None))
        await until(lambda: len(caplog.records) > 2 or running.done())
        assert not running.done()
        monkeypatch.setattr(poller._producer, "_send", send)
        database.execute("PRAGMA query_only = OFF")
        await until(lambda: poller._seen.harvest.counts("Waldauer Bote").new == 1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    told = {record.getMessage() for record in caplog.records}
    assert told == {f"{newsroom.folder / 'feed.sqlite'}: attempt to write a readonly database; tried again in 0 s"}
    assert len(newsroom.sent) == 1 + until_sent, "what was sent and not noted is sent once more"


async def test_once_tells_in_a_line_that_what_was_seen_cannot_be_written(site: Site, newsroom: Newsroom) -> None:
    site.rss("/feed.xml", [])
    async with newsroom.open(feed(site)) as poller:
        poller._seen._db.execute("PRAGMA query_only = ON")
        with pytest.raises(SeenError, match=r"feed\.sqlite: attempt to write a readonly database$"):
            await poller.once(lambda _: None)


async def test_it_goes_on_polling_and_ends_when_told(site: Site, newsroom: Newsroom) -> None:
    site.page("/a", "Rat schließt Freibad")
    site.page("/b", "Rat öffnet Freibad", PARAGRAPH, "Am Abend nahm der Rat den Beschluss zurück.")
    site.rss("/feed.xml", ["/a"])
    async with newsroom.open(feed(site, interval_minutes=0.005)) as poller:
        running = asyncio.create_task(poller.forever(lambda _: None))
        await until(lambda: len(newsroom.sent) == 1)
        site.rss("/feed.xml", ["/a", "/b"])
        await until(lambda: len(newsroom.sent) == 2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert site.paths().count("/a") == 1, "a page is not looked at again at every poll"


async def test_what_is_old_is_forgotten_while_it_goes_on(
    site: Site, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.feed.poller.FORGET_SECONDS", 0.05)
    forgotten: list[None] = []
    monkeypatch.setattr(SeenPages, "forget_old", lambda _: forgotten.append(None))
    site.rss("/feed.xml", [])
    async with newsroom.open(feed(site)) as poller:
        running = asyncio.create_task(poller.forever(lambda _: None))
        await until(lambda: len(forgotten) > 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_intervals_follow_what_comes_and_end_somewhere() -> None:
    state = FeedState("x")
    often = FeedSource(url="https://a.example/", source="A")

    def next_interval(new: int, failures: int = 0, retry: float | None = None, feed: FeedSource = often) -> float:
        state.failures = failures
        state.interval = timing.next_interval(feed, state, new=new, retry_seconds=retry)
        return state.interval

    assert next_interval(new=3) == 450
    assert [next_interval(new=1) for _ in range(3)][-1] == timing.SHORTEST_INTERVAL_SECONDS
    assert [next_interval(new=0) for _ in range(20)][-1] == timing.LONGEST_INTERVAL_SECONDS
    assert next_interval(new=0, failures=1, retry=86_400) == 86_400
    fixed = FeedSource(url="https://a.example/", source="A", interval_minutes=2)
    assert next_interval(new=0, feed=fixed) == next_interval(new=9, feed=fixed) == 120
    assert next_interval(new=0, failures=2, feed=fixed) == 480
