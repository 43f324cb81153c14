"""The times in records, which are RFC 3339, as instants."""

from datetime import UTC, datetime

PRESS_YEARS = range(1600, 3000)
"""In which an article can have appeared. Where programs know no time, they often write the year 1 or 9999."""
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def instant(text: str) -> datetime:
    """A time of a record in UTC; one beyond the years 1 to 9999 there is put at their end."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST
