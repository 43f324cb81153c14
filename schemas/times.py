"""The times in records, which are RFC 3339, as instants, and the days of German news."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PRESS_YEARS = range(1600, 3000)
"""In which an article can have appeared. Where programs know no time, they often write the year 1 or 9999."""
EPOCH = date(1970, 1, 1)
LOCAL_TIME = ZoneInfo("Europe/Berlin")
"""Of German news: what they mean by a time without a zone, and by a day."""
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def instant_at(seconds: float) -> datetime:
    """Seconds since 1970 UTC as a time in UTC; one beyond the years 1 to 9999 is put at their end.

    The time stamp of a message can be any number: where the broker does not set it, its producer does.
    """
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return EARLIEST if seconds < 0 else LATEST


def instant(text: str) -> datetime:
    """A time of a record in UTC; one beyond the years 1 to 9999 there is put at their end."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


def rfc3339(moment: datetime) -> str:
    """A time that knows its zone, as records have it: in UTC, to the millisecond, with "Z"."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_begins(day: date) -> float:
    """When a day begins in Germany, in seconds since 1970 UTC."""
    return datetime.combine(day, time.min, LOCAL_TIME).timestamp()


def day_ends(day: date) -> float:
    """When a day is over in Germany, in seconds since 1970 UTC; also the last one of the calendar."""
    return float(round(datetime.combine(day, time.max, LOCAL_TIME).timestamp()))
