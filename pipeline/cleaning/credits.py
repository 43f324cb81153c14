"""Image credits: who made a picture, below its caption or in a line of its own."""

import re

from pipeline.cleaning.agencies import AGENCY
from pipeline.cleaning.lines import words_of
from pipeline.cleaning.sentences import ends_sentence, sentence_count
from pipeline.cleaning.shapes import has_any
from pipeline.lexicon.words import DETERMINERS, NAME_PARTICLES

# What one begins with comes first: it spares most places the many alternatives.
_CREDIT = re.compile(
    r"(?=[( rtsavbfgikmqcpwl©])"
    r"(?:\(? ?(?:\b|(?-i:(?<=[a-zäöüß])(?=[A-Z])))"
    r"(?:(?:rubriklisten|titel|symbol|archiv|teaser|aufmacher|vorschau|beitrags|presse|privat|video|werk|luft)?"
    r"(?:bild|foto|grafik|illustration|(?<!rote )(?<!gelbe )karte|video|montage|screenshot)"
    r"(?:er|s|quelle|rechte|nachweis|material)?|quelle|credits?|copyright|infografik|photo|bildcredit|"
    r"imago|picture alliance)(?: ?(?::|©|\(c\)|credit:)| (?=©))|©|\(c\)|\bcopyright )",
    re.IGNORECASE,
)
_CREDIT_CUES = (
    "©", "(c)", "quelle", "copyright", "credit", "foto", "bild", "photo", "grafik", "video", "imago",
    "illustration", "karte", "montage", "screenshot", "picture alliance",
)  # fmt: skip
_SITE_NOTICE = re.compile(
    r"(?:(?:copyright|©|\(c\)|c\)) ?)+(?:by |\d{1,2}\.\d{1,2}\.)?(?:19|20)\d\d(?!\d)(?! The AP\b)", re.IGNORECASE
)
_RESERVED = re.compile(r"alle rechte (?:beim|vorbehalten)|all rights reserved|impressum", re.IGNORECASE)
_AGENCY = re.compile(rf"\b(?:{AGENCY}|getty|imago)\b", re.IGNORECASE)
_LONGEST_CREDIT = 180
_MOST_CREDIT_WORDS = 12
# What stands before a noun in its phrase.
_BEFORE_NOUNS = DETERMINERS | {"im", "ins", "beim", "vom", "zum"}
_ADJECTIVE_ENDINGS = ("e", "em", "en", "er", "es")
_FEWEST_SENTENCE_WORDS = 2
_SMALL_WORD = re.compile(r"(?<![^\s(])[a-zäöüß]{2,}(?![^\s),;:.!?])")
_SMALL_IN_CREDITS = NAME_PARTICLES | frozenset(
    words_of(
        "dpa afp epd imago images picture alliance getty adobe stock keystone privat zvg via aus für im und archiv "
        "mit freundlicher genehmigung"
    )
)
_OPENING_MARKS = ("„", "“", '"', "»", "«", "›", "‚", "'")
# Who made the pictures of a fashion story, a film or a broadcast.
_STAFF = re.compile(
    r"(?:Foto|Fotos|Fotografie|Styling|Haare|Make-up|Maske|Produktion|Regie|Kamera|Schnitt|Ton|Redaktion|Drehbuch|"
    r"Illustration|Grafik|Casting|Model|Assistenz|Location|Art Direction|Sprecher|Sprecherin|Moderation): ?(?=[A-ZÄÖÜ])"
)
_PHOTO_AGENCY_LINE = re.compile(
    r"(?:[\w.’'-]+ ){0,6}?[\w.’'-]*(?: ?/ ?|via )(?:dpa|afp|ap|reuters|imago|getty images|epa|picture alliance|"
    r"keystone|apa|"
    r"shutterstock|istock|adobe stock|unsplash|pixabay|haaretz)(?:[ /|,-][\w.’'-]*){0,6}$",
    re.IGNORECASE,
)
_EDITOR = re.compile(r"[a-zäöüß]{2,4}/(?!imago|epa\b)")


def credit_of(line: str, words: int) -> tuple[str, str] | None:
    """Caption (may be empty) and credit of a line that ends in or is an image credit; None if it is none."""
    if words > 90 or not ("©" in line or ":" in line or "(c)" in line or "opyright" in line):
        return None
    if line.count(":") > 1 and len(staff := _STAFF.findall(line)) > 1:
        begin = line.index(staff[0])
        return line[:begin].strip(), line[begin:]
    if not has_any(line[-_LONGEST_CREDIT:].lower(), _CREDIT_CUES):
        return None
    for found in _CREDIT.finditer(line, max(0, len(line) - _LONGEST_CREDIT)):
        caption, named = line[: found.start()], line[found.end() :].strip()
        if caption and not _is_below(caption, found.group(), named):
            continue
        credit = line[found.start() :].strip(" ()|")
        return (caption.strip(), credit) if credit.strip("©:") else None
    return None


def _is_below(caption: str, begin: str, named: str) -> bool:
    """Whether what begins behind other words is the credit of a caption, and no part of a sentence.

    In "Sie postete ein Video: „Nein!“", a phrase goes before the word, and what is said behind the colon.
    """
    if sentence_count(named) > 2 or (begin.strip()[0].isalnum() and _ends_within_phrase(caption)):
        return False
    if begin[-1] != ":":
        return True
    if begin[0] == "(" and ")" in named and not named.rstrip(" .").endswith(")"):
        return False
    small = [word for word in _SMALL_WORD.findall(named) if word not in _SMALL_IN_CREDITS]
    says = len(small) >= _FEWEST_SENTENCE_WORDS and ends_sentence(named)
    return not says and not named.startswith(_OPENING_MARKS) and len(named.split()) <= _MOST_CREDIT_WORDS


def _ends_within_phrase(text: str) -> bool:
    """Whether a noun that follows on the text is part of its last phrase: "ein klares", "auf dem neuen"."""
    for word in reversed(text[-_LONGEST_CREDIT:].split()):
        if word.lower() in _BEFORE_NOUNS:
            return True
        if not (word.islower() and word.endswith(_ADJECTIVE_ENDINGS)):
            break
    return False


def is_site_notice(found: tuple[str, str] | None, *, in_foot: bool = False) -> bool:
    """Whether what `credit_of` finds is the copyright notice of the site ("© 2024 Waldauer Bote").

    In the foot of a page, each one is, also behind the site's name ("Waldauer Bote © 2024").
    """
    if found is None or (found[0] and not in_foot):
        return False
    credit = found[1]
    if _SITE_NOTICE.match(credit) is not None:
        return True
    is_reserved = credit.lower().startswith(("©", "(c)", "copyright")) and _AGENCY.search(credit) is None
    return is_reserved and (in_foot or _RESERVED.search(credit) is not None)


def says_nothing(credit: str) -> bool:
    """Whether a credit names nobody, since that stands in a line of its own ("Foto:")."""
    return credit.endswith(":") and ":" not in credit[:-1]


def is_photo_agency(line: str, words: int) -> bool:
    """Whether the line is a photographer and an agency ("Lukas Muster/dpa"), and no editor and one ("fqu/dpa")."""
    is_short = words <= 9 and ("/" in line or "via " in line.lower())
    return is_short and _EDITOR.match(line) is None and _PHOTO_AGENCY_LINE.match(line) is not None
