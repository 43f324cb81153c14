"""What is asked of the store: searches, ranks, an entity over time, dead letters."""

import base64
import sqlite3
from pathlib import Path

import pytest

from agents.web.store.access import StoreUnavailable, end_after
from agents.web.store.reader import StoreReader
from agents.web.store.search import search_expression
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.codec import encode
from schemas.records import DeadLetter
from tests.web.articles import NOW, message, quote_article


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"words": "haltestelle"}, True),
        ({"words": "halteste"}, True),
        ({"words": "umbau kiel"}, True),
        ({"words": "Um\u00adbau", "source": "Ku\u0308sten\u200bbote"}, True),
        ({"words": "kundigt umbau"}, True),
        ({"words": "umbau passau"}, False),
        ({"speaker": "brinkmeier"}, True),
        ({"speaker": "ahlgrimm", "words": "herbst"}, True),
        ({"speaker": "kiel"}, False),
        ({"entity": "loc/kiel"}, True),
        ({"source": "küstenbote"}, True),
        ({"source": "tagblatt"}, False),
        ({"words": 'x" OR "kiel'}, False),
        ({"words": "NEAR( * ^ : -"}, False),
        ({"words": '"'}, False),
    ],
)
def test_search(writer: StoreWriter, reader: StoreReader, asked: dict[str, str], found: bool) -> None:
    writer.add([message(quote_article())])
    expression = search_expression(**asked)
    assert expression is not None
    assert bool(reader.search(expression, limit=5)) is found


def test_searching_for_nothing_is_no_search() -> None:
    assert search_expression(words="  ", speaker="") is None


def test_ranks_count_within_the_window_only(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add(
        [
            message(quote_article("alt"), offset=0, at=NOW - 7200),
            message(quote_article("neu"), offset=1, at=NOW - 60),
            message(quote_article("jetzt"), offset=2, at=NOW - 3000),
        ]
    )
    hour = reader.ranked("quotes", "hour", limit=8, now=NOW)
    assert {(ranked.name, ranked.count) for ranked in hour} == {("Karla Brinkmeier", 2), ("Tobias Ahlgrimm", 2)}
    assert all(len(ranked.course) == 12 and sum(ranked.course) == ranked.count for ranked in hour)
    assert hour[0].course[-1] == 1
    named = reader.ranked("mentions", "day", limit=8, now=NOW)
    assert (named[0].name, named[0].count) == ("Karla Brinkmeier", 6)


def test_an_article_takes_from_an_entity_nothing_that_it_does_not_speak_of(
    writer: StoreWriter, reader: StoreReader
) -> None:
    minister = quote_article().entities[0]

    def known(number: int, **said: object) -> tuple[list[str], list[str], str | None]:
        again = quote_article(f"a-{number}").model_copy(update={"entities": [minister.model_copy(update=said)]})
        writer.add([message(again, offset=number)])
        entity = reader.entity(minister.id)
        assert entity is not None
        return entity.roles, entity.affiliations, entity.wikidata

    assert known(1, affiliations=["SPD"], wikidata="Q1") == (["Verkehrsministerin"], ["SPD"], "Q1")
    assert known(2, roles=["Ministerin"]) == (["Ministerin"], ["SPD"], "Q1")
    assert known(3, roles=[]) == (["Ministerin"], ["SPD"], "Q1")
    assert known(4, roles=[], affiliations=["parteilos"]) == (["Ministerin"], ["parteilos"], "Q1")


def test_an_entity_over_time_and_by_source(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add(
        [
            message(quote_article("a", published_at="2026-03-01T23:30:00-02:00"), offset=0, at=NOW + 9e6),
            message(quote_article("b", published_at="2026-03-02T10:00:00Z", source="Tagblatt"), offset=1, at=NOW + 9e6),
            message(quote_article("c", published_at="2026-03-04T10:00:00Z", source=None), offset=2, at=NOW + 9e6),
        ]
    )
    entity = reader.entity("per/karla-brinkmeier")
    assert entity is not None
    assert [(period.day, period.quotes, period.articles) for period in entity.days] == [
        ("2026-03-02", 2, 2),
        ("2026-03-04", 1, 1),
    ]
    assert {(source.source, source.quotes) for source in entity.sources} == {
        ("Küstenbote", 1),
        ("Tagblatt", 1),
        (None, 1),
    }
    assert entity.roles == ["Verkehrsministerin"]


def test_dead_letters_by_stage_and_reason(writer: StoreWriter, reader: StoreReader) -> None:
    def letter(offset: int, stage: str, reason: str) -> TopicMessage:
        record = DeadLetter.model_validate(
            {
                "stage": stage,
                "reason": reason,
                "detail": "line 1",
                "topic": "articles.raw",
                "partition": 0,
                "offset": offset,
                "timestamp": 0,
                "key": "k",
                "value": base64.b64encode(b"x").decode(),
                "attempts": 1,
            }
        )
        return TopicMessage("articles.dead-letter", 1, offset, NOW + offset, encode(record), {})

    writer.add([letter(0, "clean", "empty"), letter(1, "quotes", "timeout"), letter(2, "clean", "empty")])
    found = reader.dead_letters(stage="clean", reason=None, limit=10)
    assert [(line.partition, line.offset) for line in found.letters] == [(1, 2), (1, 0)]
    assert {(count.stage, count.reason, count.count) for count in found.counts} == {
        ("clean", "empty", 2),
        ("quotes", "timeout", 1),
    }
    writer.add([TopicMessage("articles.replayed", 0, 0, NOW + 9, b"{}", {}, key=b"1:2")])
    line = reader.dead_letter(1, 2)
    assert line is not None
    assert line.replayed_at == NOW + 9
    assert reader.dead_letter(9, 9) is None


def test_a_query_that_takes_many_steps_is_cut_off_only_when_its_time_is_up() -> None:
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT max(i) FROM n"
    connection = sqlite3.connect(":memory:")
    end_after(connection, 60)
    assert connection.execute(count).fetchone() == (50_000,)
    end_after(connection, 0)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        connection.execute(count)
    connection.close()


def test_without_a_store_a_query_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no store here yet"):
        StoreReader(tmp_path / "none.sqlite").articles(limit=1)
