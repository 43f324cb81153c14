"""Marks of lists: which of the numbers and dashes at the beginnings of lines are some, and which belong to the text."""

from collections.abc import Sequence

from pipeline.cleaning.kept_headings import numberings
from pipeline.cleaning.lines import Line
from pipeline.cleaning.sentences import ends_sentence

_NEVER_WORDS = frozenset("•·▪◦‣●○■")
"""Marks that are nothing but marks."""


def put_back_marks(lines: Sequence[Line]) -> None:
    """Let lines have their mark again that are in no list: "2. Vizepräsident Kern sagte", "– Nein", "* Name geändert".

    In a list, a mark stands beside another one of its kind, and a number beside the same one, the one before or the one
    after it, or in a numbering from 1 on. What was removed has its mark in any case, as it stood there.
    """
    listed = {number for series in numberings(lines) if len(series) > 1 for number in series}
    for number, line in enumerate(lines):
        if not line.mark or (line.reason is None and line.mark in _NEVER_WORDS):
            continue
        beside = [lines[other] for other in (number - 1, number + 1) if 0 <= other < len(lines)]
        if line.reason is None and (number in listed or any(_go_on(line, other) for other in beside)):
            continue
        line.put_back_mark()
        if line.kind == "list" and (ends_sentence(line.text) or line.markup is None or line.markup.tag != "li"):
            line.kind = "paragraph"


def _go_on(line: Line, other: Line) -> bool:
    """Whether two lines have marks of one list."""
    if line.markup is not None and line.markup.tag == "li" and other.mark:
        return True
    if line.number is None or other.number is None:
        return line.mark == other.mark
    return abs(line.number - other.number) <= 1
