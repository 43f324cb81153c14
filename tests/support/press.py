"""Newspapers on the loopback: articles of the corpus as pages, and the feeds that list them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import islice
from pathlib import Path

from pipeline.corpus.files import article_files, read_file
from pipeline.corpus.model import AnnotatedArticle, Part
from tests.feed.site import Site

CORPUS = Path(__file__).parents[2] / "corpus"
KINDS = ("rss", "atom", "sitemap")
FIRST_DAY = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
DAYS = 28
BLOCKS = {"heading": "<h2>{}</h2>", "list": "<ul><li>{}</li></ul>", "quote": "<blockquote><p>{}</p></blockquote>"}

PAGE = """<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>{title} | {paper}</title>
<meta property="og:type" content="article"><meta property="og:site_name" content="{paper}">
<link rel="canonical" href="{url}">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
 "datePublished": "{published}"}}</script></head><body>
<header><nav><ul><li><a href="/">Startseite</a></li><li><a href="/politik">Politik</a></li>
<li><a href="/abo">Abo</a></li></ul></nav></header>
<main><article><header>{kicker}<h1>{title}</h1>{byline}</header>
<div class="article__body">{body}</div>
<div class="share-buttons"><a href="#">Teilen</a> <a href="#">Drucken</a></div></article>
<aside class="teaser-related"><h3>Lesen Sie auch</h3><a href="/wetter">Wetter: So wird der Mai</a></aside></main>
<footer><a href="/impressum">Impressum</a> <a href="/datenschutz">Datenschutz</a></footer></body></html>"""


@dataclass
class Published:
    """An article on its page; `version` counts from 1."""

    article: AnnotatedArticle
    number: int
    url: str
    version: int = 1

    @property
    def at(self) -> datetime:
        """When its paper says that it was published: some weeks of spring, evenly."""
        return FIRST_DAY + timedelta(days=self.number % DAYS, minutes=self.number)

    @property
    def changed_at(self) -> datetime:
        """When its paper says that it was changed last."""
        return self.at + timedelta(hours=self.version - 1)

    @property
    def title(self) -> str:
        """Its headline."""
        part = self.article.part("title")
        return part.text if part is not None else self.article.id


class Press:
    """Papers with a feed each, whose articles come and change while they are read.

    Args:
        site: serves them.
        papers: how many; they take turns in being RSS, Atom and news sitemaps.
    """

    def __init__(self, site: Site, papers: int) -> None:
        self._site = site
        self._papers = papers
        self.articles: list[Published] = []

    def feeds(self) -> list[tuple[str, str]]:
        """URL and name of each paper's feed."""
        return [(self._site.url(f"/feed/{paper}.xml"), f"Zeitung {paper + 1}") for paper in range(self._papers)]

    def publish(self, articles: list[AnnotatedArticle]) -> None:
        """Put new articles on their pages and into the feeds, paper by paper."""
        for article in articles:
            number = len(self.articles)
            made = Published(article, number, self._site.url(f"/artikel/{number}"))
            self.articles.append(made)
            self._put_page(made)
        self._put_feeds()

    def revise(self, articles: list[Published]) -> None:
        """Put a further version of each on its page, in which somebody says something more."""
        for article in articles:
            article.version += 1
            self._put_page(article)
        self._put_feeds()

    def page(self, published: Published) -> str:
        """The page of an article as it is now."""
        kicker, byline = published.article.part("kicker"), published.article.part("byline")
        body = "\n".join(_blocks(published.article.body)) + "".join(
            f"\n<p>Nachtrag {number}: „Die Zahl {1000 * number + published.number} war falsch“, sagte "
            f"Redaktionsleiterin Hanna Tölke am Abend auf Nachfrage der Redaktion.</p>"
            for number in range(1, published.version)
        )
        return PAGE.format(
            title=escape(published.title),
            paper=f"Zeitung {published.number % self._papers + 1}",
            url=published.url,
            published=published.at.isoformat(),
            kicker=f'<span class="kicker">{escape(kicker.text)}</span>' if kicker is not None else "",
            byline=f'<div class="author">{escape(byline.text)}</div>' if byline is not None else "",
            body=body,
        )

    def _put_page(self, published: Published) -> None:
        self._site.put(published.url.removeprefix(self._site.url("")), self.page(published))

    def _put_feeds(self) -> None:
        for paper in range(self._papers):
            listed = [article for article in self.articles if article.number % self._papers == paper]
            kind = KINDS[paper % len(KINDS)]
            entries = "".join(ENTRIES[kind].format(**_fields(article)) for article in reversed(listed))
            body = FEEDS[kind].format(paper=f"Zeitung {paper + 1}", entries=entries)
            etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
            self._site.put(f"/feed/{paper}.xml", body, kind="application/xml", etag=etag)


def corpus_articles(count: int) -> list[AnnotatedArticle]:
    """Articles of the corpus, from all of its writers."""
    files = article_files(CORPUS)
    if not 0 < count <= len(files):
        raise ValueError(f"the corpus has {len(files)} articles")
    return [read_file(path) for path in islice(files[:: len(files) // count], count)]


def _blocks(body: Part) -> Iterator[str]:
    for block in body.blocks:
        text = escape(body.text[block.begin : block.end]).replace("\n", "<br>")
        yield BLOCKS.get(block.kind, "<p>{}</p>").format(text)


def _fields(article: Published) -> dict[str, str]:
    return {
        "title": escape(article.title),
        "url": article.url,
        "number": str(article.number),
        "version": str(article.version),
        "mailed": format_datetime(article.at),
        "published": article.at.isoformat(),
        "changed": article.changed_at.isoformat(),
    }


ENTRIES = {
    "rss": (
        '<item><title>{title}</title><link>{url}</link><guid isPermaLink="false">{number}</guid>'
        "<pubDate>{mailed}</pubDate><category>Fassung {version}</category></item>"
    ),
    "atom": (
        '<entry><title>{title}</title><id>urn:artikel:{number}</id><link rel="alternate" href="{url}"/>'
        "<published>{published}</published><updated>{changed}</updated></entry>"
    ),
    "sitemap": (
        "<url><loc>{url}</loc><lastmod>{changed}</lastmod><n:news><n:publication><n:name>x</n:name>"
        "<n:language>de</n:language></n:publication><n:publication_date>{published}</n:publication_date>"
        "<n:title>{title}</n:title></n:news></url>"
    ),
}
FEEDS = {
    "rss": (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{paper}</title>'
        "<link>http://127.0.0.1/</link><language>de</language>{entries}</channel></rss>"
    ),
    "atom": (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">'
        "<title>{paper}</title><id>urn:zeitung</id><updated>2026-05-04T06:00:00Z</updated>{entries}</feed>"
    ),
    "sitemap": (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    ),
}
