"""Captions and teasers in text that has lost its markup, told by the lines beside them.

By themselves many read like a paragraph of the article. What betrays them is
that a picture's description is followed by its caption in the same words, a
caption by the photographer, a video's teaser by its running time.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.cleaning import shapes
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.sentences import ends_sentence
from schemas.records import RemovalReason

_FEWEST_WORDS = 4
_LONGEST_CAPTION = 450
_MOST_TEASER_WORDS = 45
_MOST_CREDIT_WORDS = 6
_MOST_TIME_WORDS = 10
_PART = r"[A-ZÄÖÜ][\w.’'-]*"
# A photographer's full name and an agency that no list knows, on either side of a slash.
_PHOTOGRAPHER = re.compile(
    rf"(?:{_PART} {_PART}(?: {_PART})?/{_PART}(?: {_PART})?|{_PART}/{_PART} {_PART}(?: {_PART})?)$"
)


def mark_captions(lines: Sequence[Line]) -> None:
    """Remove the open lines that the lines below them show to be captions or teasers.

    A line that stands twice running is left alone before the first paragraph:
    there it may be the lead, which some pages hold twice.
    """
    below_paragraph = False
    for line, following in pairwise(lines):
        if line.markup is not None:
            return
        if len(line.words) < _FEWEST_WORDS:
            continue
        if below_paragraph and len(line.text) <= _LONGEST_CAPTION and _says_it_again(line, following):
            _remove(line, "credit", "description of a picture, with its caption below")
            _remove(following, "credit", "caption of a picture, with its description above")
        elif len(line.words) <= _MOST_TEASER_WORDS and _is_running_time(following):
            _remove(line, "related", "over a running time")
        elif len(line.words) <= _MOST_TEASER_WORDS and _is_photographer(following):
            _remove(line, "credit", "over its photographer")
            _remove(following, "credit", "photographer and agency")
        below_paragraph = below_paragraph or (line.open and is_paragraph(line))


def _says_it_again(line: Line, following: Line) -> bool:
    """Whether the next line is the same sentence, at most with the few words of a credit behind it.

    Word for word the same it must be shorter than a paragraph, which a page may hold twice.
    """
    more = len(following.words) - len(line.words)
    return (
        (0 if not is_paragraph(line) else 1) <= more <= _MOST_CREDIT_WORDS
        and following.lowered.startswith(line.lowered)
        and ends_sentence(line.text)
    )


def _is_running_time(line: Line) -> bool:
    return len(line.words) <= _MOST_TIME_WORDS and shapes.ends_with_running_time(line.text)


def _is_photographer(line: Line) -> bool:
    return len(line.words) <= _MOST_CREDIT_WORDS and "/" in line.text and _PHOTOGRAPHER.match(line.text) is not None


def _remove(line: Line, reason: RemovalReason, rule: str) -> None:
    if line.open:
        line.remove(reason, rule)
