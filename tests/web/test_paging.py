"""Articles, quotes and statements page by page, also while articles come in and change: nothing twice, and nothing left
out."""

import re
import time
from collections.abc import Iterator
from hashlib import blake2b
from html import unescape
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from agents.settings import Settings
from agents.web.store import columns
from agents.web.store.location import store_path
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.records import QuoteArticle
from tests.web.articles import message, quote_article

SEEN_AT = "2026-03-09T09:00:00.000Z"
SPEAKER = QuoteQuery(speaker="per/karla-brinkmeier", sources=("Bote",))


@pytest.fixture
def reader(settings: Settings, writer: StoreWriter) -> StoreReader:
    """Of a store with six articles in which she says something, each of another text, and its statement."""
    articles = [article(f"p-{day}", day) for day in range(1, 7)]
    add(writer, *articles)
    for number, one in enumerate(articles):
        add_statement(writer, f"s-{number + 1}", one)
    return StoreReader(store_path(settings))


def article(id_: str, day: int, *, print_of: str | None = None) -> QuoteArticle:
    """Published on a day of March; `print_of`: with the text of this one."""
    simhash = blake2b((print_of or id_).encode(), digest_size=8).hexdigest()
    found = quote_article(id_, source="Bote", published_at=f"2026-03-{day:02}T08:00:00Z", simhash=simhash)
    return found.model_copy(update={"quotes": found.quotes[:1]})


def add(writer: StoreWriter, *articles: QuoteArticle) -> None:
    writer.add(message(article, offset=n, at=time.time()) for n, article in enumerate(articles))
    assert writer.unreadable == 0


def add_statement(writer: StoreWriter, id_: str, *articles: QuoteArticle) -> None:
    first = articles[0]
    record = {
        "schema": "statement/1",
        "id": id_,
        "speaker": {"id": "per/karla-brinkmeier", "name": "Karla Brinkmeier", "type": "PER"},
        "text": first.quotes[0].text,
        "type": "Direct",
        "verbatim": True,
        "first": {"article": first.id},
        "articles": [
            {"id": one.id, "quote": one.quotes[0].id, "text": one.quotes[0].text, "type": "Direct", "seen_at": SEEN_AT}
            for one in articles
        ],
        "count": len(articles),
        "sources": 1,
        "updated_at": SEEN_AT,
    }
    writer.add([TopicMessage("statements", 0, 0, time.time(), orjson.dumps(record), {}, id_.encode())])
    assert writer.unreadable == 0


def pages(reader: StoreReader, what: str, limit: int = 2) -> Iterator[list[str]]:
    """The ids on page after page of quotes, of quotes that count once, or of statements."""
    cursor: str | None = None
    each: dict[str, Any] = {"each": "statement"} if what == "quotes once" else {}
    ask = reader.statements if what == "statements" else reader.quotes
    while True:
        page: Any = ask(SPEAKER, limit=limit, cursor=cursor, **each)
        yield [item["id"] if what == "statements" else item.quote.id for item in page.items]
        cursor = page.next
        if cursor is None:
            return


@pytest.mark.parametrize("what", ["quotes", "quotes once", "statements"])
def test_what_comes_meanwhile_brings_nothing_twice(writer: StoreWriter, reader: StoreReader, what: str) -> None:
    """An article that was published before what an earlier page has of its statement, and one of a new statement."""
    late, new = article("late", 1, print_of="p-6"), article("new", 2)
    walk = pages(reader, what)
    seen = next(walk)
    add(writer, late, new)
    add_statement(writer, "s-6", late, article("p-6", 6))
    add_statement(writer, "s-new", new)
    for page in walk:
        seen += page
    assert len(seen) == len(set(seen))
    six = {f"s-{n}" if what == "statements" else f"p-{n}#0" for n in range(1, 7)}
    assert six <= set(seen)
    assert ("late#0" in seen) == (what == "quotes"), "it says what the first page has"


@pytest.mark.parametrize("what", ["quotes", "quotes once", "statements"])
def test_the_quotes_of_a_new_version_are_on_the_page_of_the_former_ones(
    writer: StoreWriter, reader: StoreReader, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it takes long to count the quotes they are those of a moment ago: former ones were left out, new ones not
    yet there."""
    monkeypatch.setattr(columns, "CHEAP_SECONDS", -1.0)
    monkeypatch.setattr(columns, "REFRESH_SHARE", 1e-9)
    before = [id_ for page in pages(reader, what) for id_ in page]
    add(writer, article("p-4", 4).model_copy(update={"title": "Neue Fassung"}))
    assert [id_ for page in pages(reader, what) for id_ in page] == before
    assert len(before) == 6


@pytest.mark.parametrize("path", ["/", "/entities/per/karla-brinkmeier?view=named"])
async def test_each_article_is_once_behind_the_links_to_older_ones(
    client: TestClient[Any, Any], writer: StoreWriter, path: str
) -> None:
    """Also where many were published at the same moment."""
    add(writer, *(article(f"n-{n}", 1 + n // 24) for n in range(96)))
    seen: list[str] = []
    page: str | None = path
    while page is not None and len(seen) <= 96:
        async with client.get(URL(page, encoded=True), headers={"Accept": "text/html"}) as response:
            assert response.status == 200
            shown = await response.text()
        seen += dict.fromkeys(re.findall(r'href="/articles/(n-\d+)"', shown))
        older = re.search(r'rel="next" href="([^"]*)"', shown)
        page = unescape(older[1]) if older else None
    assert seen == [f"n-{n}" for n in reversed(range(96))]
