"""Which words of a name are adjectives: "Deutsch" in "Deutsche Bahn", but no "Initiative" and no "Zentrale"."""

import re

from pipeline.lexicon.nouns import noun_readings

_CAPITAL = re.compile(
    r"(?:Deutsch|Oberst|Auswärtig|Rot|Weiß|Weiss|Schwarz|Grün|Blau|Grau|Gelb|Silbern|Golden|Frei|Groß|Gross|Klein"
    r"|Neu(?:est)?|Jung|Alt|Hoh|Höher|Nah|Fern|Ober|Mittler|Unter|Inner|Äußer|Tot|Wild|Offen|Link|Recht|Vereint|Vereinigt"
    r"|Gemeinsam|Heilig|Bunt|Halb|Ganz|Unabhängig|Autonom|Zivil|Allgemein|Erst|Zweit|Dritt|Viert|Fünft|Humanitär"
    r"|Revolutionär|Bundesweit|Landesweit|Weltweit|Zentral"
    r"|(?:[A-ZÄÖÜ][\w-]*)?(?i:digit|föder|glob|kommun|liber|nation|radik|region|sozi)al"
    r"|[A-ZÄÖÜ][\w-]*(?:lich|isch|ig|iv|(?<![ptwz])(?<![Qq]u)ell|iert|wärtig|deutsch|schweizer))e[nmrs]?"
)
"""Words of names that are adjectives."""
_SMALL = re.compile(r"[\wäöüß-]{2,}?e[nmrs]?")


def name_adjective(word: str) -> bool:
    """Whether a word of a name is an adjective; one in small letters is ("des katholischen Verbands")."""
    if word[:1].islower():
        return _SMALL.fullmatch(word) is not None
    return _CAPITAL.fullmatch(word) is not None and not noun_in_ive(word)


def noun_in_ive(word: str) -> bool:
    """Whether a word is a noun that ends as an adjective does: "Initiative", "Offensive", and not "Konservative"."""
    return word.endswith("ive") and any(reading.agreement == "fd" for reading in noun_readings(word))
