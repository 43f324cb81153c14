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
from datetime import date
from itertools import pairwise

from pipeline.cleaning import shapes
from pipeline.cleaning.dates import clock_in, day_in, written
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import NOTHING_UNDER_IT, Line, words_of
from pipeline.cleaning.ticker_times import (
    FEWEST_ENTRIES,
    TickerEntry,
    clock_at_beginning,
    give_days,
    moment_of,
    run_one_way,
)

_TICKER = re.compile(r"ticker|news-?blog|minutenprotokoll|live(?:-?blog|(?<!\wlive)\b)")
_OF_ARTICLE = re.compile(r"(?:zuletzt |letzte )?(?:aktualisier|geändert|veröffentlicht|stand\b)", re.IGNORECASE)
_CLOCK = re.compile(r"\d[:.]\d\d")
_FEWEST_UNNAMED = 5
_FEWEST_WORDS = 8
_FEWEST_WORDS_UNNAMED = 20
_FIRST_WORDS = 12
_LONGEST_STAMP = 90


@dataclass(frozen=True, slots=True)
class Update:
    """An entry of a ticker, as JSON-LD lists it.

    Attributes:
        time: RFC 3339.
        words: the words of its headline, or the first ones of its text.
    """

    time: str
    words: tuple[str, ...]


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
    is_named = bool(updates) or _TICKER.search(named.lower()) is not None
    fewest_entries = FEWEST_ENTRIES if is_named else _FEWEST_UNNAMED
    if not updates and sum(map(_may_be_stamped, lines)) < fewest_entries:
        return
    entries = _listed(lines, updates) or _stamped(lines, is_named=is_named)
    if len(entries) < fewest_entries:
        return
    sizes = [
        sum(len(line.words) for line in lines[entry.begin : entry.end] if line.kind is not None) for entry in entries
    ]
    fewest = _FEWEST_WORDS if is_named else _FEWEST_WORDS_UNNAMED
    if sorted(sizes)[len(sizes) // 2] < fewest or not run_one_way(entries):
        return
    give_days(entries, published_at, modified_at)
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


def _may_be_stamped(line: Line) -> bool:
    """Whether an entry may begin with a line: all others are sooner found out than times are read."""
    if line.markup is not None and line.markup.time is not None:
        return True
    return _CLOCK.search(line.text, 0, _LONGEST_STAMP) is not None


def _stamped(lines: Sequence[Line], *, is_named: bool) -> list[TickerEntry]:
    entries: list[TickerEntry] = []
    day: date | None = None
    last = max((number for number, line in enumerate(lines) if line.kind is not None), default=-1)
    for number, line in enumerate(lines):
        alone = len(line.text) <= _LONGEST_STAMP and shapes.is_time(line.text)
        if number > last and not line.rule.startswith("classifier") and not (alone and is_named):
            continue
        moment = line.markup.time if line.markup is not None else None
        found = clock_at_beginning(line.text)
        if found is None and not (alone and (moment or clock_in(line.text))):
            if alone or (len(line.words) <= 6 and not is_paragraph(line)):
                day = day_in(line.text) or day
            continue
        clock = found or clock_in(line.text)
        known_moment = moment_of(moment)
        if known_moment is None and clock is None:
            continue
        own = day_in(line.text[:80])
        day = own or day
        entry = TickerEntry(
            number, len(lines), clock, day, written(known_moment) if known_moment else None, dated=own is not None
        )
        day = None
        if entries:
            above = lines[number - 1]
            is_repeated = entries[-1].begin == number - 1 and above.kind is None and entries[-1].clock == entry.clock
            if is_repeated and _OF_ARTICLE.match(above.text) is None:
                continue
            entries[-1].end = number
        entries.append(entry)
    if len(entries) > 1 and _is_of_article(lines, entries):
        own_time = entries.pop(0)
        entries[0].day = entries[0].day or own_time.day
    entries = _marked_alike(entries)
    if entries:
        entries[-1].end = _end_of_last(lines, entries)
    return entries


def _is_of_article(lines: Sequence[Line], entries: Sequence[TickerEntry]) -> bool:
    """Whether the first time is the article's and no entry's: it alone has a day, or tells of a change."""
    dated = [entry.dated for entry in entries]
    if dated[0] and not any(dated[1:]):
        return True
    of_article = [_OF_ARTICLE.match(lines[entry.begin].text) is not None for entry in entries]
    return of_article[0] and not any(of_article[1:])


def _marked_alike(entries: list[TickerEntry]) -> list[TickerEntry]:
    """The entries, without times in their text ("Update 11:40 Uhr:") where they begin with elements for times."""
    marked = [entry for entry in entries if entry.moment is not None]
    if len(marked) < max(FEWEST_ENTRIES, len(entries) / 2):
        return entries
    for entry, following in pairwise(marked):
        entry.end = following.begin
    return marked


def _end_of_last(lines: Sequence[Line], entries: Sequence[TickerEntry]) -> int:
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


def _listed(lines: Sequence[Line], updates: Sequence[Update]) -> list[TickerEntry]:
    entries: list[TickerEntry] = []
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
                entries.append(TickerEntry(number, len(lines), moment=update.time))
                break
    if entries:
        entries[-1].end = _end_of_last(lines, entries)
    return entries if len(entries) * 2 > len(updates) else []


def update_of(texts: Sequence[str], moment: str | None) -> Update | None:
    """An entry of JSON-LD by its headline and text, the first of which that has words; None without a time or words."""
    words = next((words for text in texts if (words := tuple(words_of(text))[:_FIRST_WORDS])), ())
    return Update(moment, words) if moment is not None and words else None
