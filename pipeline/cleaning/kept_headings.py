"""Headings that the classifier took for something else: numbers and days that head the parts of a text."""

import re
from collections.abc import Iterator, Sequence

from pipeline.cleaning.dates import is_day_in_words
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import TIME_RULE, Line
from pipeline.cleaning.rules import LineReading
from pipeline.cleaning.sentences import ends_sentence

HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_FEWEST_NUMBERS = 2
_FEWEST_DAYS = 2
_MINUTE = re.compile(r"\d{1,3}\.?(?: ?\+ ?\d{1,2})?(?: ?['’′‘´]| ?\.? ?(?:Min\.?|Minute))")
_LONGEST_MINUTE = 15
_FEWEST_MINUTES = 2


def keep_numbered(lines: Sequence[Line], readings: Sequence[LineReading]) -> None:
    """The items of a numbering stay together, if half of them are kept or each has text under it, as headings have."""
    for series in numberings(lines):
        below = {item: lines[item + 1] for item in series if item + 1 < len(lines)}
        heads = {item for item in below if item + 1 not in series and below[item].kind in ("lead", "paragraph")}
        kept = sum(lines[item].kind is not None for item in series)
        if len(series) < _FEWEST_NUMBERS or (len(heads) < len(series) and kept < max(2, len(series) / 2)):
            continue
        for item in series:
            line = lines[item]
            is_heading = item in heads and len(heads) >= _FEWEST_NUMBERS and not ends_sentence(line.text)
            unlikely = line.kind is None and line.rule.startswith("classifier") and readings[item].hit is None
            if unlikely and item in below and below[item].kind is not None:
                line.keep("heading" if is_heading else "list", f"{line.rule}, but one of a numbering")
            elif is_heading and line.kind == "list":
                line.kind = "heading"


def numberings(lines: Sequence[Line]) -> Iterator[list[int]]:
    """The lines of each numbering that begins with 1 and leaves no number out."""
    series: list[int] = []
    for number, line in enumerate(lines):
        if line.number == 1:
            yield series
            series = []
        if line.number == len(series) + 1:
            series.append(number)
    yield series


def keep_minutes(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """The minutes of a match ("23'", "90.+3'") over what is kept, if others of them are.

    `unlikely` tells of each line whether the classifier alone removed it.
    """
    minutes = [number for number, line in enumerate(lines) if _MINUTE.fullmatch(line.text[: _LONGEST_MINUTE + 1])]
    if sum(lines[number].kind is not None for number in minutes) < _FEWEST_MINUTES:
        return
    for number in minutes:
        if unlikely[number] and any(line.kind is not None for line in lines[number + 1 : number + 3]):
            lines[number].keep("heading", f"{lines[number].rule}, but one of the minutes of a match")


def keep_days(lines: Sequence[Line]) -> None:
    """The days that head the parts of a chronicle ("9. November 1938"), on a page those that are marked as headings."""
    days = [
        above + 1
        for above, (before, line, below) in enumerate(zip(lines, lines[1:], lines[2:], strict=False))
        if line.rule == TIME_RULE
        and before.kind is not None
        and below.kind in ("lead", "paragraph")
        and is_paragraph(below)
        and is_day_in_words(line.text)
        and (line.markup is None or line.markup.tag in HEADING_TAGS)
    ]
    if len(days) >= _FEWEST_DAYS:
        for number in days:
            lines[number].keep("heading", "one of the days that head paragraphs")
