"""A noun phrase as it stands in the text ("der kenianischen Armee") as one says it by itself ("kenianische Armee")."""

from __future__ import annotations

import re

from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon import endings, word_list

_DETERMINER = re.compile(
    r"(?i)^(?:(?:de[rmsn]|das|die|ein(?:e[mnrs]?)?|diese[mnrs]?|jene[mnrs]?|sein(?:e[mnrs]?)?|ihr(?:e[mnrs]?)?|"
    r"unser(?:e[mnrs]?)?|mein(?:e[mnrs]?)?|kein(?:e[mnrs]?)?|beide[nr]?|alle[nr]?|mehrere[nr]?|einige[nr]?|viele[nr]?|"
    r"zum|zur|vom|beim|im|am) )+"
)
_FEMININE = endings("feminine_noun_endings")
_NEUTER = endings("neuter_noun_endings")
_STRONG = {"m": "er", "f": "e", "n": "es", "p": "e"}
_ADJECTIVE = re.compile(r"^(?P<stem>[\wäöüß-]{3,}?)(?:e[nmrs]?)$")
_NOMINAL_ADJECTIVE = re.compile(
    r"^(?P<stem>.*(?:jährig|angestellt|angeklagt|beschuldigt|verletzt|abgeordnet|vorsitzend|beauftragt|verantwortlich"
    r"|betroffen|reisend|studierend|verwandt|bekannt|angehörig|sachverständig|überlebend|geflüchtet|verdächtig"
    r"|hinterblieben|demonstrierend|delegiert|vertraut))e[nmrs]?$",
    re.IGNORECASE,
)
_OWN_S = ("ss", "us", "is", "os", "as")
"""Endings whose s is no genitive."""
_OWN_N = word_list("own_n_nouns")
"""Plurals and names whose n is no dative's."""
_WEAK = {
    "präsidenten": "Präsident",
    "zeugen": "Zeuge",
    "kollegen": "Kollege",
    "experten": "Experte",
    "juristen": "Jurist",
}


def nominative(phrase: str) -> str:
    """The phrase without its determiner, its adjectives and its noun in the nominative, as far as the form tells.

    "der kenianischen Armee" is "kenianische Armee", "des 45-Jährigen" is "45-Jähriger", "den Anwohnern" is "Anwohner".
    What follows the noun stays ("Sprecherin der Kieler Polizei").
    """
    words = phrase.split()
    if not words:
        return phrase
    determiners = _DETERMINER.match(phrase + " ")
    determiner = determiners.group().split()[-1].lower() if determiners else ""
    rest = phrase[determiners.end() :].split() if determiners else words
    if not rest:
        return phrase
    at = next((index for index, word in enumerate(rest) if word[:1].isupper() or word[:1].isdigit()), len(rest) - 1)
    while (
        at + 1 < len(rest) and rest[at].endswith(("er",)) and rest[at + 1][:1].isupper() and role_word(rest[at]) is None
    ):
        at += 1  # "Kieler Polizei"
    gender = _gender(rest[at], determiner)
    for index in range(at):
        adjective = _ADJECTIVE.match(rest[index])
        if adjective is not None and rest[index][0].islower():
            rest[index] = adjective["stem"] + _STRONG[gender]
    rest[at] = _noun(rest[at], determiner, gender)
    return " ".join(rest)


_NAME_ADJECTIVE = re.compile(r"^(?P<stem>[A-ZÄÖÜ][a-zäöüß]{2,}?)(?:en|em)$")


def name_in_nominative(determiner: str, name: str) -> str:
    """A name that stands behind `determiner` as it stands by itself.

    "Freien Wählern" behind "den" is "Freie Wähler", "Umweltbetriebs Bremen" behind "des" "Umweltbetrieb Bremen". Names
    that their determiner does not decline stay as they are.
    """
    words = name.split()
    determiner = determiner.lower()
    if determiner not in {"des", "dem", "den", "der", "vom", "zum", "beim", "im", "am", "zur"} or not words:
        return name
    at = 0
    while at + 1 < len(words) and _NAME_ADJECTIVE.match(words[at]) and words[at + 1][:1].isupper():
        at += 1
    gender = _gender(words[at], determiner)
    for index in range(at):
        adjective = _NAME_ADJECTIVE.match(words[index])
        if adjective is not None:
            words[index] = adjective["stem"] + _STRONG[gender]
    if len(words) > 1 or determiner == "des":
        words[at] = _noun(words[at], determiner, gender)
    return " ".join(words)


def _gender(noun: str, determiner: str) -> str:  # noqa: PLR0911  (one line a way to tell)
    lower = noun.lower()
    if determiner == "den" and lower.endswith("n"):
        return "p"
    role = role_word(noun)
    if role is not None and role.gender is not None and role.singular:
        return role.gender
    if determiner == "das":
        return "n"
    if lower.endswith(_FEMININE):
        return "f"
    if determiner in {"des", "dem", "ein", "einem", "eines", "zum", "vom", "im", "am", "beim"}:
        return "n" if lower.rstrip("s").endswith(_NEUTER) else "m"
    if determiner in {"die", "der", "eine", "einer", "zur", "diese", "dieser"}:
        plural = lower.endswith(("en", "innen", "er", "s")) or (determiner == "die" and lower.endswith("e"))
        return "p" if plural else "f"
    return "p" if not determiner else "m"


def _noun(noun: str, determiner: str, gender: str) -> str:
    nominal = _NOMINAL_ADJECTIVE.match(noun)
    if nominal is not None:
        return nominal["stem"] + ("er" if gender == "m" else "e")
    lower = noun.lower()
    for oblique, base in _WEAK.items():
        if gender == "m" and determiner in {"des", "dem", "den", "einem", "eines"} and lower.endswith(oblique):
            return noun[: len(noun) - len(oblique)] + (base if len(noun) == len(oblique) else base.lower())
    if determiner in {"des", "eines"} and gender in {"m", "n"} and lower.endswith("s") and not lower.endswith(_OWN_S):
        return noun[:-2] if lower.endswith(("tes", "des", "ges", "kes")) else noun[:-1]
    if determiner in {"", "den"} and gender == "p" and lower.endswith(("ern", "eln")) and lower not in _OWN_N:
        return noun[:-1]
    return noun
