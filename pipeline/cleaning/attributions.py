"""The lines that say whose a quotation is: with a colon above it, or a name below it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.cleaning import shapes
from pipeline.cleaning.lines import Line

_DASHES = ("–", "—", "-")
_QUOTATION_BEGIN = ("„", "“", "»", "«", '"')
_LONGEST = 800
_SIGNED = re.compile(r"[„“»«\"].{8,600}[“”«»\"] ?(?:\((?P<named>[^()]{4,100})\)|[–—-] (?P<signed>.{4,120}))$")


def keep_attributions(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """Keep the lines that say whose a kept quotation is; they are no headings.

    `unlikely` tells of each line whether the classifier alone removed it.
    """
    for number, (above, below) in enumerate(pairwise(lines)):
        if unlikely[number] and above.text[-1] == ":" and below.kind and below.text.startswith(_QUOTATION_BEGIN):
            above.keep("paragraph", f"{above.rule}, but over a quotation")
        if above.kind and is_signed(above, below):
            if below.kind in ("heading", "list"):
                below.kind = "paragraph"
            elif unlikely[number + 1]:
                below.keep("paragraph", f"{below.rule}, but below a quotation")
    for line in lines:
        if line.kind == "heading" and is_signed_quotation(line.text):
            line.kind = "paragraph"


def is_signed(above: Line, below: Line) -> bool:
    """Whether a line is a quotation, and the one below it says whose."""
    return (shapes.is_quotation(above.text) or _is_set_apart(above)) and _is_signature(below)


def is_signed_quotation(text: str) -> bool:
    """Whether a line is a quotation with the name and function of who said it behind a dash or in brackets."""
    found = _SIGNED.match(text) if len(text) <= _LONGEST else None
    if found is None:
        return False
    who = found["named"] or found["signed"]
    return shapes.is_name_and_function(who) or (found["named"] is not None and shapes.is_name(who))


def _is_signature(line: Line) -> bool:
    """Whether the line is the name and function of a person, a name behind a dash, or the foot of a blockquote."""
    if line.markup is not None and line.markup.tag == "footer" and _is_set_apart(line):
        return True
    name, _, function = line.text.partition(", ")
    behind_dash = line.mark in _DASHES
    return shapes.is_name_and_function(line.text) or (shapes.is_name(name) and (behind_dash or function.isalnum()))


def _is_set_apart(line: Line) -> bool:
    return line.markup is not None and "blockquote" in line.markup.far
