"""What an open newsroom is told of articles that are withdrawn or replaced by new versions."""

import time
from hashlib import blake2b
from typing import Any

import orjson
import pytest
from aiohttp import ClientTimeout
from aiohttp.test_utils import TestClient

from agents.settings import Settings
from agents.web.event_stream import AT_ONCE
from agents.web.store import arrivals
from agents.web.store.article_lists import ArticleFilter
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.records import QuoteArticle
from tests.web.articles import message, quote_article
from tests.web.conftest import prune

Client = TestClient[Any, Any]
PRINT = "0123456789abcdef"
END = "ende"
"""An article after which a test listens no more."""


def add(writer: StoreWriter, *articles: QuoteArticle) -> None:
    writer.add(message(article, offset=n, at=time.time()) for n, article in enumerate(articles))
    assert writer.unreadable == 0


def withdraw(writer: StoreWriter, *ids: str) -> None:
    writer.add(TopicMessage("articles.quotes", 0, n, time.time(), None, {}, id_.encode()) for n, id_ in enumerate(ids))


def alone(id_: str, **fields: Any) -> QuoteArticle:
    """An article that is no copy of any other."""
    simhash = blake2b(id_.encode(), digest_size=8).hexdigest()
    return quote_article(id_, **{"title": id_, "published_at": None, "simhash": simhash} | fields)


async def events(client: Client, writer: StoreWriter, path: str) -> list[tuple[str, Any]]:
    """What is sent, by the name of the event, up to the article that is added here."""
    add(writer, alone(END, title=str(time.monotonic_ns())))
    found: list[tuple[str, Any]] = []
    name = "message"
    async with client.get(path, timeout=ClientTimeout(total=10)) as response:
        async for line in response.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data = orjson.loads(value)
                if data.get("id") == END:
                    return found
                found.append((name, data))
                name = "message"
    raise AssertionError("the stream has ended")


def ids(found: list[tuple[str, Any]]) -> list[tuple[str, str | None]]:
    return [(name, data.get("id")) for name, data in found]


async def test_a_withdrawn_article_is_gone_and_nothing_comes_again(client: Client, writer: StoreWriter) -> None:
    """When it was the last one that had come, all were sent once more, as those of a store that was made anew."""
    add(writer, *(alone(f"x{n}") for n in range(3)))
    withdraw(writer, "x2", "x1", "unbekannt")
    assert ids(await events(client, writer, "/live?after=6")) == [("gone", "x2"), ("gone", "x1")]
    assert ids(await events(client, writer, "/live?after=7")) == [("gone", "x1")]


async def test_a_new_version_is_sent_before_the_former_one_is_gone(client: Client, writer: StoreWriter) -> None:
    """So that its card can change, and does not go and come again."""
    add(writer, alone("x"))
    before = (await events(client, writer, "/live?after=3"))[0][1]
    add(writer, alone("x", title="Neue Fassung"))
    (changed, now), (gone, former) = await events(client, writer, "/live?after=5")
    assert (changed, now["id"], gone, former["id"]) == ("message", "x", "gone", "x")
    assert "Neue Fassung" in now["html"]
    assert before["same"] == former["same"] != now["same"]


async def test_of_a_text_in_several_papers_the_next_one_takes_its_place(client: Client, writer: StoreWriter) -> None:
    add(writer, *(alone(f"c{n}", source=f"Blatt {n}", simhash=PRINT) for n in range(3)))
    withdraw(writer, "c0")
    ((name, data),) = await events(client, writer, "/live?after=6")
    assert (name, data["id"]) == ("message", "c1")
    assert "Blatt 2" in data["html"]
    assert "Blatt 0" not in data["html"]
    withdraw(writer, "c2")
    ((name, data),) = await events(client, writer, "/live?after=8")
    assert (name, data["id"]) == ("message", "c1")
    assert "Blatt 2" not in data["html"]


@pytest.mark.parametrize(
    ("path", "now"),
    [
        ("/live?after=4&quoting=1", {"quotes": []}),
        ("/live?after=4&source=K%C3%BCstenbote", {"source": "Tagblatt"}),
        ("/live?after=4&since=2026-03-01", {"published_at": "2026-02-01T08:00:00Z"}),
    ],
)
async def test_what_is_no_longer_asked_for_is_gone(
    client: Client, writer: StoreWriter, path: str, now: dict[str, Any]
) -> None:
    article = alone("x")
    add(writer, article)
    add(writer, article.model_copy(update=now))
    assert ids(await events(client, writer, path)) == [("gone", "x")]


async def test_of_one_paper_each_article_stands_for_itself(client: Client, writer: StoreWriter) -> None:
    add(writer, *(alone(f"c{n}", simhash=PRINT) for n in range(2)))
    withdraw(writer, "c0")
    found = await events(client, writer, "/live?after=5&source=K%C3%BCstenbote")
    assert ids(found) == [("gone", "c0")], "the other one has a card of its own"


@pytest.mark.parametrize(("count", "told"), [(30, []), (31, [("left-out", None)])])
async def test_what_goes_beyond_what_is_told_is_left_out(
    client: Client, writer: StoreWriter, monkeypatch: pytest.MonkeyPatch, count: int, told: list[tuple[str, None]]
) -> None:
    monkeypatch.setattr(arrivals, "_WENT", arrivals._WENT.replace(f"LIMIT {arrivals.MOST_GONE}", "LIMIT 30"))
    names = [f"y{n:02}" for n in range(40)]
    add(writer, *(alone(name) for name in names))
    withdraw(writer, *names[:count])
    found = ids(await events(client, writer, "/live?after=43"))
    assert found == [*told, *(("gone", name) for name in names[count - 30 : count])]


async def test_programs_are_sent_articles_alone(client: Client, writer: StoreWriter) -> None:
    add(writer, alone("x"), alone("y"))
    withdraw(writer, "x")
    add(writer, *(alone(f"z{n}") for n in range(AT_ONCE - 2)))
    found = await events(client, writer, "/api/live?after=4")
    assert {name for name, _ in found} == {"message"}
    assert [data["id"] for _, data in found] == ["y", *(f"z{n}" for n in range(AT_ONCE - 2))]


def test_what_went_before_all_that_is_kept_is_forgotten(settings: Settings, writer: StoreWriter) -> None:
    withdraw(writer, "a-1")
    reader = StoreReader(store_path(settings))
    assert [change.id for change in reader.arrivals(ArticleFilter(), limit=9, before=5)][-1] == "a-1"
    prune(writer, time.time())
    assert len(reader.arrivals(ArticleFilter(), limit=9, before=5)) == 3
    withdraw(writer, "a/2 ü", *(line.id for line in reader.articles(limit=9)))
    add(writer, alone("x"))
    prune(writer, time.time())
    (one,) = reader.arrivals(ArticleFilter(), limit=9, before=99)
    assert one.id == "x"
