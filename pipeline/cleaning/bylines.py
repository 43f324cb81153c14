"""Bylines: lines that name who wrote an article, and which of those of a text are the article's own."""

import re
from collections.abc import Sequence

from pipeline.cleaning.agencies import AGENCIES, AGENCY_BY_NAME, is_agency_line
from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.shapes import NAME, has_any, is_time
from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word

_LEAD_IN = (
    r"(?:(?:ein(?:e)? )?(?P<genre>(?:gast)?kommentar|kolumne|(?:gast|meinungs)beitrag|analyse|reportage|interview|"
    r"gespräch|essay|kritik|meinung|nachruf|recherche|standpunkt|zwischenruf|(?:erfahrungs|gast)bericht|"
    r"rezension|bericht|portrait|porträt|glosse|leitartikel|protokoll|text|beitrag|artikel)[: ]+)?"
    r"(?:von:?|autor(?:[/*:_]?in(?:n?en)?|en)?:|text:|by|aufgezeichnet von|interview:|"
    r"(?:geschrieben|verfasst|gespeichert|eingereicht|eingestellt|veröffentlicht|erstellt) von:?|"
    r"(?:das )?(?:gespräch|interview) führten?:?|(?:die )?fragen stellten?:?)"
)
_BEFORE = (
    r"(?:[|•–-] ?)?(?:(?P<time>[^|]{0,60}\d[^|]{0,20}?),? ?[|•–-]? ?"
    r"(?=(?:(?:verfasst|geschrieben|gespeichert|eingestellt|erstellt) )?von ))?"
)
_BYLINE = re.compile(rf"{_BEFORE}{_LEAD_IN} (?P<names>\S.{{2,160}})$", re.IGNORECASE)
_LEAD_IN_ALONE = re.compile(_LEAD_IN, re.IGNORECASE)
_LONGEST_LEAD_IN = 40
_LONGEST_SIGNATURE = 100
_CUES = ("von", "text:", "by", "autor", "interview:", "führte", "stellte")
_ONE_NAME = re.compile(NAME)
_SEPARATOR = re.compile(r"( ?(?:,|;|\||/|&|•|·) ?| und | and | mit )")
_AND = (" und ", " and ", "&")
# What pages write behind an author's name without anything between.
_BEHIND_NAME = re.compile(
    r" (?:(?:lesezeit|lesedauer|veröffentlicht|aktualisiert|publiziert|erschienen|datum|stand|on|illustration(?:en)?|"
    r"fotos?|bilder|twitter|facebook|instagram|rss|anzahl|uhr|online-redaktion|landespolitische\w*)\b|"
    r"\S*(?:redakteur|korrespondent|volontär|reporter)).*",
    re.IGNORECASE,
)
# The same without a space; within a German word there is no capital: "MusterKorrespondent", "Muster12.03.2024".
_GLUED = re.compile(r"(?<=[a-zäöüß]{3})[A-ZÄÖÜ].*|\d.*")
# Where it goes on in small letters otherwise, the line is a sentence: "Von Ute Muster fehlte jede Spur."
_GOES_ON = frozenset(
    words_of("am um vom in im aus für on aus bei mit und veröffentlicht aktualisiert erschienen gespeichert via")
)
# What Austrian papers set at the end of the last paragraph: "(Ida Muster, APA, 18.1.2023)".
_SIGNATURE = re.compile(r"(?:\A|(?<=[.!?…“”\"»«]) )\((?P<names>[^()]{2,80}), \d{1,2}\.\d{1,2}\.(?:20)?\d\d\)$")
# Who wrote, and perhaps who took the pictures: "Ida Muster (Text), Max Beispiel (Bilder)".
_WRITER = re.compile(rf"(?!Von ){NAME} \(Text(?: und (?:Fotos?|Bilder))?\)")
_SHARE = re.compile(r" \((?:Text|Fotos?|Bilder)(?: und (?:Fotos?|Bilder))?\)")
_NEXT_WORD = re.compile(r" ([a-zäöüß]+)\b")
_NEVER_NAMES = frozenset(words_of("anzahl datum gesponserte mit"))
_ABOVE, _BELOW, _AFTER, _ABOVE_TITLE = 12, 4, 6, 4
"""Lines above the first one of the text, below it, below the last one, and above the title, among which the article's
byline is."""


def byline_authors(line: str) -> list[str]:
    """The people a byline ("Von Ida Muster und Max Beispiel") names; none if the line is no byline."""
    if line[:1] == "(" and (signature := _SIGNATURE.match(line)) is not None:
        signed = byline_authors(f"Von {signature['names']}")
        return signed if all(is_given_name(name.split()[0]) for name in signed) else []
    if "(Text" in line[:80] and _WRITER.match(line) is not None:
        line = f"Von {_SHARE.sub('', line)}"
    lowered = line[:80].lower()
    if len(line) > 180 or not has_any(lowered, _CUES):
        return []
    found = _BYLINE.match(line)
    if found is None or (found["time"] and not is_time(found["time"])):
        return []
    asked = (found["genre"] or "").lower() in ("interview", "gespräch") or "interview:" in lowered
    people: list[str] = []
    separator = ""
    for number, piece in enumerate(_SEPARATOR.split(found["names"])):
        if number % 2:
            separator = piece
            continue
        if separator == " mit " and asked:
            break  # with whom the interview is
        name = _name_in(piece.strip(" .:|"))
        if name is not None:
            people.append(name)
        elif not people or (separator in _AND and _is_other_word(piece)):
            return []
    return people


def is_lead_in(line: str) -> bool:
    """Whether a line is nothing but what leads to an author's name ("Von", "Ein Kommentar von")."""
    return len(line) <= _LONGEST_LEAD_IN and _LEAD_IN_ALONE.fullmatch(line) is not None


def agencies_of_byline(line: str) -> list[str]:
    """The agencies that a byline names beside people ("Von Ida Muster, dpa")."""
    found = _SIGNATURE.match(line) or _BYLINE.match(line)
    parts = _SEPARATOR.split(found["names"])[::2] if found is not None else []
    return [part for piece in parts if (part := piece.strip(" .()")) in AGENCIES]


def split_signature(paragraph: str) -> tuple[str, str] | None:
    """A paragraph and the signature at its end, with the day ("… zu Ende. (Ida Muster, APA, 18.1.2023)"); None if it
    has none that names a person or an agency."""
    found = _SIGNATURE.search(paragraph, max(1, len(paragraph) - _LONGEST_SIGNATURE)) if paragraph[-1] == ")" else None
    if found is None:
        return None
    signature = found.group().strip()
    is_one = byline_authors(signature) or is_agency_line(signature, words_of(signature))
    return (paragraph[: found.start()], signature) if is_one else None


def _name_in(piece: str) -> str | None:
    """The name that a part of a byline begins with; None if it begins with a sentence, or with what somebody is."""
    found = _ONE_NAME.match(piece)
    if found is None or is_time(found.group().partition(" ")[2]):
        return _account_in(piece)
    name = _BEHIND_NAME.sub("", _GLUED.sub("", found.group())).strip(" .:|-")
    following = _NEXT_WORD.match(piece, found.end()) if found.group().endswith(name) else None
    if following is not None and following[1] not in _GOES_ON:
        return None
    words = name.split()
    if len(words) < 2 or words[0].lower() in _NEVER_NAMES or words[0] == words[-1]:
        return None
    is_role = role_word(words[0]) is not None and (len(words) == 2 or words[1].islower())
    return None if is_role else name


def _account_in(piece: str) -> str | None:
    """A name of one word, as accounts have, where nothing but a time stands behind it."""
    word, _, rest = piece.partition(" ")
    return word if word[:1].isupper() and is_time(rest) and not is_time(piece) else None


def _is_other_word(piece: str) -> bool:
    """Whether a part of a byline is a single word, and no agency: "Von Wiener Walzer und Mozartkugeln"."""
    word = re.split(r"\d", piece, maxsplit=1)[0].strip(" .()").lower()
    return len(word.split()) == 1 and word not in AGENCY_BY_NAME


def own_bylines(lines: Sequence[Line]) -> list[int]:
    """The numbers of the bylines that are the article's, and not those of others that the page has beside it.

    They stand above the text or where it begins, else within it, else below it.
    """
    bylines = [number for number, line in enumerate(lines) if line.field == "authors"]
    kept = [number for number, line in enumerate(lines) if line.kind is not None]
    if not kept:
        return bylines
    first, last = kept[0], kept[-1]
    title = next((number for number, line in enumerate(lines) if line.field == "title"), None)
    top = first - _ABOVE if title is None else min(first, title - _ABOVE_TITLE)
    above = [number for number in bylines if top <= number <= first + _BELOW]
    inside = [number for number in bylines if first < number < last]
    return above or inside or [number for number in bylines if last < number <= last + _AFTER]
