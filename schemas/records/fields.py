"""Fields that several records have: times, languages, ids."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)")
_SPACE = re.compile(r"(?<=^\d{4}-\d\d-\d\d) (?=\d)")
_LEAP_SECOND = re.compile(r"(?<=:\d\d:)60(?=[Z+.-])")


@lru_cache(maxsize=32)  # the times of an article stand in each of its quotes
def _rfc3339(value: str) -> str:
    """The time in RFC 3339, with capital T and Z and without a leap second, as most programs expect it; a space for the
    T, which RFC 3339 allows, and other forms of ISO 8601 are rewritten."""
    time = _SPACE.sub("T", _LEAP_SECOND.sub("59", value.upper()))
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None and "T" in time:
        for form in (time, moment.isoformat()):
            if _RFC3339.fullmatch(form):
                return form
    raise ValueError(f"{value[:40]!r} is not an RFC 3339 time such as 2022-01-10T09:00:00Z")


Timestamp = Annotated[str, AfterValidator(_rfc3339)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9-]+)?$")]
Identifier = Annotated[str, Field(min_length=1, max_length=2000)]
ArticleId = Annotated[str, Field(min_length=1, max_length=1900)]
"""As producers may give it: the ids of an article's quotes are made of it, and are a little longer."""
