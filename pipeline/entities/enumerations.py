"""Lists of organisations: "Firmen wie Ahlers, Brandis und Körber"."""

import re
from collections.abc import Iterable

from pipeline.entities.cluster import NameSpan
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings
from pipeline.spans import char_span

_KINDS = "|".join(endings("enumerated_kinds"))
_HEAD = re.compile(
    rf"\b(?:[A-ZÄÖÜ]\w*)?(?i:{_KINDS})n?(?: wie |, darunter )"
    r"(?:auch |etwa |zum Beispiel |beispielsweise |unter anderem |unter anderen )?"
)
_NEXT = re.compile(r"(?:, | und | oder | sowie )(?:die |der |das )?")


def enumerated_organisations(words: TextWords, spans: Iterable[NameSpan]) -> frozenset[str]:
    """Names of a single word that stand in such lists: surnames of founders as a rule, but no persons there."""
    begins = {span.begin: span for span in spans}
    found: set[str] = set()
    for head in _HEAD.finditer(words.text):
        names = []
        span = begins.get(char_span(head)[1])
        while span is not None:
            names.append(words.text[span.begin : span.end])
            following = _NEXT.match(words.text, span.end)
            span = begins.get(char_span(following)[1]) if following is not None else None
        if len(names) > 1:
            found.update(name for name in names if " " not in name)
    return frozenset(found)
