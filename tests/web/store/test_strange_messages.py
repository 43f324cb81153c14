"""Messages that are no records, or say what cannot be, keep no other out of the store and leave nothing behind."""

import sqlite3
import time
from typing import Any

import orjson
import pytest

from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.search import search_expression
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.records import DeadLetter
from tests.web.articles import NOW, hostile_article, message, quote_article

HUGE = 2**64 - 1
BEFORE_ALL_CALENDARS = "0001-01-01T00:00:00+14:00"


def test_unreadable_messages_are_counted_and_passed_over(writer: StoreWriter, reader: StoreReader) -> None:
    broken = [
        TopicMessage("articles.quotes", 0, 0, NOW, b"{", {}),
        TopicMessage("articles.quotes", 0, 1, NOW, b'{"id": "x"}', {}),
        TopicMessage("articles.quotes", 0, 2, NOW, b"[]", {}),
        TopicMessage("articles.quotes", 0, 3, NOW, None, {}),
        TopicMessage("articles.dead-letter", 0, 0, NOW, b"no", {}),
    ]
    writer.add([*broken, message(quote_article(), offset=4)])
    assert writer.unreadable == 4
    assert [line.id for line in reader.articles(limit=10)] == ["a-1"]
    assert writer.positions()["articles.quotes", 0][0] == 5


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("quotes", {"confidence": "inf"}),
        ("quotes", {"type": "Zitat"}),
        ("entities", {"type": "Tier"}),
        ("entities", {"roles": "Sprecherin"}),
    ],
)
def test_an_article_with_values_that_no_record_has_is_in_no_list(
    writer: StoreWriter, reader: StoreReader, part: str, wrong: dict[str, Any]
) -> None:
    """Each list that it stands in would be an error inside."""
    bad = quote_article("a-2").model_dump(by_alias=True)
    bad[part][0] |= wrong
    writer.add([TopicMessage("articles.quotes", 0, 0, NOW, orjson.dumps(bad), {}), message(quote_article(), offset=1)])
    assert writer.unreadable == 1
    assert [line.id for line in reader.articles(limit=10)] == ["a-1"]
    assert reader.people(words="", types=("PER", "ORG", "LOC", "MISC"), limit=100).items
    assert reader.quotes(QuoteQuery(), limit=9).items


@pytest.mark.parametrize("others", ["a-1#0", "a-2#0"])
def test_a_quote_with_the_id_of_another_leaves_nothing_behind(
    writer: StoreWriter, reader: StoreReader, others: str
) -> None:
    """As nobody but a stranger writes it: what it left under its number would keep the next article out."""
    article, bad = quote_article(), quote_article("a-2")
    quotes = [quote.model_copy(update={"id": others}) for quote in bad.quotes[:2]]
    writer.add([message(article), message(bad.model_copy(update={"quotes": quotes}), offset=1)])
    assert writer.unreadable == 1
    assert reader.article("a-2") is None
    assert [found.quote.id for found in reader.quotes(QuoteQuery(parts=True), limit=9).items] == [
        quote.id for quote in reversed(article.quotes)
    ]
    writer.add([TopicMessage("articles.quotes", 0, 2, NOW, None, {}, key=b"a-1"), message(article, offset=3)])
    assert writer.unreadable == 1
    assert reader.article("a-1") is not None


def test_a_half_written_article_leaves_nothing_behind(writer: StoreWriter, reader: StoreReader) -> None:
    record = quote_article("halb").model_dump(by_alias=True)
    del record["quotes"][1]["medium"]
    writer.add([TopicMessage("articles.quotes", 0, 0, NOW, orjson.dumps(record), {})])
    assert writer.unreadable == 1
    assert reader.article("halb") is None
    assert reader.search(search_expression(words="Kiel") or "", limit=5) == []


def test_hostile_text_is_data_like_any_other(writer: StoreWriter, reader: StoreReader) -> None:
    article = hostile_article()
    writer.add([message(article)])
    found = reader.article(article.id)
    assert found is not None
    assert found.record["title"] == article.title
    assert reader.entity(article.entities[0].id) is not None


@pytest.mark.parametrize(
    ("topic", "key", "value"),
    [
        ("articles.quotes", b"x", {"id": ["x"], "quotes": [], "entities": [], "simhash": "0" * 16, "text": ""}),
        ("articles.quotes", b"x", {"id": "x", "quotes": [{}], "entities": []}),
        ("articles.quotes", b"x", {"source": {"a": 1}}),
        ("statements", b"s", {"count": HUGE, "sources": 1, "articles": []}),
        ("statements", b"s", {"count": [], "sources": 1, "articles": []}),
        ("statements", b"s", {"count": None, "sources": None, "articles": []}),
        ("articles.dead-letter", b"d", {"attempts": HUGE, "offset": HUGE}),
        ("articles.replayed", b"99999999999999999999:1", {"by": "x"}),
        ("articles.replayed", b"1", {"by": "x"}),
        ("articles.replayed", b"1:1", []),
    ],
)
def test_what_is_no_record_is_counted_and_passed_over(
    writer: StoreWriter, reader: StoreReader, topic: str, key: bytes, value: object
) -> None:
    """One message that cannot be stored must not keep all others out for ever."""
    if topic == "articles.quotes" and isinstance(value, dict):
        value = quote_article().model_dump(by_alias=True) | value
    if topic == "articles.dead-letter" and isinstance(value, dict):
        letter = DeadLetter.of(
            stage="clean", reason="empty", detail="leer", topic="articles.raw", partition=0, offset=0, timestamp=0,
            key=None, value=b"", headers=[], attempts=1,
        )  # fmt: skip
        value = letter.model_dump(by_alias=True) | value
    bad = TopicMessage(topic, 0, 0, time.time(), orjson.dumps(value), {}, key=key)
    writer.add([bad, message(quote_article(), offset=1)])
    assert writer.unreadable == 1
    assert reader.article("a-1") is not None
    assert writer.positions()[topic, 0][0] == (2 if topic == "articles.quotes" else 1)


@pytest.mark.parametrize("published_at", [BEFORE_ALL_CALENDARS, "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z"])
def test_an_article_that_cannot_have_been_published_then_counts_as_published_when_it_came(
    writer: StoreWriter, reader: StoreReader, published_at: str
) -> None:
    writer.add([message(quote_article(published_at=published_at))])
    assert writer.unreadable == 0
    found = reader.article("a-1")
    assert found is not None
    assert found.record["published_at"] == published_at
    connection = sqlite3.connect(writer._connection.execute("PRAGMA database_list").fetchone()[2])
    assert connection.execute("SELECT at FROM articles").fetchall() == [(NOW,)]
