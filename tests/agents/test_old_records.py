"""Articles are taken out of statements that no worker knows any more, and of no others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from agents import old_records
from agents.settings import Settings
from schemas.codec import decode, encode
from schemas.records import Statement
from tests.statements.records import given_out, record

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=29)
LATELY = NOW - timedelta(days=27)
WORDS = "„Der Deich bei Sillens hält keiner Sturmflut dieses Winters stand“"
OTHER = "„Die Fähre nach Hörnum wird im Herbst nicht mehr fahren“"


class Topic:
    """The topic `statements` as it is read."""

    def __init__(self) -> None:
        self.messages: list[SimpleNamespace] = []

    def put(self, statement: Statement, at: datetime, partition: int = 0) -> None:
        self.add(statement.id, encode(statement), at, partition)

    def add(self, key: str | None, value: bytes | None, at: datetime, partition: int = 0) -> None:
        name = None if key is None else key.encode()
        message = SimpleNamespace(key=name, value=value, timestamp=round(at.timestamp() * 1000), partition=partition)
        self.messages.append(message)

    async def without(self, *articles: str) -> list[tuple[str, int | None, list[str] | None]]:
        """Key, partition and the articles that are left of what is to be published."""
        found = [each async for each in old_records.without_articles(Settings(topic_prefix="p."), articles, NOW)]
        assert {message.topic for message in found} <= {"p.statements"}
        return [
            (
                (message.key or b"").decode(),
                message.partition,
                [article.id for article in decode(message.value, Statement).articles] if message.value else None,
            )
            for message in found
        ]


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    topic = Topic()

    async def messages_to_end(settings: Settings, name: str) -> AsyncIterator[SimpleNamespace]:
        assert name == "statements"
        for message in topic.messages:
            yield message

    monkeypatch.setattr(old_records, "messages_to_end", messages_to_end)
    return topic


async def test_an_article_leaves_an_old_statement_and_the_last_one_takes_it_along(topic: Topic) -> None:
    (shared,) = given_out(record(WORDS, "a-1"), record(WORDS, "ä/2"))
    topic.put(shared, LONG_AGO, partition=3)
    assert await topic.without("a-1") == [(shared.id, 3, ["ä/2"])]
    assert await topic.without("ä/2") == [(shared.id, 3, ["a-1"])]
    assert (await topic.without("a-1", "ä/2"))[-1] == (shared.id, 3, None)
    assert await topic.without("a") == []


async def test_all_statements_of_an_article_are_changed(topic: Topic) -> None:
    found = given_out(record(WORDS, "a-1", 0), record(WORDS, "a-2"), record(OTHER, "a-1", 1))
    for statement in found:
        topic.put(statement, LONG_AGO)
    left = {key: articles for key, _, articles in await topic.without("a-1")}
    assert None in left.values()
    assert ["a-2"] in left.values()
    assert left.keys() == {statement.id for statement in found}


async def test_a_statement_that_workers_know_is_left_to_them(topic: Topic) -> None:
    (shared,) = given_out(record(WORDS, "a-1"), record(WORDS, "a-2"))
    topic.put(shared, LATELY)
    assert await topic.without("a-1") == []


async def test_what_has_been_changed_or_removed_since_is_left_as_it_is(topic: Topic) -> None:
    (former,) = given_out(record(WORDS, "a-1"))
    (shared,) = given_out(record(WORDS, "a-1"), record(WORDS, "a-2"))
    (gone,) = given_out(record(OTHER, "a-1"))
    topic.put(former, LONG_AGO)
    topic.put(gone, LONG_AGO)
    topic.put(shared, LATELY)
    topic.add(gone.id, None, LONG_AGO)
    assert former.id == shared.id
    assert await topic.without("a-1") == []


async def test_what_is_no_statement_is_left_as_it_is(topic: Topic) -> None:
    topic.add("x", b'{"articles": [{"id": "a-1"}]}', LONG_AGO)
    topic.add(None, b'"a-1"', LONG_AGO)
    assert await topic.without("a-1") == []


async def test_a_statement_under_another_key_than_its_own_is_left_alone(topic: Topic) -> None:
    (shared,) = given_out(record(WORDS, "a-1"), record(WORDS, "a-2"))
    topic.add("another", encode(shared), LONG_AGO)
    assert await topic.without("a-1") == []
    topic.put(shared, LONG_AGO)
    assert await topic.without("a-1") == [(shared.id, 0, ["a-2"])]
