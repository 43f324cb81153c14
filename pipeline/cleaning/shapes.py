"""What single lines look like: times, keys with values, names with functions, quotations, notes about authors."""

import re
from collections.abc import Sequence

_NAME_PART = (
    r"(?:[A-ZÄÖÜÁÉÍÓÚÇŠŽĐŁØÅ][\w’'.-]*|(?:von|van|de|del|der|den|des|du|zu|la|le|di|da|bin|al|ter|ten|dos|do)\b)"
)
NAME = rf"[A-ZÄÖÜÁÉÍÓÚÇŠŽĐŁØÅ][\w’'.-]*(?: {_NAME_PART}){{1,4}}"
_ONE_NAME = re.compile(NAME)
# Each piece is taken whole or not at all, the longer ones first: the many ways to cut a row of them are not tried.
_TIME = re.compile(
    r"(?>\d{1,2}\. ?(?:januar|jänner|februar|feber|märz|april|mai|juni|juli|august|september|oktober|november|dezember|"
    r"jan|jän|feb|mär|"
    r"apr|jun|jul|aug|sept|sep|okt|nov|dez)\b\.?(?: \d{4})?|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?|\d{4}-\d{2}-\d{2}|"
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.? \d{1,2}, (?:19|20)\d\d|\d{1,3} min(?:ute)? read|"
    r"\d{1,2}:\d{2}:\d{2}|\d{1,2}[:.]\d{2}(?: ?(?:uhr|h)\b)?|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so)\b\.?,?|"
    r"\d{1,3} (?:minuten?|min|stunden?|std|tagen?|sekunden?|sek)\b\.?|uhr|um|am|"
    r"(?:artikel|beitrag|bericht|meldung)(?= vom\b)|vom|vor|seit|heute|gestern|stand|aktualisiert|zuletzt|"
    r"erstmeldung|(?:presse|medien)(?:mitteilung|meldung|information|aussendung)|nr\b\.?|\d{1,4}/(?:19|20)\d\d|"
    r"veröffentlicht|erstellt|update|zuerst|letzte|aktualisierung|änderung|bearbeitung|lesezeit|lesedauer|datum|geändert|"
    r"bearbeitet|überarbeitet|publiziert|"
    r"länge|dauer|verfügbar|bis|[|•·,:;/()—–-]|\s)+"
)
_DIGIT_OR_TIME_WORD = re.compile(r"\d|lesezeit|lesedauer|aktualisiert|veröffentlicht|stand:")
_NAME_AND_FUNCTION = re.compile(rf"{NAME}(?: \([^)]{{2,40}}\))?, [\w(][^.!?:;]{{3,90}}$")
_PICTURED = re.compile(
    r"(?:eine?r?|zwei|drei|vier|fünf|mehrere|viele|einige|zahlreiche|menschen|männer|frauen|kinder|blick|"
    r"szene|das bild|das foto|die aufnahme|symbolbild|archivbild|hier|im bild)\b"
)
_LONGEST_PICTURED = 16
_RUNNING_TIME_END = re.compile(r"(?:^|[\s|•·])\d{1,3}:\d{2} ?(?:min|minuten|std)\.?$")
_RUNNING_TIME_UNITS = ("min", "minuten", "std", "min.", "minuten.", "std.")
_KEY_VALUE = re.compile(r"(?P<key>[A-ZÄÖÜ][\w./()-]*(?: [\w./()-]+){0,3}) ?: ?(?P<value>\S.{0,119})$")
_ABOUT_AUTHOR = re.compile(
    r"\b(?:ist|war|schreibt|arbeitet|berichtet|leitet|studierte|verantwortet|verantwortlich)\b.{0,80}?"
    r"(?:redakteur|korrespondent|\bautor|reporter|journalist|volont|kolumnist|ressort|redaktion|schreibt|"
    r"senior fellow|gründer)|"
    r"\b(?:redakteur|korrespondent|volontär|reporter)(?:in)?\b.{0,40}\b(?:für|in|bei|der|im)\b|\bzuständig\b|"
    r"seine artikel finden|"
    r"erscheint ihre|erscheint seine|folgen sie (?:ihm|ihr)\b"
)
_AUTHOR_NOTE = re.compile(
    rf"(?:(?:\.\.\.|…|(?i:(?:unsere? )?(?:\w+-)?(?:korrespondent|redakteur|autor|reporter)(?:in)? )?{NAME})"
    r"(?:, (?:jahrgang|geboren) [^,]{2,40},)? "
    r"(?:ist|arbeitet|schreibt|berichtet|leitet|verantwortet|studierte|gehört)\b)"
    r".{0,160}?(?i:redakteur|korrespondent|autor|reporter|journalist|volont|kolumnist|ressort|redaktion|zuständig|"
    r"freie mitarbeit|berichtsgebiet|senior fellow)"
)
# A line that is about an author has one of these, in lower case.
AUTHOR_CUES = (
    "redak", "korrespond", "autor", "reporter", "journalist", "volont", "kolumnist", "ressort", "schreibt",
    "senior fellow",
    "gründer", "zuständig", "seine artikel", "erscheint", "folgen sie",
)  # fmt: skip
_OPENING_MARKS = '„“»«"'
_CLOSING_MARKS = '“”«»"'
_TURN = re.compile(r"(?:[A-ZÄÖÜ][\w.-]{0,30} ){0,3}(?P<name>[A-ZÄÖÜ][\w-]{1,30}): (?=\S)")


def has_any(text: str, cues: Sequence[str]) -> bool:
    """Whether one of `cues` stands in `text`: quickly says no before a regular expression is asked."""
    return any(map(text.__contains__, cues))


def is_time(line: str) -> bool:
    """Whether the line is nothing but a date, a time or a reading time."""
    if len(line) > 90:
        return False
    lowered = line.lower()  # patterns for both cases take much longer
    return _TIME.fullmatch(lowered) is not None and _DIGIT_OR_TIME_WORD.search(lowered) is not None


def key_value(line: str) -> tuple[str, str] | None:
    """Key and value of a line such as "Partei:SPD"; None for anything else."""
    if len(line) > 160 or ":" not in line:
        return None
    found = _KEY_VALUE.match(line)
    return (found["key"], found["value"].strip()) if found else None


def is_about_author(line: str) -> bool:
    """Whether the line may be a note about the author ("Ida Muster ist Redakteurin im Ressort …")."""
    return len(line) < 500 and _ABOUT_AUTHOR.search(line.lower()) is not None


def is_name_and_function(line: str) -> bool:
    """Whether the line is a person and what they are ("Ida Muster, Ministerin"), as under a quotation set apart."""
    return len(line) <= 120 and "," in line and _NAME_AND_FUNCTION.match(line) is not None


def is_name(text: str) -> bool:
    """Whether a text is nothing but a person's full name."""
    return len(text) <= 80 and _ONE_NAME.fullmatch(text) is not None


def is_quotation(line: str) -> bool:
    """Whether the line begins and ends with a quotation mark."""
    return len(line) > 2 and line[0] in _OPENING_MARKS and line[-1] in _CLOSING_MARKS


def begins_like_a_caption(line: str) -> bool:
    """Whether the line begins as the description of a picture does ("Eine Frau steht …")."""
    return _PICTURED.match(line[:_LONGEST_PICTURED].lower()) is not None


def ends_with_running_time(line: str) -> bool:
    """Whether the line ends with how long a video or recording takes ("… | 3:18 min")."""
    end = line[-20:].lower()
    return end.endswith(_RUNNING_TIME_UNITS) and _RUNNING_TIME_END.search(end) is not None


def says_it_twice(words: list[str]) -> bool:
    """Whether the words are the same ones twice over, as where a picture's caption is also its description."""
    half = len(words) // 2
    return half >= 4 and len(words) % 2 == 0 and words[:half] == words[half:]


def is_author_note(line: str) -> bool:
    """Whether the line begins with who a person is in a newsroom ("Ida Muster ist Redakteurin …")."""
    return len(line) < 500 and _AUTHOR_NOTE.match(line) is not None


def turn_of(line: str) -> str | None:
    """The surname that a turn of an interview begins with ("Ida Muster: Nein."); None if the line is no turn."""
    begin = line[:80]
    found = _TURN.match(begin) if ": " in begin else None
    return found["name"] if found is not None else None
