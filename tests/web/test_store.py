"""The store: what is put in comes out, once, and not for ever."""

import base64
import sqlite3
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.web.store import article_rows
from agents.web.store import writer as writer_module
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader, StoreUnavailable
from agents.web.store.search import search_expression
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.codec import encode
from schemas.records import DeadLetter, QuoteArticle
from schemas.spans import Span
from tests.sinks.records import statement
from tests.support.small_disk import small_disk
from tests.support.timing import TURNS, least_seconds
from tests.web.articles import NOW, hostile_article, message, quote_article
from tests.web.conftest import prune


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "web" / "store.sqlite"


@pytest.fixture
def writer(path: Path) -> StoreWriter:
    return StoreWriter(path, keep_articles=100, keep_days=30)


@pytest.fixture
def reader(path: Path, writer: StoreWriter) -> StoreReader:
    return StoreReader(path)


def test_an_article_comes_back_with_all_its_parts(writer: StoreWriter, reader: StoreReader) -> None:
    article = quote_article()
    writer.add(
        [message(article, trail='[{"stage":"clean","topic":"articles.raw","partition":3,"offset":7,"took_ms":1.5}]')]
    )
    found = reader.article("a-1")
    assert found is not None
    assert found.record == article.model_dump(by_alias=True)
    assert [(step.stage, step.topic, step.partition, step.offset, step.took_ms) for step in found.steps] == [
        ("clean", "articles.raw", 3, 7, 1.5)
    ]
    (line,) = reader.articles(limit=10)
    assert (line.id, line.quote_count, line.source) == ("a-1", 3, "Küstenbote")
    assert [quote.speaker for quote in line.quotes] == ["Karla Brinkmeier", "Tobias Ahlgrimm", "die Behörde"]


def test_a_line_shows_what_says_something_with_its_speaker_in_the_order_of_the_text(
    writer: StoreWriter, reader: StoreReader
) -> None:
    article = quote_article()
    long, other, nobody = article.quotes
    begin = long.spans[0].begin
    short = long.model_copy(update={"spans": [Span(begin=begin, end=begin + 5)], "text": long.text[:5]})
    quotes = [short, nobody.model_copy(update={"speaker": None}), long, short, other, nobody]
    numbered = [quote.model_copy(update={"id": f"a-1#{number}"}) for number, quote in enumerate(quotes)]
    writer.add([message(article.model_copy(update={"quotes": numbered}))])
    (line,) = reader.articles(limit=10)
    assert [quote.id for quote in line.quotes] == ["a-1#0", "a-1#2", "a-1#4"]


def test_the_same_bytes_again_are_not_news_but_other_bytes_replace(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add([message(quote_article(), offset=0)])
    first = reader.last_sequence()
    writer.add([message(quote_article(), offset=1)])
    assert reader.last_sequence() == first
    found = reader.article("a-1")
    assert found is not None
    assert found.offset == 1
    writer.add([message(quote_article(title="Berichtigt"), offset=2)])
    assert [line.title for line in reader.articles(limit=10)] == ["Berichtigt"]
    assert reader.last_sequence() > first
    assert len(reader.search(search_expression(words="Haltestelle") or "", limit=10)) == 1
    entity = reader.entity("per/karla-brinkmeier")
    assert entity is not None
    assert (entity.quote_count, entity.article_count, entity.mention_count) == (1, 1, 2)


def test_a_restart_loses_nothing_and_goes_on_where_it_was(writer: StoreWriter, path: Path) -> None:
    writer.add([message(quote_article(), offset=41)])
    writer.close()
    again = StoreWriter(path, keep_articles=100, keep_days=30)
    following, mark = again.positions()["articles.quotes", 0]
    assert following == 42
    assert mark == message(quote_article(), offset=41).fingerprint
    assert StoreReader(path).article("a-1") is not None


def test_a_store_of_another_version_is_made_anew(writer: StoreWriter, path: Path) -> None:
    writer.add([message(quote_article())])
    writer.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreUnavailable):
        StoreReader(path).articles(limit=1)
    assert StoreWriter(path, keep_articles=1, keep_days=1).positions() == {}
    assert StoreReader(path).articles(limit=1) == []


def test_what_is_kept_is_bounded_by_count(path: Path) -> None:
    writer = StoreWriter(path, keep_articles=20, keep_days=30)
    writer.add([message(quote_article(f"a-{n}"), offset=n) for n in range(50)])
    assert prune(writer, NOW) == 30
    reader = StoreReader(path)
    assert [line.id for line in reader.articles(limit=100)] == [f"a-{n}" for n in range(49, 29, -1)]
    entity = reader.entity("per/karla-brinkmeier")
    assert entity is not None
    assert entity.article_count == 20
    assert len(reader.search(search_expression(words="Kiel") or "", limit=100)) == 20


def test_what_is_much_is_forgotten_in_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a collector that has far too much can send its worker's reports in between."""
    monkeypatch.setattr(writer_module, "_CHUNK", 20)
    writer = StoreWriter(path, keep_articles=5, keep_days=30)
    writer.add([message(_with_entities_of_its_own(number), offset=number) for number in range(50)])
    assert [writer.prune_some(NOW, all_read=True) for _ in range(5)] == [20, 20, 5, 0, 0]
    reader = StoreReader(path)
    assert [line.id for line in reader.articles(limit=100)] == [f"a-{n}" for n in range(49, 44, -1)]
    assert len(reader.people(words="", types=("PER",), limit=100).items) == 10


def test_what_is_kept_is_bounded_by_age(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add([message(quote_article("alt"), at=NOW - 31 * 86400), message(quote_article("neu"), offset=1, at=NOW)])
    assert prune(writer, NOW) == 1
    assert [line.id for line in reader.articles(limit=10)] == ["neu"]


@pytest.mark.parametrize(("all_read", "known"), [(False, ["s-1", "s-2"]), (True, [])])
def test_statements_wait_for_articles_that_are_still_to_be_read(
    writer: StoreWriter, reader: StoreReader, all_read: bool, known: list[str]
) -> None:
    """Where a store is filled anew, the statements are read long before the articles, of which the oldest go again."""
    now = time.time()
    quoted = {"s-1": ("alt#0", "neu#0"), "s-2": ("neu#1",)}
    like = orjson.loads(statement("s", articles=1))
    said = {
        name: orjson.dumps(
            like | {"id": name, "count": 2, "articles": [like["articles"][0] | {"quote": quote} for quote in quotes]}
        )
        for name, quotes in quoted.items()
    }
    writer.add(TopicMessage("statements", 0, n, now, said[name], {}, name.encode()) for n, name in enumerate(said))
    writer.add([message(quote_article("alt"), at=now - 31 * 86400)])
    assert prune(writer, now, all_read=all_read) == 1
    writer.add([message(quote_article("neu"), offset=1, at=now)])
    assert sorted(statement.id for statement in reader.statements_of("neu").values()) == known


def test_entities_that_nothing_names_any_more_go_too(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add([message(quote_article(), at=NOW - 31 * 86400)])
    prune(writer, NOW)
    assert reader.entity("per/karla-brinkmeier") is None


@pytest.mark.parametrize("rest", [0.0, 1e10])
def test_numbers_of_forgotten_entities_are_given_again_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch, rest: float
) -> None:
    monkeypatch.setattr(article_rows, "REST_SECONDS", rest)
    writer = StoreWriter(path, keep_articles=1, keep_days=30)
    highest = []
    for number in range(5):
        silent = _with_entities_of_its_own(number)
        others = silent.entities
        writer.add([message(silent, offset=number)])
        prune(writer, NOW)
        with sqlite3.connect(path) as connection:
            (found, highest_num) = connection.execute("SELECT count(*), max(num) FROM entities").fetchone()
        connection.close()
        assert found == len(others)
        highest.append(highest_num)
    writer.close()
    assert max(highest) == (2 if rest == 0.0 else 5) * len(others)
    known = StoreReader(path).entity(others[0].id)
    assert known is not None
    assert (known.name, known.article_count) == (others[0].name, 1)


def test_a_number_that_was_freed_a_moment_ago_is_given_to_nobody(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where no entity is left, from whose numbers the database goes on."""
    writer, now = StoreWriter(path, keep_articles=100, keep_days=30), time.time()
    for number in range(3):
        long_ago = now - 31 * 86400 if number < 2 else now
        writer.add([message(_with_entities_of_its_own(number), offset=number, at=long_ago)])
        prune(writer, now)
    monkeypatch.setattr(article_rows, "REST_SECONDS", -1.0)
    writer.add([message(_with_entities_of_its_own(3), offset=3, at=now)])
    assert writer.unreadable == 0
    assert [line.id for line in StoreReader(path).articles(limit=10)] == ["a-3", "a-2"]


def test_finding_a_free_number_takes_no_longer_where_many_were_freed_a_moment_ago(path: Path) -> None:
    writer, now = StoreWriter(path, keep_articles=100, keep_days=30), time.time()
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO free_numbers (num, at) VALUES (?, ?)", [(number, now) for number in range(1, 20_001)]
        )
    connection.close()
    thousands_of_steps = 0

    def count() -> None:
        nonlocal thousands_of_steps
        thousands_of_steps += 1

    writer._connection.set_progress_handler(count, 1000)
    writer.add([message(_with_entities_of_its_own(0), at=now)])
    assert writer.unreadable == 0
    assert thousands_of_steps < 10


def _with_entities_of_its_own(number: int) -> QuoteArticle:
    article = quote_article(f"a-{number}")
    others = [entity.model_copy(update={"id": f"{entity.id}-{number}"}) for entity in article.entities]
    return article.model_copy(update={"entities": others, "quotes": []})


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


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"words": "haltestelle"}, True),
        ({"words": "halteste"}, True),
        ({"words": "umbau kiel"}, True),
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


def test_hostile_text_is_data_like_any_other(writer: StoreWriter, reader: StoreReader) -> None:
    article = hostile_article()
    writer.add([message(article)])
    found = reader.article(article.id)
    assert found is not None
    assert found.record["title"] == article.title
    assert reader.entity(article.entities[0].id) is not None


def test_without_a_store_a_query_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no store here yet"):
        StoreReader(tmp_path / "none.sqlite").articles(limit=1)


def test_filling_the_store_costs_little(writer: StoreWriter) -> None:
    batches = iter(
        [[message(quote_article(f"a-{turn}-{n}"), offset=400 * turn + n) for n in range(400)] for turn in range(TURNS)]
    )

    def fill() -> None:
        messages = next(batches)
        for begin in range(0, len(messages), 20):
            writer.add(messages[begin : begin + 20])

    assert least_seconds(fill) / 400 < 0.006


def test_a_full_disk_is_named_even_if_it_has_rolled_back(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "4m") as disk:
        writer = StoreWriter(disk / "store.sqlite", keep_articles=10_000, keep_days=30)
        article = quote_article()
        lot = [
            message(
                article.model_copy(update={"id": f"a-{number}", "title": "x" * 10_000, "quotes": []}), offset=number
            )
            for number in range(600)
        ]
        with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
            writer.add(lot)
        writer.close()


HUGE = 2**64 - 1
BEFORE_ALL_CALENDARS = "0001-01-01T00:00:00+14:00"


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
