"""What a message comes to in the tables, without any store."""

from datetime import UTC, date, datetime

import orjson
import pytest

from pipeline.tables.columns import KEY_COLUMNS, TABLES, TABLES_OF
from pipeline.tables.rows import change_of
from schemas.codec import RecordError
from tests.sinks.records import RELEASE_0_1, SAID, article, statement

ARRIVED_MS = 1_780_000_000_000


def change(value, kind="article", key=b"a-1", **options):
    return change_of(kind, key, value, timestamp_ms=ARRIVED_MS, **options)


def test_every_row_has_every_column_in_order_of_the_table() -> None:
    made = dict(change(article("a-1")).rows) | dict(change(statement("s-1"), "statement").rows)
    assert made.keys() == TABLES.keys()
    for table, rows in made.items():
        assert rows
        assert all(row.keys() == TABLES[table].keys() for row in rows)


def test_an_article_with_its_quotes() -> None:
    made = change(article("a-1", said=(SAID, "Nein")), revision="3")
    assert (made.key, made.day) == ("a-1", date(2026, 5, 1))
    (row,) = made.rows["articles"]
    assert (row["id"], row["revision"], row["published_at"]) == ("a-1", 3, datetime(2026, 5, 1, 10, tzinfo=UTC))
    assert row["arrived_at"] == datetime.fromtimestamp(ARRIVED_MS / 1000, UTC)
    quotes = made.rows["quotes"]
    assert [(quote["id"], quote["article_id"], quote["text"]) for quote in quotes] == [
        ("a-1#0", "a-1", SAID),
        ("a-1#1", "a-1", "Nein"),
    ]
    first = quotes[0]
    assert (first["speaker_id"], first["speaker_name"], first["type"]) == ("per/hanna-tolke", "Hanna Tölke", "Direct")
    assert (first["speaker_gender"], first["spans"]) == ("f", "[[12,23]]")
    assert row["text"][first["begin_char"] : first["end_char"]] == SAID


def test_integers_of_any_size_stay_in_meta() -> None:
    value = RELEASE_0_1.replace(b'"meta":{}', b'"meta":{"number":123456789012345678901234567890}')
    (row,) = change(value, key=b"alt-1").rows["articles"]
    assert row["meta"] == '{"number":123456789012345678901234567890}'


def test_a_record_of_release_0_1_makes_rows() -> None:
    made = change(RELEASE_0_1, key=b"alt-1")
    (quote,) = made.rows["quotes"]
    assert (quote["speaker_name"], quote["speaker_kind"], quote["speaker_gender"]) == ("Tölke", "unknown", None)
    assert made.rows["articles"][0]["access"] == "unknown"
    assert made.day == datetime.fromtimestamp(ARRIVED_MS / 1000, UTC).date()  # of arrival: publication is not known


def test_a_statement_names_its_articles_and_quotes() -> None:
    (row,) = change(statement("s-1"), "statement").rows["statements"]
    assert (row["id"], row["speaker_name"], row["article_ids"]) == ("s-1", "Hanna Tölke", ["a-0", "a-1"])
    assert row["quote_ids"] == ["a-0#0", "a-1#0"]


def test_a_tombstone_has_no_rows_and_equal_messages_equal_digests() -> None:
    assert not change(None).rows
    assert change(article("a-1")).digest == change(article("a-1")).digest != change(article("a-1", title="x")).digest


@pytest.mark.parametrize("value", [b"", b"kaputt", b"[]", b'{"schema": "quote-article/9"}', b'{"id": "a"}'])
def test_what_is_no_record_is_refused(value: bytes) -> None:
    with pytest.raises(RecordError):
        change(value)
    with pytest.raises(RecordError):
        change(None, key=None)


def test_numbers_that_no_store_takes_are_none() -> None:
    for revision in ("9" * 5000, "-1", "3a", ""):
        assert change(article("a-1"), revision=revision).rows["articles"][0]["revision"] == 1
    huge = orjson.dumps(orjson.loads(statement("s-1")) | {"count": 2**63})
    with pytest.raises(RecordError, match="count"):
        change(huge, "statement")


def test_what_is_nested_too_deeply_to_be_written_is_refused() -> None:
    """The message would end a sink at each start."""
    value = article("a-1").replace(b"{", b'{"meta": {"tief": %s%s}, ' % (b"[" * 300, b"]" * 300), 1)
    with pytest.raises(RecordError, match="meta: "):
        change(value)


def test_the_key_is_a_column_of_each_table() -> None:
    assert {table for tables in TABLES_OF.values() for table in tables} == TABLES.keys()
    assert all(KEY_COLUMNS[table] in columns for table, columns in TABLES.items())


@pytest.mark.parametrize("timestamp_ms", [2**62, 253_402_300_800_000, -(2**62)])
def test_a_time_stamp_that_is_no_time_makes_no_record(timestamp_ms: int) -> None:
    with pytest.raises(RecordError, match=f"time stamp {timestamp_ms} is no time"):
        change_of("article", b"a-1", article("a-1"), timestamp_ms=timestamp_ms)
    assert change_of("article", b"a-1", None, timestamp_ms=timestamp_ms).rows == {}
