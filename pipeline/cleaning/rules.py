"""Verdicts that need no model: what the lexicon and the shape of a line say beyond doubt."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.cleaning import shapes
from pipeline.cleaning.agencies import is_agency_line
from pipeline.cleaning.bylines import byline_authors, split_signature
from pipeline.cleaning.credits import credit_of, is_photo_agency
from pipeline.cleaning.lines import BrokenText, Line, Markup, words_of
from pipeline.cleaning.phrases import PhraseHit, match_lowered, split_tail
from pipeline.cleaning.reported_sentences import was_said

_INFOBOX_KEYS = frozenset(
    words_of(
        "name partei amt geboren geburtstag geburtsdatum geburtsort alter beruf einwohner einwohnerzahl "
        "bevölkerung fläche sitz "
        "gründung gegründet gründer land hauptstadt bundesland regierungsform verein position größe gewicht "
        "mitarbeiter umsatz "
        "branche familie ehepartner ehepartnerin kinder funktion mitglieder vorsitz vorsitzender vorsitzende ceo "
        "nationalität "
        "staatsangehörigkeit religion ausbildung studium wohnort trainer stadion liga bürgermeister "
        "oberbürgermeister landkreis "
        "regierungsbezirk postleitzahl vorwahl kennzeichen währung amtssprache staatsoberhaupt regierungschef präsident"
    )
)


_SPAMBOTS = re.compile(
    r" ?\bDiese E-Mail-?Adresse ist (?:gegen|vor) Spam ?bots geschützt[!,.]? ?"
    r"(?:Sie müssen JavaScript aktivieren, damit Sie (?:sie|es) sehen können|"
    r"JavaScript muss aktiviert werden, damit sie angezeigt werden kann|"
    r"(?:Zur Anzeige|Um sie anzuzeigen,?) muss JavaScript (?:eingeschaltet|aktiviert) sein)[.!]?",
    re.IGNORECASE,
)
"""What Joomla has in the place of an address, wherever in a line that stands."""
_POLITE = ("ihr", "sie")
_FEW_WORDS = 4
"""Of a value in a fact box, in the mean."""


@dataclass(slots=True)
class LineReading:
    """A line with what the lexicon and its shape say of it.

    Attributes:
        hit: the phrase it matches, if any.
        authors: whom it names, if it is a byline.
        credit: caption and credit, if it is an image credit.
        photographer: whether it is a photographer and an agency.
        agency: whether it is nothing but the agencies that the article comes from.
        time: whether it is nothing but a date, a time or a reading time.
    """

    hit: PhraseHit | None = None
    authors: list[str] = field(default_factory=list)
    credit: tuple[str, str] | None = None
    photographer: bool = False
    agency: bool = False
    time: bool = False

    @property
    def is_free(self) -> bool:
        """Whether nothing is known of the line that would keep it from being a headline or a part of the text."""
        return self.hit is None and not self.authors and self.credit is None and not self.time


def read(line: Line) -> LineReading:
    """Look a line up in the lexicon and among the known shapes."""
    words = len(line.words)
    if words > 160:
        return LineReading()
    return LineReading(
        _known_phrase(line),
        byline_authors(line.text),
        credit_of(line.text, words),
        is_photo_agency(line.text, words),
        is_agency_line(line.text, line.words),
        shapes.is_time(line.text),
    )


def _known_phrase(line: Line) -> PhraseHit | None:
    """The phrase of the lexicon that the line has, unless it is one about data and rights in what is reported.

    Such a phrase speaks to the reader ("Ihre Zustimmung"); the article also speaks of others ("ihre Zustimmung").
    """
    hit = match_lowered(line.lowered, line.words, line.stems)
    if hit is None or hit.certain or hit.reason != "legal":
        return hit
    polite = next((word for word in words_of(hit.phrase) if word.startswith(_POLITE)), None)
    of_others = polite is not None and polite.capitalize() not in line.text
    return None if of_others or was_said(line.text, line.words) else hit


def split_glued(lines: Sequence[Line]) -> list[Line]:
    """The lines, boilerplate glued to a paragraph's end cut off into a removed line of its own, and so a signature.

    So are notices in the place of addresses, also within a line.
    """
    parts: list[Line] = []
    for line in lines:
        notices = [found.group().strip() for found in _SPAMBOTS.finditer(line.text)] if "pam" in line.text else []
        if notices:
            if rest := _without_notices(line.text):
                parts.append(_shortened(line, rest))
                parts[-1].markup = _markup_without_notices(line.markup)
            for notice in notices:
                parts.append(Line(notice, markup=line.markup))
                parts[-1].remove("legal", "in the place of an address")
        elif (tail := split_tail(line.text)) is not None:
            body, rest, reason = tail
            parts += [_shortened(line, body), Line(rest, markup=line.markup)]
            parts[-1].remove(reason, "glued to a paragraph")
        elif (signed := split_signature(line.text)) is not None:
            parts += [_shortened(line, signed[0]), Line(signed[1], markup=line.markup)]
        else:
            parts.append(line)
    return parts


def _shortened(line: Line, text: str) -> Line:
    return Line(text, bullet=line.bullet, mark=line.mark, number=line.number, gap=line.gap, markup=line.markup)


def _without_notices(text: str) -> str:
    rest = _SPAMBOTS.sub("", text).strip()
    return rest if any(map(str.isalnum, rest)) else ""


def _markup_without_notices(markup: Markup | None) -> Markup | None:
    if markup is None:
        return None
    texts = [(_without_notices(part.text), part.bold_share) for part in markup.parts]
    return replace(markup, parts=[BrokenText(text, share) for text, share in texts if text])


def find_infobox(lines: Sequence[Line]) -> dict[str, str]:
    """Take runs of key-value lines, at least one key of them well known, out of the text."""
    box: dict[str, str] = {}
    times: Counter[str] = Counter()
    index = 0
    while index < len(lines):
        run: list[tuple[Line, str, str]] = []
        while index < len(lines) and lines[index].open and (pair := shapes.key_value(lines[index].text)):
            if len(pair[1].split()) > 14 or _is_link(lines[index]):
                break
            run.append((lines[index], *pair))
            index += 1
        if len(run) >= 2 and _is_infobox({key.lower() for _, key, _ in run}, [value for _, _, value in run]):
            for line, key, value in run:
                name = key
                while box.get(name, value) != value:
                    times[key] += 1
                    name = f"{key} ({times[key] + 1})"
                box[name] = value
                line.become("infobox", "run of key-value lines")
        index += 1
    return box


def _is_link(line: Line) -> bool:
    """Whether most of a line leads elsewhere: a teaser with its kicker ("Familie: Wie Großeltern helfen")."""
    return line.markup is not None and line.markup.link_share > 0.5


def _is_infobox(keys: set[str], values: Sequence[str]) -> bool:
    """Whether enough of the keys are well known; "Name" alone is in many tables, and headlines are long values."""
    known = keys & _INFOBOX_KEYS
    words = sum(len(value.split()) for value in values)
    return bool(known - {"name"}) and (
        len(known) * 2 >= len(keys) or (len(known) * 3 >= len(keys) and words <= _FEW_WORDS * len(values))
    )
