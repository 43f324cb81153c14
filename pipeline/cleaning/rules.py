"""Verdicts that need no model: what the lexicon and the shape of a line say beyond doubt."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.cleaning import shapes
from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.phrases import PhraseHit, match, split_tail

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


@dataclass(slots=True)
class Reading:
    """A line with what the lexicon and its shape say of it.

    Attributes:
        hit: the phrase it matches, if any.
        authors: whom it names, if it is a byline.
        credit: caption and credit, if it is an image credit.
    """

    hit: PhraseHit | None
    authors: list[str]
    credit: tuple[str, str] | None


def read(line: Line) -> Reading:
    """Look a line up in the lexicon and among the known shapes."""
    words = len(line.words)
    if words > 160:
        return Reading(None, [], None)
    return Reading(
        match(line.text, line.words),
        shapes.byline_authors(line.text),
        shapes.credit_of(line.text, words),
    )


def split_glued(lines: Sequence[Line]) -> list[Line]:
    """The lines, boilerplate glued to a paragraph's end cut off into a removed line of its own."""
    parts: list[Line] = []
    for line in lines:
        parts.append(line)
        if (tail := split_tail(line.text)) is not None:
            body, rest, reason = tail
            parts[-1] = Line(body, bullet=line.bullet, gap=line.gap, markup=line.markup)
            parts.append(Line(rest, markup=line.markup))
            parts[-1].remove(reason, "glued to a paragraph")
    return parts


def find_infobox(lines: Sequence[Line]) -> dict[str, str]:
    """Take runs of key-value lines, at least one key of them well known, out of the text."""
    box: dict[str, str] = {}
    index = 0
    while index < len(lines):
        run: list[tuple[Line, str, str]] = []
        while index < len(lines) and lines[index].open and (pair := shapes.key_value(lines[index].text)):
            if len(pair[1].split()) > 14:
                break
            run.append((lines[index], *pair))
            index += 1
        known = sum(key.lower() in _INFOBOX_KEYS for _, key, _ in run)
        if len(run) >= 2 and known and known * 3 >= len(run):
            for line, key, value in run:
                again = f"{key} ({sum(known.split(' (')[0] == key for known in box) + 1})"
                box[key if box.get(key, value) == value else again] = value
                line.become("infobox", "run of key-value lines")
        index += 1
    return box
