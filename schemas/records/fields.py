"""Fields that several records have: times, languages, ids."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field


def _rfc3339(value: str) -> str:
    """The time with T and Z as capital letters, which most programs expect; RFC 3339 allows small ones."""
    time = value.upper()
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in time:
        raise ValueError(f"{value[:40]!r} is not an RFC 3339 time such as 2022-01-10T09:00:00Z")
    return time


Timestamp = Annotated[str, AfterValidator(_rfc3339)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9-]+)?$")]
Identifier = Annotated[str, Field(min_length=1, max_length=2000)]
ArticleId = Annotated[str, Field(min_length=1, max_length=1900)]
"""As producers may give it: the ids of an article's quotes are made of it, and are a little longer."""
