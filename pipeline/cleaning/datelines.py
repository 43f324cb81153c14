"""Datelines: where the report of a paragraph comes from, and by which agency."""

import re

from pipeline.cleaning.agencies import AGENCY
from pipeline.cleaning.lines import words_of
from pipeline.cleaning.shapes import has_any

_PLACE = r"(?P<place>[A-ZÄÖÜ][\w.'’-]*(?:[ /][A-ZÄÖÜa-zäöü(][\w.'’)-]*){0,4}?)"
_SOURCE = rf"(?P<source>(?:{AGENCY})(?:[/, ]+[\w.-]+){{0,3}})"
_DAY = r"(?:,? \d{1,2}\. ?(?:[A-ZÄÖÜ][a-zä]{2,8}\.?|\d{1,2}\.)(?: ?\d{4})?)?"
_WITH_DASH = re.compile(
    rf"{_PLACE}{_DAY}(?:,? ?\({_SOURCE}\) ?(?:[–—]|-(?= )) ?(?=\S)| ?(?:[–—]|-(?= )) ?(?=[A-ZÄÖÜ0-9„“»«\"‚›(]))"
)
_DASHES = ("–", "—", "- ")
_WITH_COLON = re.compile(
    rf"(?P<place>[A-ZÄÖÜ][\w.'’-]*(?:[ /][A-ZÄÖÜ][\w.'’-]*){{0,2}}?){_DAY} ?\({_SOURCE}\)[.:]? ?(?=\S)"
)
_WITH_BAR = re.compile(rf"{_PLACE}(?: (?P<source>(?:taz|{AGENCY})(?:/(?:taz|{AGENCY})){{0,3}})) \| ?(?=\S)")
_ALONE = re.compile(rf"(?P<place>[A-ZÄÖÜ][\w./-]+(?: [A-ZÄÖÜ][\w./-]+){{0,2}}) \({_SOURCE}\)(?: ?[–-])?")
_WITH_STOP = re.compile(
    r"(?P<place>[A-ZÄÖÜ][\wäöüß-]+(?: (?:am |an der |"
    r"im )?[A-ZÄÖÜ][\wäöüß-]+){0,2}(?:/[A-ZÄÖÜ][\wäöüß-]+)?)\. (?=[A-ZÄÖÜ„\"»])"
)
_SENTENCE_END = re.compile(r"[.!?](?= |$)")
_FEWEST_WORDS = 2
"""Of the sentence behind "Riad."; words that stand alone are told in a row: "Wochenende. Regen. Mist."."""
_NO_PLACE = frozenset(
    words_of(
        "der die das ein eine und oder aber im in am an auf bei mit von zu zum zur es er sie wir ich so nein ja "
        "doch nach vor "
        "für wer was wie wo warum wann dies diese dieser dann jetzt heute gestern morgen "
        "nope okay stimmt genau richtig falsch schluss ende stopp danke bitte klar herr frau"
    )
)
_TITLES = frozenset(words_of("dr prof st nr bzw ca hl jr sr xvi xiv xiii"))
_WITHIN_PLACE = frozenset(
    words_of("a am an auf bei d da das de del dem den der di do el es i im in la le o ob und unter v vor")
)
"""What of a place's name may be written small ("Frankfurt am Main", "Neustadt a. d. Aisch", "Rio de Janeiro")."""


def dateline(paragraph: str) -> tuple[str, str | None] | None:
    """Place and agencies of "Berlin (dpa) – …", "Genf – …" or "Riad. Die …"; None without a dateline."""
    start = paragraph[:90]
    found = _WITH_DASH.match(start) if has_any(start, _DASHES) else None
    found = found or (_WITH_COLON.match(start) if "(" in start else None)
    found = found or (_WITH_BAR.match(start) if " |" in start else None)
    found = found or _with_stop(paragraph, start)
    if found is None:
        return None
    place = found["place"].strip()
    words = place.split()
    if place.lower() in _NO_PLACE or words[0].lower() in _NO_PLACE or len(words) > 4 or len(place) > 40:
        return None
    if words[-1].rstrip(".").lower() in _TITLES:
        return None  # "Rechtsanwalt Dr. Muster", "Benedikt XVI. – …"
    if any(word[0].islower() and word.rstrip(".") not in _WITHIN_PLACE for word in words):
        return None  # a headline with a dash: "Verein verliert Spiel – Trainer geht"
    return place, found.groupdict().get("source")


def place_alone(line: str) -> str | None:
    """The place of a dateline that is a line of its own: "Steinau (ots)"."""
    found = _ALONE.fullmatch(line)
    return found["place"] if found is not None else None


def _with_stop(paragraph: str, start: str) -> re.Match[str] | None:
    found = _WITH_STOP.match(start) if ". " in start else None
    if found is None:
        return None
    end = _SENTENCE_END.search(paragraph, found.end(), found.end() + 400)
    sentence = paragraph[found.end() : end.start() if end else found.end() + 400]
    return found if len(words_of(sentence)) >= _FEWEST_WORDS else None
