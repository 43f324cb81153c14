"""Quotes whose closing mark is missing: where they end."""

import re

from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import NOMINATIVE_DETERMINERS
from pipeline.spans import CharOffset, char_span

_INVERTED = re.compile(r", (?P<verb>[a-zäöüß]+)(?= (?P<subject>\w+))")


def unclosed_end(
    text: str, begin: CharOffset, limit: CharOffset, stop: CharOffset, inner: CharOffset | None
) -> CharOffset:
    """Where a quote without a closing mark ends: with a quote inside that ends a sentence, else before the next.

    `limit` is where the next quote begins, else the paragraph's end `stop`; `inner` is where that next quote ends. It
    ends before a frame in any case: „Die Brücke kommt, sagte Obst.
    """
    framed = _frame_begin(text, begin, limit)
    if framed is not None:
        return framed
    words = text[begin:limit].rstrip()
    if inner is not None and not any(mark in words for mark in ".!?") and text[inner - 2] in ".!?":
        return inner
    if limit < stop:
        sentence = max(words.rfind(mark) for mark in ".!?")
        words = words[: sentence + 1] if sentence > 0 else ""
    return begin + len(words)


def _frame_begin(text: str, begin: CharOffset, end: CharOffset) -> CharOffset | None:
    """Where a comma, a verb of speech and its subject stand first among code points `begin` to `end`."""
    for match in _INVERTED.finditer(text, begin, end):
        forms = reporting_forms().get(match["verb"], ())
        subject = match["subject"]
        if not (subject[0].isupper() or subject in NOMINATIVE_DETERMINERS or subject in {"er", "sie"}):
            continue
        if any(form.kind == "finite" and not form.subjunctive and "w" in form.verb.takes for form in forms):
            return char_span(match)[0]
    return None
