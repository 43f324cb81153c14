"""Live tickers: which lines make an entry, and of what time it is.

An entry begins with its time, in a line of its own or before its first words,
or is one of those that the page's JSON-LD lists. Its day is that of the line or
of a line with a date above; else it follows from the article's day, since a
ticker's times run one way, and from midnight on to the next day.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from pipeline.cleaning import shapes
from pipeline.cleaning.dates import clock_in, day_in, written
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import NOTHING_UNDER_IT, Line, words_of
from schemas.times import LOCAL_TIME, PRESS_YEARS

_DAY_BEFORE = (
    r"(?:[A-ZÄÖÜ][a-zäöü]{1,9},? )?"
    r"(?:\d{1,2}\. ?(?:\d{1,2}\.|[A-ZÄÖÜ][a-zä]{2,8}\.?)(?: ?\d{4})?,? ?(?:um )?)?"
)
_BEGIN = re.compile(
    rf"(?:\+{{2,3}} ?)?{_DAY_BEFORE}(?P<clock>(?:[01]?\d|2[0-3])(?::[0-5]\d|\.[0-5]\d(?= ?Uhr)))(?: ?(?:Uhr|h)\b)?"
    r"(?: ?(?:[:|+–—-]|$)| (?=[A-ZÄÖÜ„\"»]))"
)
_TICKER = re.compile(r"ticker|live-?blog|news-?blog|minutenprotokoll|\blive\b", re.IGNORECASE)
_FEWEST_ENTRIES = 3
_FEWEST_UNNAMED = 5
_FEWEST_WORDS = 8
_FEWEST_WORDS_UNNAMED = 20
_FIRST_WORDS = 12
_ONE_WAY = 0.75
_DAY_MINUTES = 24 * 60
_OVER_MIDNIGHT_HOURS = 6
"""Times that go against the others by less are out of order, and no other day's."""


@dataclass(frozen=True, slots=True)
class Update:
    """An entry of a ticker, as JSON-LD lists it.

    Attributes:
        time: RFC 3339.
        words: the words of its headline, or the first ones of its text.
    """

    time: str
    words: tuple[str, ...]


@dataclass(slots=True)
class _TickerEntry:
    """Where an entry begins; `day` and `moment` as far as its line or one above tells them."""

    begin: int
    end: int
    clock: time | None = None
    day: date | None = None
    moment: str | None = None
    dated: bool = False


def mark_entries(
    lines: Sequence[Line], *, named: str, published_at: str | None, modified_at: str | None, updates: Sequence[Update]
) -> None:
    """Number the kept lines of a ticker's entries, give them their times, and keep their headlines.

    Args:
        lines: all lines, with their verdicts.
        named: title, kicker and address, in which tickers call themselves so.
        published_at: RFC 3339; the first entry's day if no line tells one.
        modified_at: the same of the last entry.
        updates: the entries that JSON-LD lists.
    """
    is_named = bool(updates) or _TICKER.search(named) is not None
    entries = _listed(lines, updates) or _stamped(lines, is_named=is_named)
    if len(entries) < (_FEWEST_ENTRIES if is_named else _FEWEST_UNNAMED):
        return
    sizes = [
        sum(len(line.words) for line in lines[entry.begin : entry.end] if line.kind is not None) for entry in entries
    ]
    fewest = _FEWEST_WORDS if is_named else _FEWEST_WORDS_UNNAMED
    if sorted(sizes)[len(sizes) // 2] < fewest or not _runs_one_way(entries):
        return
    _give_days(entries, published_at, modified_at)
    number = 0
    for entry in entries:
        part = lines[entry.begin : entry.end]
        if not any(line.kind is not None for line in part):
            _keep_paragraphs(part)
        if not any(line.kind is not None for line in part):
            continue
        number += 1
        for line in _of_entry(part):
            if line.kind is None:
                line.keep("entry", f"{line.rule}, but headline of an entry")
            line.kind, line.entry, line.time = "entry", number, entry.moment


def _keep_paragraphs(part: Sequence[Line]) -> None:
    """An entry between others is as much the ticker's as these, whatever the classifier says of its text."""
    for line in part:
        if _is_unlikely(line) and is_paragraph(line):
            line.keep("entry", f"{line.rule}, but of an entry")


def _of_entry(part: Sequence[Line]) -> list[Line]:
    """The entry's kept lines, and the headline over them that the classifier took for a teaser."""
    first = next(number for number, line in enumerate(part) if line.kind is not None)
    headline = [
        line for line in part[:first] if _is_unlikely(line) and len(line.words) >= 2 and not shapes.is_time(line.text)
    ][-1:]
    return headline + [line for line in part[first:] if line.kind is not None]


def _stamped(lines: Sequence[Line], *, is_named: bool) -> list[_TickerEntry]:
    entries: list[_TickerEntry] = []
    day: date | None = None
    last = max((number for number, line in enumerate(lines) if line.kind is not None), default=-1)
    for number, line in enumerate(lines):
        alone = len(line.text) <= 90 and shapes.is_time(line.text)
        if number > last and not line.rule.startswith("classifier") and not (alone and is_named):
            continue
        moment = line.markup.time if line.markup is not None else None
        found = _BEGIN.match(line.text[:80])
        if found is None and not (alone and (moment or clock_in(line.text))):
            if alone or (len(line.words) <= 6 and not is_paragraph(line)):
                day = day_in(line.text) or day
            continue
        clock = clock_in(found["clock"] + " Uhr") if found is not None else clock_in(line.text)
        known_moment = _moment(moment)
        if known_moment is None and clock is None:
            continue
        own = day_in(line.text[:80])
        day = own or day
        entry = _TickerEntry(
            number, len(lines), clock, day, written(known_moment) if known_moment else None, dated=own is not None
        )
        day = None
        if entries:
            if entries[-1].begin == number - 1 and lines[number - 1].kind is None and entries[-1].clock == entry.clock:
                continue  # the same time once more
            entries[-1].end = number
        entries.append(entry)
    if len(entries) > 1 and entries[0].dated and not any(entry.dated for entry in entries[1:]):
        own_time = entries.pop(0)  # the article's, not an entry's
        entries[0].day = own_time.day
    if entries:
        entries[-1].end = _end_of_last(lines, entries)
    return entries


def _end_of_last(lines: Sequence[Line], entries: Sequence[_TickerEntry]) -> int:
    """The last entry ends where nothing is kept for as long as no gap inside of the other entries lasts."""
    begin, longest = entries[-1].begin, 4
    gap, own = 0, False
    for number in range(begin, len(lines)):
        is_first = not own and _is_unlikely(lines[number]) and is_paragraph(lines[number])
        own = own or is_first or lines[number].kind is not None
        gap = 0 if is_first or lines[number].kind is not None else gap + 1
        if gap > longest:
            return number - gap + 1
    return len(lines)


def _is_unlikely(line: Line) -> bool:
    """Whether the classifier alone removed a line, or its being above such a one did."""
    return line.reason is not None and line.rule.startswith(("classifier", NOTHING_UNDER_IT))


def _listed(lines: Sequence[Line], updates: Sequence[Update]) -> list[_TickerEntry]:
    entries: list[_TickerEntry] = []
    known = {update.words: update for update in updates if update.words}
    sizes = Counter(map(len, known))
    for number, line in enumerate(lines):
        for size in set(sizes):
            update = known.get(tuple(line.words[:size]))
            is_link = line.reason in ("navigation", "related") and not line.rule.startswith("classifier")
            if update is not None and not is_link:
                known.pop(update.words)
                sizes -= Counter([size])
                if entries:
                    entries[-1].end = number
                entries.append(_TickerEntry(number, len(lines), moment=update.time))
                break
    if entries:
        entries[-1].end = _end_of_last(lines, entries)
    return entries if len(entries) * 2 > len(updates) else []


def _runs_one_way(entries: Sequence[_TickerEntry]) -> bool:
    later = _later(entries)
    return max(sum(later), len(later) - sum(later)) >= _ONE_WAY * len(later)


def _later(entries: Sequence[_TickerEntry]) -> list[bool]:
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


def _give_days(entries: Sequence[_TickerEntry], published_at: str | None, modified_at: str | None) -> None:
    """Make moments of the times of day: from a known day on, and over midnight to the next or the former one."""
    later = _later(entries)
    newest_first = sum(later) * 2 < len(later)
    first = _moment(modified_at or published_at) if newest_first else _moment(published_at)
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


def _moment(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if moment.year not in PRESS_YEARS:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL_TIME)


def update_of(texts: Sequence[str], moment: str | None) -> Update | None:
    """An entry of JSON-LD by its headline and text, the first of which that has words; None without a time or words."""
    words = next((words for text in texts if (words := tuple(words_of(text))[:_FIRST_WORDS])), ())
    return Update(moment, words) if moment is not None and words else None
