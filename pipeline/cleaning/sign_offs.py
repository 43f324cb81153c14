"""What newsrooms set around an article that is no part of it: who edited it, and when it was broadcast."""

import re
from collections.abc import Sequence

from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line

_MARK = r"(?:Red|[a-zäöüß]{2,4})"
_EDITORS = re.compile(
    rf"\({_MARK}(?:[/,;] ?{_MARK}){{0,3}}\)|{_MARK}(?:/{_MARK}){{1,3}}|\(Schluss\).{{0,30}}|"
    rf"{_MARK}, ?[\w.-]{{2,40}}\.[a-z]{{2,3}}(?:/[Aa]genturen)?"
)
"""Such as "(bju)", "bju/ska", "(Schluss) bju", "red, wien.ORF.at/Agenturen"; what has capitals, as "(CDU)", is none."""
_DAY = r"\d{1,2}\. ?(?:\d{1,2}\.|[a-zä]{3,9}\.?) ?(?:\d{4}|\d\d)?"
_CLOCK = r"\d{1,2}(?:[:.]\d\d)? ?uhr\b"
_BROADCAST = re.compile(
    r"(?:über dieses thema berichte(?:n wir|te?) |sendung(?:(?:en)?:| am | vom )|gesendet am )"
    rf".{{0,120}}{_CLOCK}.{{0,80}}|"
    rf"diese (?:nachricht|meldung) wurde am {_DAY} im programm .{{1,60}} gesendet\.?|"
    rf"[^.!?:;]{{2,60}}, {_DAY},? {_CLOCK}; ?[\w/-]{{2,20}}"
)
"""In lower case: "Sendung: Inforadio, 30.05.2025, 17 Uhr", "Rendez-vous, 30.05.2025, 12:30 Uhr; sda/weis"."""
_LONGEST = 220


def remove_sign_offs(lines: Sequence[Line]) -> None:
    """Remove the marks of editors below the text, and the notices of broadcasts wherever they stand."""
    for line in lines:
        if line.kind is not None and len(line.text) <= _LONGEST and _BROADCAST.fullmatch(line.lowered) is not None:
            line.remove("related", "when it was broadcast")
    for line in [line for line in lines if line.kind is not None][:0:-1]:
        if line.kind == "list" or is_paragraph(line) or _EDITORS.fullmatch(line.text) is None:
            break
        line.remove("other", "mark of an editor")
