"""The words of a noun phrase put into the nominative.

Determiner, adjectives and noun agree in gender, number and case; what all of them leave open tells how the phrase
declines. Where nothing is left open together, it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.entities.name_adjectives import name_adjective, noun_in_ive
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.agreement import EVERY, STRONG_NOMINATIVE, Agreements, after_adjective, after_determiner
from pipeline.lexicon.nouns import adjectival, noun_readings

ADJECTIVE = re.compile(r"(?P<stem>[\wäöüß-]{2,}?)(?P<ending>e[nmrs]?)")

_NEWSPAPER = re.compile(r"Allgemeinen?")
"""What adjective is a newspaper's name by itself."""
_RANGES = re.compile(r"(?i:alpen|tauern)$")
"""Mountains that are always several."""


def precedes_noun(word: str) -> bool:
    """Whether a capitalised word stands before its noun as an adjective or as a town does ("Kieler")."""
    return name_adjective(word) or (word.endswith("er") and role_word(word) is None)


def adjective_only(word: str) -> bool:
    """Whether a capitalised word is an adjective, and not what people are called ("Hochrangige", not "Verdächtige")."""
    return adjectival(word) and role_word(word) is None


def in_nominative(
    determiner: str | None,
    words: Sequence[str],
    adjectives: Sequence[int],
    head: int,
    open_: Agreements,
    *,
    several: bool = False,
) -> list[str]:
    """`words` with those at `adjectives` and at `head` in the nominative.

    `determiner` is "" if there is none, and None if that is not known; `open_` is what the context leaves open, and
    with `several`, a noun that "den" leaves open is a plural.
    """
    found = list(words)
    matches = {index: match for index in adjectives if (match := ADJECTIVE.fullmatch(words[index])) is not None}
    if determiner:
        open_ &= after_determiner(determiner) or EVERY
    for match in matches.values():
        open_ &= after_adjective(match["ending"], determiner)
    noun = ADJECTIVE.fullmatch(words[head]) if _declines_like_adjective(words[head]) else None
    declined = frozenset() if noun is None else open_ & after_adjective(noun["ending"], determiner)
    if noun is not None and (declined or not noun_readings(words[head])):  # "des Reiches" is a noun, "der Reiche" none
        agreement = _preferred(declined, determiner, people=True)
        if agreement is None:
            return found
        found[head] = noun["stem"] + STRONG_NOMINATIVE[agreement[0]]
    else:
        readings: dict[str, str] = {}
        last = words[head].rsplit("-", 1)[-1]
        for reading in () if len(last) > 1 and last.isupper() else noun_readings(last):  # "AMS" declines no "AM"
            readings.setdefault(reading.agreement, last if _RANGES.search(last) else reading.nominative)
        if readings.get("pd", last) != last == readings.get("nn"):  # "Kreisen" are circles, no circling
            readings = {agreement: base for agreement, base in readings.items() if agreement[0] != "n"}
        role = role_word(words[head])
        if (
            role is not None
            and role.singular
            and role.gender is not None
            and determiner
            and determiner.lower() != "den"
        ):
            open_ = frozenset(a for a in open_ if a[0] == role.gender) or open_
        fitting = open_ & readings.keys() or _of_one_gender(open_)
        agreement = _preferred(fitting, determiner, people=several or role is not None)
        if agreement is None:
            return found
        if agreement in readings and (determiner or matches or agreement[0] == "p"):
            found[head] = words[head].removesuffix(last) + readings[agreement]
    for index, match in matches.items():
        found[index] = match["stem"] + STRONG_NOMINATIVE[agreement[0]]
    return found


def _declines_like_adjective(word: str) -> bool:
    if noun_in_ive(word):  # "der Alternative für Lindow"
        return False
    return _NEWSPAPER.fullmatch(word) is not None or adjectival(word.rsplit("-", 1)[-1])


def _of_one_gender(agreements: Agreements) -> Agreements:
    """`agreements` if they leave no choice of gender and number, as "das" does; else none."""
    return agreements if len({agreement[0] for agreement in agreements}) == 1 else frozenset()


def _preferred(agreements: Agreements, determiner: str | None, *, people: bool) -> str | None:
    """The likeliest of what is open: the nominative first, one rather than several, but "den" + person is a plural."""
    several_first = determiner is not None and determiner.lower() == "den" and people

    def order(agreement: str) -> tuple[bool, bool, int]:
        return (
            agreement[1] != "n",
            (agreement[0] == "p") != several_first,
            ("mfnp" if people else "nmfp").index(agreement[0]),
        )

    return min(agreements, key=order, default=None)
