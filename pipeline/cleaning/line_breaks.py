"""Line breaks within an element of a page: which of them part what the element holds, and which only wrap it.

Many pages set the question and the answer of an interview, the names of a list or
the lines of an address into one paragraph, with `br` between them. The classifier
sees such a paragraph whole; what it keeps is then divided into its lines.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.cleaning.kept_headings import HEADING_TAGS
from pipeline.cleaning.lines import BrokenText, Line, line_of
from pipeline.cleaning.quoted_lines import is_left_open
from pipeline.cleaning.sentences import ends_sentence

_SHORT = 45
_MOSTLY = 0.9
_LEAST_EVEN = 0.75
_FEWEST_WRAPPED = 3
_GOES_ON = re.compile(r"(?:,|(?<!\d[.,])[-–]| und| oder)$")
"""What a line ends in that goes on in the next one; a price ("Fr. 10.–", "10,-") ends in a dash, too."""


def divided(line: Line) -> list[Line]:
    """A page's line as the lines that its line breaks part; alone in the list if they part nothing."""
    parts = line.markup.parts if line.markup is not None else ()
    groups = _joined(parts) if parts else []
    if line.markup is None or len(groups) < 2 or line.markup.tag in HEADING_TAGS:
        return [line]
    lines: list[Line] = []
    for group in groups:
        size = sum(len(part.text) for part in group)
        bold = sum(part.bold_share * len(part.text) for part in group) / size
        markup = replace(line.markup, bold_share=bold, parts=(), time=line.markup.time if not lines else None)
        lines.append(line_of(" ".join(part.text for part in group), gap=True, markup=markup, bullet=markup.tag == "li"))
    return lines


def is_set_off(line: Line) -> bool:
    """Whether nearly all of a line is bold or in italics."""
    return line.markup is not None and line.markup.bold_share > _MOSTLY


def _joined(parts: Sequence[BrokenText]) -> list[list[BrokenText]]:
    """The parts, those in one list that a break only wraps."""
    is_prose = ends_sentence(parts[-1].text)
    widths = [len(part.text) for part in parts[:-1]]
    wrapped = is_prose and len(parts) >= _FEWEST_WRAPPED and min(widths) >= _LEAST_EVEN * max(widths)
    groups = [[parts[0]]]
    is_open = is_left_open(parts[0].text)
    for part in parts[1:]:
        above = groups[-1][-1]
        if is_open or not _is_parted(above, part, is_prose=is_prose, wrapped=wrapped):
            groups[-1].append(part)
            is_open ^= is_left_open(part.text)
        else:
            groups.append([part])
            is_open = is_left_open(part.text)
    return groups


def _is_parted(above: BrokenText, below: BrokenText, *, is_prose: bool, wrapped: bool) -> bool:
    if below.text[0].islower():
        return False
    if ends_sentence(above.text) or (above.bold_share > _MOSTLY and below.bold_share < 1 - _MOSTLY):
        return True
    if _GOES_ON.search(above.text):
        return False
    return not is_prose or (not wrapped and len(above.text) < _SHORT and not above.text.split()[-1][0].islower())
