"""What the comparison of feed readers counts."""

import pytest

from benchmarks.feed_peers import Read, as_markdown, measure
from pipeline.evaluation.cleaning import TextScore
from tests.support.press import Published, corpus_articles

KINDS = ["rss", "atom", "sitemap", "rss"]


@pytest.fixture
def published() -> list[Published]:
    return [
        Published(article, number, f"http://127.0.0.1/artikel/{number}")
        for number, article in enumerate(corpus_articles(len(KINDS)))
    ]


def test_the_text_of_each_article_is_perfect(published):
    read = [Read(article.url, article.article.body.text) for article in published]
    result = measure(published, KINDS, read)
    assert result.found == {"rss": 2, "atom": 1, "sitemap": 1}
    assert result.words == TextScore(1, 1, 1)
    assert (result.duplicates, result.foreign, result.without_text, result.below_08) == (0, 0, 0, 0)


def test_what_is_missing_twice_foreign_or_empty_is_counted(published):
    body = published[0].article.body.text
    read = [
        Read(published[0].url, body),
        Read(published[0].url, ""),
        Read(published[3].url, " "),
        Read("http://127.0.0.1/wetter", body),
    ]
    result = measure(published, KINDS, read)
    assert result.found == {"rss": 2, "atom": 0, "sitemap": 0}
    assert (result.duplicates, result.foreign, result.without_text, result.below_08) == (1, 1, 1, 1)
    assert result.words == TextScore(0.5, 0.5, 0.5)


def test_articles_that_are_not_found_count_once_the_table_says_so(published):
    half = measure(published, KINDS, [Read(article.url, article.article.body.text) for article in published[:2]])
    table = as_markdown(len(published), {"half": (half, 1.25)}).splitlines()
    assert "| **F1 of the words** | 1.0000 |" in table
    assert "| F1 with 0 for articles not found | 0.5000 |" in table


def test_a_reader_that_finds_nothing_has_a_column(published):
    nothing = measure(published, KINDS, [])
    assert nothing.words == TextScore(0, 0, 0)
    table = as_markdown(len(published), {"none": (nothing, 1.25)}).splitlines()
    assert "| articles on the site | 4 |" in table
    assert "| **articles found** | 0 |" in table
    assert len({line.count("|") for line in table}) == 1
