"""The header Retry-After: a number or a date, never too long, and nothing where it says neither."""

from datetime import UTC, datetime

import pytest

from agents.retry_after import retry_after_seconds

DAY = 86_400.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("", None),
        ("bald", None),
        ("999999999999 Jan 2026 00:00:60 Jan", None),
        ("-5", None),
        ("Mon, 10 Jan 2022 09:01:00 GMT", 60),
        ("Mon, 10 Jan 2022 09:01:00", 60),
        ("Mon, 10 Jan 2022 08:00:00 GMT", 0),
        ("Mon, 10 Jan 2922 08:00:00 GMT", DAY),
        ("9" * 50, DAY),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    now = datetime(2022, 1, 10, 9, tzinfo=UTC)
    assert retry_after_seconds({"Retry-After": value}, most_seconds=DAY, now=now) == seconds


def test_no_header_says_nothing() -> None:
    assert retry_after_seconds({}, most_seconds=DAY) is None
