"""What a message comes to in the tables, without any store."""

from datetime import UTC, date, datetime
from typing import Any

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
    made = change(article("a-1", said=(SAID, "Nein")))
    assert (made.key, made.day) == ("a-1", date(2026, 5, 1))
    assert [(quote["id"], quote["position"], quote["text"]) for quote in made.rows["quotes"]] == [
        ("a-1#0", 0, SAID),
        ("a-1#1", 1, "Nein"),
    ]


def part(text: str, words: str, **fields: Any) -> dict[str, Any]:
    begin = text.index(words)
    return {"text": words, "spans": [{"begin": begin, "end": begin + len(words)}]} | fields


def test_each_column_holds_what_it_is_named_after() -> None:
    text = "Auf Drängen von Eva Menge hat Brandt geschrieben: „Geht heim“, und sonst nichts, „und ruht“."
    first, last = part(text, "Geht heim"), part(text, "und ruht")
    quote = {
        "id": "a-1#7", "type": "Indirect", "medium": "Writing", "part_of": "a-1#6", "confidence": 0.75,
        "text": "Geht heim … und ruht", "spans": first["spans"] + last["spans"],
        "speaker": part(text, "Brandt", entity="per/ulf", name="Ulf Brandt", kind="person", confidence=0.5),
        "cue": part(text, "geschrieben"), "frame": part(text, "hat Brandt geschrieben"),
        "addressee": part(text, "Eva Menge", entity="per/eva", name="Dr. Eva Menge"),
    }  # fmt: skip
    entity = {
        "id": "per/ulf", "name": "Ulf Brandt", "type": "PER", "roles": ["Rat"], "affiliations": ["SPD"],
        "wikidata": "Q7", "gender": "m", "gender_from": "role", "salience": 0.25,
        "mentions": [{"begin": 30, "end": 36, "text": "Brandt", "kind": "name"}],
    }  # fmt: skip
    fields = {
        "url": "https://bote.example/1", "source": "Bote", "language": "de", "kicker": "Rat", "title": "Titel",
        "authors": ["Pia Roth"], "dateline": "Waldau", "department": "Lokales", "access": "teaser",
        "agencies": ["dpa"], "text": text, "content_hash": "c", "simhash": "0123456789abcdef",
    }  # fmt: skip
    times = {"published_at": "2026-05-01T10:00:00Z", "modified_at": "2026-05-02T11:00:00Z"}
    value = article("a-1", quotes=[quote], entities=[entity], infobox={"Rat": "9"}, meta={"n": 1}, **fields, **times)
    made = change(value, revision="3").rows
    assert made["articles"] == [
        fields
        | {
            "id": "a-1", "infobox": '{"Rat":"9"}', "meta": '{"n":1}', "revision": 3,
            "published_at": datetime(2026, 5, 1, 10, tzinfo=UTC), "modified_at": datetime(2026, 5, 2, 11, tzinfo=UTC),
            "arrived_at": datetime.fromtimestamp(ARRIVED_MS / 1000, UTC),
        }
    ]  # fmt: skip
    assert made["entities"] == [entity | {"article_id": "a-1", "position": 0, "mentions": 1}]
    assert made["mentions"] == [
        {
            "article_id": "a-1", "position": 0, "entity_id": "per/ulf", "begin_char": 30, "end_char": 36,
            "text": "Brandt", "kind": "name",
        }
    ]  # fmt: skip
    assert made["quotes"] == [
        {
            "article_id": "a-1", "position": 0, "source": "Bote", "published_at": datetime(2026, 5, 1, 10, tzinfo=UTC),
            "id": "a-1#7", "type": "Indirect", "medium": "Writing", "part_of": "a-1#6", "confidence": 0.75,
            "text": "Geht heim … und ruht", "begin_char": 51, "end_char": 90, "spans": "[[51,60],[82,90]]",
            "speaker_id": "per/ulf", "speaker_name": "Ulf Brandt", "speaker_text": "Brandt",
            "speaker_kind": "person", "speaker_gender": "m", "speaker_confidence": 0.5,
            "cue": "geschrieben", "frame": "hat Brandt geschrieben",
            "addressee_id": "per/eva", "addressee_name": "Dr. Eva Menge", "addressee_text": "Eva Menge",
        }
    ]  # fmt: skip


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
    speaker = {"id": "per/hanna-tolke", "name": "Dr. Hanna Tölke", "type": "PER", "gender": "f"}
    first = {"article": "a-0", "source": "Bote", "published_at": "2026-05-01T10:00:00Z"}
    value = orjson.dumps(orjson.loads(statement("s-1")) | {"speaker": speaker, "first": first})
    expected = {
        "id": "s-1", "speaker_id": "per/hanna-tolke", "speaker_name": "Dr. Hanna Tölke", "speaker_gender": "f",
        "type": "Direct", "verbatim": True, "text": SAID, "count": 2, "sources": 1,
        "first_article_id": "a-0", "first_source": "Bote", "first_published_at": datetime(2026, 5, 1, 10, tzinfo=UTC),
        "article_ids": ["a-0", "a-1"], "quote_ids": ["a-0#0", "a-1#0"],
        "updated_at": datetime(2026, 5, 1, 11, tzinfo=UTC),
    }  # fmt: skip
    assert change(value, "statement").rows["statements"] == [expected]
    (row,) = change(statement("s-1"), "statement").rows["statements"]
    assert (row["speaker_id"], row["speaker_name"]) == (None, "Hanna Tölke"), "as it is printed"


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
    largest = orjson.dumps(orjson.loads(statement("s-1")) | {"count": 2**63 - 1})
    assert change(largest, "statement").rows["statements"][0]["count"] == 2**63 - 1


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
