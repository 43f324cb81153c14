"""RSS, Atom and sitemaps, whole and broken."""

import contextlib
import time
from pathlib import Path

import pytest

from agents.feed import feed_document
from agents.feed.feed_document import FeedDocument, FeedUnreadable
from tests.support.timing import is_done_within

URL = "https://www.example.org/feeds/politik.xml"


def read(text: str | bytes, kind: str = "application/xml") -> FeedDocument:
    body = text.encode() if isinstance(text, str) else text
    return feed_document.read(body, url=URL, content_type=kind)


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Waldauer  Bote</title><language>de-DE</language>
<item><title>Rat schließt &amp; spart</title><link>/a/1.html?x=1&amp;y=2#kommentare</link>
<guid isPermaLink="false">a1</guid>
<pubDate>Mon, 10 Jan 2022 09:00:00 +0100</pubDate><dc:creator>Eva Muster</dc:creator><category>Politik</category>
<description>&lt;p&gt;Kurz&lt;/p&gt;</description></item>
<item><title>ohne Link</title></item>
<item><link>/a/1.html?x=1&amp;y=2</link></item>
<item><link>https://www.example.org/a/2</link><pubDate>irgendwann</pubDate></item>
</channel></rss>"""


def test_rss() -> None:
    document = read(RSS)
    assert (document.title, document.language, document.damaged) == ("Waldauer Bote", "de-DE", None)
    first, second = document.entries
    assert first.link == "https://www.example.org/a/1.html?x=1&y=2"
    assert (first.title, first.guid, first.published_at) == ("Rat schließt & spart", "a1", "2022-01-10T08:00:00Z")
    assert (first.authors, first.tags) == (("Eva Muster",), ("Politik",))
    assert second.published_at is None
    assert second.metadata() == {"link": "https://www.example.org/a/2"}


def test_the_server_may_say_how_a_feed_is_encoded() -> None:
    body = RSS.replace(' encoding="UTF-8"', "").replace("spart", "spart 5 €").encode("iso-8859-15")
    document = read(body, "application/rss+xml; charset=iso-8859-15")
    assert (document.entries[0].title, document.damaged) == ("Rat schließt & spart 5 €", None)


def test_atom() -> None:
    document = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Bote</title>
        <entry><title>Eins</title><id>urn:1</id><link rel="alternate" href="/a/1"/>
        <link rel="enclosure" href="/a/1.mp3"/>
        <published>2022-01-10T09:00:00+01:00</published><updated>2022-01-10T10:30:00+01:00</updated></entry></feed>"""
    )
    (entry,) = document.entries
    assert (entry.link, entry.guid) == ("https://www.example.org/a/1", "urn:1")
    assert (entry.published_at, entry.updated_at) == ("2022-01-10T08:00:00Z", "2022-01-10T09:30:00Z")


NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://www.example.org/a/1 </loc><lastmod>2022-01-10</lastmod>
<image:image><image:loc>https://www.example.org/bild.jpg</image:loc><image:title>Bild</image:title></image:image>
<n:news><n:publication><n:name>Bote</n:name><n:language>de</n:language></n:publication>
<n:publication_date>2022-01-10T09:00:00+01:00</n:publication_date><n:title>Rat schließt Freibad</n:title>
<n:keywords>Rat, Freibad</n:keywords></n:news></url>
<url><lastmod>2022-01-11</lastmod></url></urlset>"""


def test_news_sitemap() -> None:
    document = read(NEWS)
    assert document.language == "de"
    (entry,) = document.entries
    assert (entry.link, entry.title) == ("https://www.example.org/a/1", "Rat schließt Freibad")
    assert (entry.published_at, entry.updated_at) == ("2022-01-10T09:00:00+01:00", "2022-01-10T00:00:00Z")
    assert entry.tags == ("Rat", "Freibad")


def test_sitemap_index_has_the_newest_first() -> None:
    document = read(
        """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <sitemap><loc>/alt.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
        <sitemap><loc>/neu.xml.gz</loc><lastmod>2022-01-01</lastmod></sitemap></sitemapindex>"""
    )
    assert document.sitemaps == ["https://www.example.org/neu.xml.gz", "https://www.example.org/alt.xml"]


def test_a_long_sitemap_is_taken_from_its_newest_end() -> None:
    urls = "".join(
        f"<url><loc>/a/{number}</loc><lastmod>20{number // 100:02d}-01-01</lastmod></url>" for number in range(3000)
    )
    document = read(f"<urlset>{urls}</urlset>")
    assert len(document.entries) == 1000
    assert document.left_out == 2000
    assert document.entries[0].updated_at == "2029-01-01T00:00:00Z"


@pytest.mark.parametrize("text", [RSS, NEWS])
def test_of_a_broken_document_is_read_what_can_be(text: str) -> None:
    cut = text[: text.rindex("</item>" if text is RSS else "<url><lastmod>2022-01-11")]
    document = read(cut)
    assert document.entries[0].link.startswith("https://www.example.org/a/1")
    assert document.damaged


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Rat &#55357;&#56832;&#33;", "Rat 😀!"),
        ("Rat &#xD83D;&#xde00;", "Rat 😀"),
        ("Rat &#xD83D;!&#56832;", "Rat \ufffd!\ufffd"),
        ("Rat &#1114112;!", "Rat \ufffd!"),
        (f"Rat &#{'9' * 5000};!", "Rat \ufffd!"),
        (f"Rat &#{228:010};&#{228:011};", "Rat ä\ufffd"),
        ("Rat &#228;&#x1F600;&amp;", "Rat ä😀&"),
    ],
)
@pytest.mark.parametrize("text", [RSS, NEWS])
def test_characters_that_there_are_not_cost_no_entry(text: str, written: str, title: str) -> None:
    before = "Rat schließt &amp; spart" if text is RSS else "Rat schließt Freibad"
    document = read(text.replace(before, written))
    assert document.damaged is None
    assert len(document.entries) == len(read(text).entries)
    assert document.entries[0].title == title


@pytest.mark.parametrize("text", ["", "   ", "<html><body>Anmelden</body></html>", "{}", "\x00\x01", "<urlset"])
def test_what_is_no_feed(text: str) -> None:
    with pytest.raises(FeedUnreadable):
        read(text)


def test_an_empty_feed_is_one() -> None:
    assert read("<rss version='2.0'><channel><title>Leer</title></channel></rss>").entries == []


def test_a_body_is_no_file_name(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(RSS, encoding="utf-8")
    with pytest.raises(FeedUnreadable):
        read(str(path))


BOMB = "<!DOCTYPE x [<!ENTITY a0 'haha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        BOMB + "]><rss version='2.0'><channel><item><link>/a/1</link><title>&a11;</title></item></channel></rss>",
        BOMB + "]><urlset><url><loc>/a/1</loc><lastmod>&a11;</lastmod></url></urlset>",
    ],
)
def test_entities_are_no_bomb(text: str) -> None:
    started = time.monotonic()
    try:
        document = read(text)
    except FeedUnreadable:
        pass
    else:
        assert all(len(entry.title or "") <= feed_document.MAX_TEXT for entry in document.entries)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "text",
    ["<?xml " + "encoding='" * 5_000, *(unit * 20_000 for unit in ("\n<!ENTITY a ", "\n<!DOCTYPE", "\n<!ENTITY"))],
)
def test_no_beginning_of_a_feed_is_slow(text: str) -> None:
    def work() -> None:
        with contextlib.suppress(FeedUnreadable):
            read(text + RSS.partition("\n")[2])

    assert is_done_within(work, 1)


def test_a_feed_may_say_itself_how_it_is_encoded_and_have_entities() -> None:
    named = RSS.replace("UTF-8", "iso-8859-15").replace("spart", "spart 5 €").encode("iso-8859-15")
    assert read(named).entries[0].title == "Rat schließt & spart 5 €"
    doctype = '<!DOCTYPE rss [\n<!ENTITY euro "&#8364;">\n<!ENTITY rat\n "Rat">\n]>\n<rss'
    declared = RSS.replace("<rss", doctype, 1).replace("spart", "spart 5 &euro;, sagt der &rat;")
    assert read(declared).entries[0].title == "Rat schließt & spart 5 €, sagt der Rat"


@pytest.mark.parametrize(
    "root",
    [
        "rss version='2.0'><channel><item><link>/a</link><title>&geheim;</title></item></channel></rss",
        "urlset><url><loc>/a</loc><n:title xmlns:n='n'>&geheim;</n:title></url></urlset",
    ],
)
def test_entities_read_no_files(root: str, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("Geheimnis", encoding="utf-8")
    text = f"<!DOCTYPE x [<!ENTITY geheim SYSTEM 'file://{secret}'>]><{root}>"
    try:
        document = read(text)
    except FeedUnreadable:
        return
    assert not any("Geheimnis" in (entry.title or "") for entry in document.entries)


@pytest.mark.parametrize(
    "body",
    [
        RSS.replace("spart", "&#xD83D;&#xDE00;"),
        RSS.replace("spart", "&#x110000;"),
        RSS.replace('encoding="UTF-8"', 'encoding="punycode"'),
        RSS.encode().replace(b"spart", b"\xff\xfe\x00"),
    ],
)
def test_characters_and_encodings_that_are_none_end_nothing(body: str | bytes) -> None:
    with contextlib.suppress(FeedUnreadable):
        assert read(body).entries


def test_the_year_one_is_no_date() -> None:
    (first, _) = read(RSS.replace("Mon, 10 Jan 2022 09:00:00 +0100", "0001-01-01T00:00:00Z")).entries
    assert first.published_at is None


@pytest.mark.parametrize("written", ["1780221600", " 1780221600000\n"])
def test_a_number_is_a_time_in_seconds_or_milliseconds(written: str) -> None:
    """It was one in the year 1780."""
    item = f"<item><link>https://a.example/1</link><pubDate>{written}</pubDate></item>"
    feed = f'<rss version="2.0"><channel><title>A</title>{item}</channel></rss>'
    (entry,) = feed_document.read(feed.encode(), url="https://a.example/feed.xml", content_type="text/xml").entries
    assert (entry.published_at, entry.updated_at) == ("2026-05-31T10:00:00Z", None)


@pytest.mark.parametrize("filling", ["\n" * 200_000, "<author>" + "a." * 100_000 + "</author>"])
def test_long_runs_of_one_sign_take_no_time(filling: str) -> None:
    begun = time.process_time()
    assert len(read(RSS.replace("<item><title>ohne", f"{filling}<item><title>ohne")).entries) == 2
    assert time.process_time() - begun < 2
