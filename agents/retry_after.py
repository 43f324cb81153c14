"""How long a server wants no further request, by the header Retry-After of its answer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_seconds(
    headers: Mapping[str, str], *, most_seconds: float, now: datetime | None = None
) -> float | None:
    """The header Retry-After, a number of seconds or a date, in seconds from now; None where it says neither.

    Args:
        headers: of the answer.
        most_seconds: a longer time is cut to this.
        now: by default, the present time.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), most_seconds)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - (now or datetime.now(UTC))).total_seconds()), most_seconds)
