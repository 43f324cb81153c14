"""Feeds read by fundus: a publisher for each paper, and a parser written for the layout of their pages.

A script for an environment with fundus: takes the papers as a JSON file, and where to write JSON lines.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from fundus import Crawler, NewsMap, RSSFeed
from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
from fundus.parser.utility import extract_article_body_with_selector, generic_date_parsing
from fundus.publishers.base_objects import Publisher
from lxml.cssselect import CSSSelector

SOURCES = {"rss": RSSFeed, "atom": RSSFeed, "sitemap": NewsMap}


class PaperParser(ParserProxy):
    """Where the pages have what fundus asks of an article."""

    class V1(BaseParser):
        """The only layout there is."""

        _paragraphs = CSSSelector(".article__body > p, .article__body > blockquote > p, .article__body > ul > li")
        _headings = CSSSelector(".article__body > h2")
        _title = CSSSelector("article h1")

        @attribute
        def body(self) -> ArticleBody:
            return extract_article_body_with_selector(
                self.precomputed.doc, paragraph_selector=self._paragraphs, subheadline_selector=self._headings
            )

        @attribute
        def title(self) -> str | None:
            return next((heading.text_content() for heading in self._title(self.precomputed.doc)), None)

        @attribute
        def publishing_date(self) -> datetime | None:
            published: datetime | None = generic_date_parsing(self.precomputed.ld.bf_search("datePublished"))
            return published


def main(papers: Path, out: Path) -> None:
    """Crawl every paper by its feed, without the pause of a second between two articles."""
    publishers = [
        Publisher(
            name=paper["name"],
            domain=paper["home"],
            parser=PaperParser,
            sources=[SOURCES[paper["kind"]](paper["feed"])],
        )
        for paper in json.loads(papers.read_text("utf-8"))
    ]
    with out.open("w", encoding="utf-8") as lines:
        for article in Crawler(*publishers, delay=0.0).crawl():
            line = {"url": article.html.responded_url, "text": article.plaintext or ""}
            lines.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
