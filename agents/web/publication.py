"""When an article was published, as far as it says so and can be believed."""

from schemas.times import PRESS_YEARS, instant


def publication(published_at: str | None, arrived: float | str) -> str | None:
    """What an article says of its publication; None if that is nothing, a year without newspapers, or after it came.

    Args:
        published_at: what it says, by RFC 3339.
        arrived: when it came, likewise or in seconds since 1970 UTC.
    """
    if published_at is None:
        return None
    published = instant(published_at)
    came = instant(arrived).timestamp() if isinstance(arrived, str) else arrived
    return published_at if published.year in PRESS_YEARS and published.timestamp() <= came else None
