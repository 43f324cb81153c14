"""What news agencies send to newsrooms around a report: its number and keywords above it, and notes below it."""

import re
from collections.abc import Sequence

from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line

_NUMBER = re.compile(r"[a-z]{3}\d{3,4}(?: [a-z0-9]{1,4}){2,8}")
"""In lower case: "bdt0123 4 vm 312 lby 0456"."""
_KEYWORDS = re.compile(r"[A-ZÄÖÜ][\w-]+(?:/[A-ZÄÖÜ][\w -]+){1,8}/?")
_KIND = re.compile(r"\((?:zusammenfassung|neu|berichtigung|wiederholung|überblick|vorschau|erweitert)\b[^()]{0,60}\)")
_NOTES = re.compile(
    r"(?:#+ )?(?:dpa-|apa-|afp-)?notizblock|"
    r"die folgenden informationen sind nicht zur veröffentlichung (?:bestimmt|vorgesehen)\b.{0,80}"
)
_HEAD_LINES = 6


def mark_agency_report(lines: Sequence[Line]) -> None:
    """Remove the head of an agency's report, which begins with its number, and all from its notes to newsrooms on."""
    if lines and _NUMBER.fullmatch(lines[0].lowered) is not None:
        for line in lines[:_HEAD_LINES]:
            patterns = (_NUMBER.fullmatch(line.lowered), _KIND.fullmatch(line.lowered), _KEYWORDS.fullmatch(line.text))
            if line.open and any(patterns):
                line.remove("other", "head of an agency's report")
    begin = next((number for number, line in enumerate(lines) if _NOTES.fullmatch(line.lowered.rstrip(":"))), None)
    if begin is not None and any(map(is_paragraph, lines[:begin])) and not _is_column(lines[begin:]):
        for line in lines[begin:]:
            if line.open:
                line.remove("other", "notes to newsrooms")


def _is_column(lines: Sequence[Line]) -> bool:
    """Whether lines are one that papers call as agencies call their notes, which have no paragraphs."""
    return lines[0].lowered == "notizblock" and any(map(is_paragraph, lines))
