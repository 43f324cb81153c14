"""Noun phrases and names as one says them by themselves: "kenianische Armee" for "der kenianischen Armee".

Determiner, adjectives and noun agree in gender, number and case; what all of them leave open tells how the phrase
declines. Where nothing is left open together, it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.agreement import EVERY, STRONG_NOMINATIVE, Agreements, after_adjective, after_determiner
from pipeline.lexicon.nouns import adjectival, noun_readings

_ADJECTIVE = re.compile(r"(?P<stem>[\wäöüß-]{2,}?)(?P<ending>e[nmrs]?)")
_NAME_ADJECTIVE = re.compile(
    r"(?:Deutsch|International|National|Zentral|Oberst|Auswärtig|Rot|Weiß|Weiss|Schwarz|Grün|Blau|Frei|Neu|Jung|Alt|Groß|Gross|Klein"
    r"|Hoh|Nah|Mittler|Fern|Tot|Golden|Offen|Link|Recht|Vereint|Vereinigt|Gemeinsam|Heilig|Bunt|Halb|Ganz|Unabhängig"
    r"|[A-ZÄÖÜ][\w-]*(?:lich|isch|ig|iv|ell|iert|wärtig|deutsch|schweizer))e[nmrs]?"
)
"""Words of names that are adjectives."""
_PREPOSITIONS = frozenset(
    {"mit", "in", "von", "aus", "an", "auf", "für", "bei", "nach", "seit", "über", "unter", "vor"}
)


def nominative(phrase: str) -> str:
    """The phrase without its determiner, its adjectives and its noun in the nominative.

    "der kenianischen Armee" is "kenianische Armee", "des 45-Jährigen" is "45-Jähriger", "den Anwohnern" is "Anwohner".
    What follows the noun stays ("Sprecherin der Kieler Polizei"), and so does "eine von ihnen".
    """
    words = phrase.split()
    before = 0
    while before < len(words) - 1 and after_determiner(words[before]) is not None:
        before += 1
    rest = words[before:]
    if not rest or (rest[0] in _PREPOSITIONS and not any(word[:1].isupper() for word in rest)):
        return phrase
    head = _head(rest)
    adjectives = [index for index in range(head) if rest[index][0].islower() and _ADJECTIVE.fullmatch(rest[index])]
    return " ".join(_in_nominative(words[before - 1] if before else "", rest, adjectives, head))


def name_in_nominative(before: str, name: str) -> str:
    """A name that stands behind the word `before` ("" if that is unknown) as it stands by itself.

    "Freien Wählern" behind "den" is "Freie Wähler", "Umweltbetriebs Bremen" behind "des" is "Umweltbetrieb Bremen".
    """
    words = name.split()
    head = 0
    while head + 1 < len(words) and words[head + 1][:1].isupper() and _skipped(words[head]):
        head += 1
    adjectives = [index for index in range(head) if _NAME_ADJECTIVE.fullmatch(words[index])]
    determiner = before if after_determiner(before) is not None else ""
    if not words or not (adjectives or determiner):
        return name
    return " ".join(_in_nominative(determiner, words, adjectives, head))


def can_only_be_genitive(before: str, name: str) -> bool:
    """Whether `name` can only be a genitive behind the word `before`: "Rates" behind "des"."""
    open_ = after_determiner(before)
    last = name.rsplit(maxsplit=1)[-1]
    fitting = [r for r in noun_readings(last) if open_ is not None and r.agreement in open_]
    return bool(fitting) and all(r.nominative != last for r in fitting)


def _skipped(word: str) -> bool:
    """Whether a capitalised word stands before its noun as an adjective or as a town does ("Kieler")."""
    return _NAME_ADJECTIVE.fullmatch(word) is not None or (word.endswith("er") and role_word(word) is None)


def _head(words: Sequence[str]) -> int:
    """The noun of a phrase without determiner."""
    capitals = [index for index, word in enumerate(words) if word[:1].isupper() or word[:1].isdigit()]
    if words[0] in _PREPOSITIONS:  # "mit einem Messer bewaffneter Mann"
        capitals = [i for i in capitals if words[i - 1][0].islower() and words[i - 1].endswith(("e", "er", "es", "en"))
                    and after_determiner(words[i - 1]) is None]  # fmt: skip
    head = capitals[0] if capitals else len(words) - 1
    while (
        head + 1 < len(words) and words[head].endswith("er") and words[head + 1][:1].isupper()
        and role_word(words[head]) is None
    ):  # fmt: skip
        head += 1
    return head


def _in_nominative(determiner: str, words: Sequence[str], adjectives: Sequence[int], head: int) -> list[str]:
    """`words` with those at `adjectives` and at `head` in the nominative."""
    found = list(words)
    matches = {index: match for index in adjectives if (match := _ADJECTIVE.fullmatch(words[index])) is not None}
    open_: Agreements = (after_determiner(determiner) if determiner else None) or EVERY
    for match in matches.values():
        open_ &= after_adjective(match["ending"], determiner)
    noun = _ADJECTIVE.fullmatch(words[head]) if _declines_like_adjective(words[head]) else None
    if noun is not None:
        agreement = _preferred(open_ & after_adjective(noun["ending"], determiner), determiner, people=True)
        if agreement is None:
            return found
        found[head] = noun["stem"] + STRONG_NOMINATIVE[agreement[0]]
    else:
        readings: dict[str, str] = {}
        for reading in noun_readings(words[head].rsplit("-", 1)[-1]):
            readings.setdefault(reading.agreement, reading.nominative)
        role = role_word(words[head])
        if role is not None and role.singular and role.gender is not None and determiner.lower() not in {"den", ""}:
            open_ = frozenset(a for a in open_ if a[0] == role.gender) or open_
        agreement = _preferred(open_ & readings.keys(), determiner, people=role is not None)
        if agreement is None:
            return found
        if determiner or matches or agreement[0] == "p":
            found[head] = words[head][: len(words[head]) - len(words[head].rsplit("-", 1)[-1])] + readings[agreement]
    for index, match in matches.items():
        found[index] = match["stem"] + STRONG_NOMINATIVE[agreement[0]]
    return found


def _declines_like_adjective(word: str) -> bool:
    return adjectival(word.rsplit("-", 1)[-1]) and (role_word(word) is None or not noun_readings(word))


def _preferred(agreements: Agreements, determiner: str, *, people: bool) -> str | None:
    """The likeliest of what is open: the nominative first, one rather than several, but "den" + person is a plural."""
    several_first = determiner.lower() == "den" and people

    def order(agreement: str) -> tuple[bool, bool, int]:
        return (
            agreement[1] != "n",
            (agreement[0] == "p") != several_first,
            ("mfnp" if people else "nmfp").index(agreement[0]),
        )

    return min(agreements, key=order, default=None)
