"""Times of every zone and of any year."""

from datetime import UTC, datetime, timedelta, timezone

from schemas.times import EARLIEST, LATEST, instant, instant_at, rfc3339


def test_times_of_every_zone_become_utc() -> None:
    assert instant("2026-05-01T01:00:00+02:00") == datetime(2026, 4, 30, 23, tzinfo=UTC)


def test_what_lies_beyond_the_calendar_is_put_at_its_end() -> None:
    assert instant("0001-01-01T00:00:00+14:00") == datetime(1, 1, 1, tzinfo=UTC)
    assert instant("9999-12-31T23:59:59-12:00") == LATEST


def test_a_time_stamp_may_be_any_number() -> None:
    assert instant_at(1.5) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert instant_at(2**62 / 1000) == LATEST
    assert instant_at(-(2**62) / 1000) == EARLIEST


def test_times_are_written_in_utc_to_the_millisecond() -> None:
    summer = timezone(timedelta(hours=2))
    assert rfc3339(datetime(2026, 5, 1, 1, 0, 0, 1_999, tzinfo=summer)) == "2026-04-30T23:00:00.001Z"
