"""Persons in the labels of an interview's turns, where a surname or initials stand in capitals ("AHLERS:", "KA:")."""

import re
from collections import Counter

from pipeline.coverage import Coverage
from pipeline.entities.cluster import NameSpan
from pipeline.entities.name_forms import initials, person_tokens, surname_of
from pipeline.entities.words import TextWords
from pipeline.spans import CharRange, char_span

_LABEL = re.compile(r"^[A-ZÄÖÜ][A-ZÄÖÜ-]+(?=:[ \t]+\S)", re.MULTILINE)


def with_turn_labels(words: TextWords, spans: list[NameSpan]) -> list[NameSpan]:
    """`spans` in reading order, in which labels that stand before several turns and fit one full name are persons."""
    found = [(label.group(), CharRange(*char_span(label))) for label in _LABEL.finditer(words.text)]
    often = Counter(label for label, _ in found)
    if not found or max(often.values()) == 1:
        return spans
    fitting: dict[str, set[str]] = {}
    for span in spans:
        tokens = person_tokens(words.text[span.begin : span.end]) if span.type == "PER" else []
        short = (initials(tokens), initials((tokens[0], tokens[-1]))) if len(tokens) > 1 else ()
        surname = surname_of(tokens) if tokens else ""
        for label in (*short, surname.upper()) if surname != surname.upper() else short:
            fitting.setdefault(label, set()).add(surname)
    named = [place for label, place in found if often[label] > 1 and len(fitting.get(label, ())) == 1]
    labels = frozenset(named)
    kept = [span for span in spans if span.known is not None or CharRange(span.begin, span.end) not in labels]
    taken = Coverage(len(words.text))
    for span in kept:
        taken.add(span.begin, span.end)
    return sorted([*kept, *(NameSpan(*place, "PER") for place in named if not taken.meets(*place))])
