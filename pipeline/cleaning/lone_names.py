"""Authors whose name stands in a line of its own, without "Von" in it: beside the time, or with "Von" above it."""

import re
from collections.abc import Sequence
from itertools import islice

from pipeline.cleaning.bylines import byline_authors, is_lead_in, own_bylines
from pipeline.cleaning.lines import Line
from pipeline.cleaning.parsing import LINKS_RULE
from pipeline.cleaning.rules import LineReading
from pipeline.cleaning.shapes import is_name, is_time
from pipeline.entities.person_words import is_given_name

_SEPARATOR = re.compile(r"[,|·•–]")
_ABOVE, _BELOW = 6, 4
"""Lines above the first one of the text and below it, among which the name is; none is above the headline."""


def mark_lone_names(lines: Sequence[Line], readings: Sequence[LineReading]) -> None:
    """Make a removed line that is nothing but somebody's name a byline, if no other one is the article's.

    What shows that it is one is a time in it or beside it, or what leads to a name in the line above it.
    """
    first = next((number for number, line in enumerate(lines) if line.kind is not None), None)
    if first is None or own_bylines(lines):
        return
    title = next((number for number, line in enumerate(lines) if line.field == "title"), -1)
    begin = max(title + 1, first - _ABOVE, 0)
    for number, line in islice(enumerate(lines), begin, first + _BELOW + 1):
        alone = line.reason is not None and line.rule.startswith(("classifier", LINKS_RULE))
        names = _names_in(line.text) if alone and readings[number].credit is None else []
        if names and _is_byline(lines, number):
            line.become("authors", "a name beside a time or below 'Von'")
            readings[number].authors = names
            return


def _names_in(text: str) -> list[str]:
    """Whom a line names that is nothing but names, and what they are or a time behind them."""
    if not all(map(is_name, _SEPARATOR.split(text)[0].strip().split(" und "))):
        return []
    names = byline_authors(f"Von {text}")
    return names if all(is_given_name(name.split()[0]) for name in names) else []


def _is_byline(lines: Sequence[Line], number: int) -> bool:
    beside = [lines[other].text for other in (number - 1, number + 1) if 0 <= other < len(lines)]
    if any(map(is_time, beside)) or (number > 0 and is_lead_in(beside[0])):
        return True
    return is_time(_SEPARATOR.split(lines[number].text)[-1])
