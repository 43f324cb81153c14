"""What is told of a mistake in a record: one line for people to read."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from schemas.codec import RecordError, decode, one_line, written_at
from schemas.records import CleanArticle, RawArticle


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({"text": 5}, "text: Input should be a valid string, got 5"),
        ({"text": 5, "title": 6}, "title: Input should be a valid string, got 6 (and 1 more)"),
        ({"text": 5, "title": 6, "url": 7}, "url: Input should be a valid string, got 7 (and 2 more)"),
        ({}, "text or html: at least one of the two is needed"),
        (
            {"text": "a", "published_at": "gestern"},
            "published_at: 'gestern' is not an RFC 3339 time such as 2022-01-10T09:00:00Z",
        ),
        ({"text": "a", "meta": []}, "meta: Input should be a valid dictionary, got []"),
        ({"text": "a", "b": 1, "meta": 5}, "meta: expected an object, got int"),
    ],
)
def test_the_first_mistake_is_told_with_the_value_and_how_many_there_are(value: dict[str, Any], detail: str) -> None:
    with pytest.raises(RecordError) as caught:
        decode(orjson.dumps(value), RawArticle)
    assert caught.value.detail == detail
    assert str(caught.value) == f"schema: {detail}"


def test_of_what_is_missing_no_value_is_told() -> None:
    with pytest.raises(RecordError) as caught:
        decode(b'{"id": "a", "language": "de", "content_hash": "x", "simhash": "' + b"0" * 16 + b'"}', CleanArticle)
    assert caught.value.detail == "text: Field required"


def test_a_line_is_cut_where_it_is_too_long() -> None:
    assert one_line(" a\n\tb ") == "a b"
    assert one_line("a" * 300) == "a" * 300
    assert one_line("a" * 301) == "a" * 299 + "…"


def test_a_time_stamp_is_milliseconds_or_no_time() -> None:
    assert written_at(1500) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    with pytest.raises(RecordError, match="the message's time stamp 4611686018427387904 is no time") as caught:
        written_at(2**62)
    assert caught.value.reason == "schema"
