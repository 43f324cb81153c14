"""The store: what is put in comes out, once, and not for ever."""

import sqlite3
import time
from pathlib import Path

import orjson
import pytest

from agents.web.store import entity_rows
from agents.web.store import writer as writer_module
from agents.web.store.access import StoreUnavailable
from agents.web.store.reader import StoreReader
from agents.web.store.search import search_expression
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.records import QuoteArticle
from schemas.spans import Span
from tests.sinks.records import statement
from tests.support.small_disk import small_disk
from tests.support.timing import TURNS, least_seconds
from tests.web.articles import NOW, message, quote_article
from tests.web.conftest import prune


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


def test_what_is_indexed_in_one_batch_is_written_together(writer: StoreWriter, path: Path) -> None:
    writer.add([message(quote_article(f"a-{number}"), offset=number) for number in range(3)])
    connection = sqlite3.connect(path)
    for index in ("search", "quote_search", "entity_search"):
        assert connection.execute(f"SELECT count(DISTINCT segid) FROM {index}_idx").fetchone() == (1,), index


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


def test_entities_that_nothing_names_go_also_where_the_writer_before_ended_in_between(
    writer: StoreWriter, reader: StoreReader, path: Path
) -> None:
    writer.add([message(quote_article(), at=NOW - 31 * 86400)])
    assert writer.prune_some(NOW, all_read=True) == 1
    writer.close()
    assert reader.entity("per/karla-brinkmeier") is not None
    prune(StoreWriter(path, keep_articles=100, keep_days=30), NOW)
    assert reader.entity("per/karla-brinkmeier") is None


@pytest.mark.parametrize("rest", [0.0, 1e10])
def test_numbers_of_forgotten_entities_are_given_again_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch, rest: float
) -> None:
    monkeypatch.setattr(entity_rows, "REST_SECONDS", rest)
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
    monkeypatch.setattr(entity_rows, "REST_SECONDS", -1.0)
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
