"""The times of a ticker's entries: whether they run one way, and on which days they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from pipeline.cleaning.dates import clock_in, written
from schemas.times import LOCAL_TIME, PRESS_YEARS

FEWEST_ENTRIES = 3
"""Of a ticker."""
_DAY_BEFORE = (
    r"(?:(?:Update|Erstmeldung) vom )?(?:[A-ZÄÖÜ][a-zäöü]{1,9},? )?"
    r"(?:\d{1,2}\. ?(?:\d{1,2}\.|[A-ZÄÖÜ][a-zä]{2,8}\.?)(?: ?\d{4})?,? ?(?:um )?)?"
)
_BEGIN = re.compile(
    rf"(?:\+{{2,3}} ?)?{_DAY_BEFORE}(?P<clock>(?:[01]?\d|2[0-3])(?::[0-5]\d|\.[0-5]\d(?= ?Uhr)))(?: ?(?:Uhr|h)\b)?"
    r"(?: ?(?:[:|+–—-]|$)| (?=[A-ZÄÖÜ„\"»]))"
)
_ONE_WAY = 0.75
_DAY_MINUTES = 24 * 60
_OVER_MIDNIGHT_HOURS = 6
"""Times that go against the others by less are out of order, and no other day's."""


def clock_at_beginning(text: str) -> time | None:
    """The time of day that a line begins with, as the entries of tickers do ("+++ 16.48 Uhr: Deich hält +++")."""
    begin = text[:80]
    found = _BEGIN.match(begin) if ":" in begin or "Uhr" in begin else None
    return None if found is None else clock_in(found["clock"] + " Uhr")


@dataclass(slots=True)
class TickerEntry:
    """Where an entry begins; `day` and `moment` as far as its line or one above tells them."""

    begin: int
    end: int
    clock: time | None = None
    day: date | None = None
    moment: str | None = None
    dated: bool = False


def run_one_way(entries: Sequence[TickerEntry]) -> bool:
    later = _later(entries)
    return max(sum(later), len(later) - sum(later)) >= _ONE_WAY * len(later)


def _later(entries: Sequence[TickerEntry]) -> list[bool]:
    """Of each entry whether it is later than the one above, by the shorter way from one time of day to another."""
    later: list[bool] = []
    for before, after in pairwise(entries):
        if before.moment and after.moment and before.clock is None:
            later += [after.moment > before.moment] if after.moment != before.moment else []
        elif before.clock and after.clock and before.clock != after.clock:
            later.append((_minutes(after.clock) - _minutes(before.clock)) % _DAY_MINUTES < _DAY_MINUTES / 2)
    return later


def _minutes(clock: time) -> int:
    return 60 * clock.hour + clock.minute


def give_days(entries: Sequence[TickerEntry], published_at: str | None, modified_at: str | None) -> None:
    """Make moments of the times of day: from a known day on, and over midnight to the next or the former one."""
    later = _later(entries)
    newest_first = sum(later) * 2 < len(later)
    first = moment_of(modified_at or published_at) if newest_first else moment_of(published_at)
    day = first.astimezone(LOCAL_TIME).date() if first is not None else None
    before: time | None = None
    for entry in entries:
        if entry.clock is None or entry.moment is not None:
            continue
        if entry.day is not None:
            day = entry.day
        elif day is not None and before is not None:
            hours = entry.clock.hour - before.hour
            over = hours >= _OVER_MIDNIGHT_HOURS if newest_first else -hours >= _OVER_MIDNIGHT_HOURS
            day += timedelta(days=(-1 if newest_first else 1) if over else 0)
        before = entry.clock
        if day is not None:
            entry.moment = written(datetime.combine(day, entry.clock))


def moment_of(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if moment.year not in PRESS_YEARS:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL_TIME)
