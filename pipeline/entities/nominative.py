"""Noun phrases and names as one says them by themselves: "kenianische Armee" for "der kenianischen Armee".

Determiner, adjectives and noun agree in gender, number and case; what all of them leave open tells how the phrase
declines. Where nothing is left open together, it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.entities.name_adjectives import UNDECLINED, name_adjective, noun_in_ive
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon import word_list
from pipeline.lexicon.agreement import (
    EVERY,
    PLURAL,
    STRONG_NOMINATIVE,
    Agreements,
    after_adjective,
    after_determiner,
    means_several,
)
from pipeline.lexicon.nouns import adjectival, noun_readings
from pipeline.lexicon.words import GENITIVE_DETERMINERS, OWNING_DETERMINERS

_ADJECTIVE = re.compile(r"(?P<stem>[\wäöüß-]{2,}?)(?P<ending>e[nmrs]?)")
_NEWSPAPER = re.compile(r"Allgemeinen?")
"""What adjective is a newspaper's name by itself."""
_SOME = word_list("some_of")
_CONTRACTED = frozenset({"am", "beim", "im", "vom", "zum", "zur"})
_PREPOSITIONS = _CONTRACTED | {
    "mit", "in", "von", "aus", "an", "auf", "für", "bei", "nach", "seit", "über", "unter", "vor", "gegen",
}  # fmt: skip
_COORDINATORS = frozenset({"und", "oder", "sowie"})
_MOST_ABOUT = 2
"""Words before a number in "etwa 30 Jahre alt", "20 bis 30 Jahre alt"."""
_SMALL_NUMBERS = "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
_NUMBER = re.compile(rf"\d[\d.,]*|{_SMALL_NUMBERS}")
_RANGES = re.compile(r"(?i:alpen|tauern)$")
"""Mountains that are always several."""
_NO_GENITIVES = frozenset({"as", "es", "is", "os", "ss", "us"})
"""What names end in whose last s need not be a genitive's."""
_SAME = re.compile(r"(?P<article>[Dd](?:er|es|em|en|ie|as))(?:selb|jenig)en?")
_ONE_OF = re.compile(r"(?P<stem>k?ein|jed)e[mn]")
_WITHOUT_UMLAUT = str.maketrans("äöü", "aou")
_QUANTIFIER = re.compile(r"(?:einige|viele|mehrere)[nr]?|manche", re.IGNORECASE)
_APPOSED = re.compile(r"(?<=\w), eine? (?!.*\b(?:und|oder)\b)[^,]*$")
"""What else somebody is, behind a comma: "der Vater, ein Tischler"."""
_COUNT = re.compile(rf"(?:{_SMALL_NUMBERS.title()})(?= )")
"""How many there are, at the beginning of a sentence."""


def nominative(phrase: str) -> str:
    """The phrase without its determiner, its adjectives and its noun in the nominative.

    "der kenianischen Armee" is "kenianische Armee", "des 45-Jährigen" is "45-Jähriger", "den Anwohnern" is "Anwohner".
    How many there are stays ("vielen Anwohnern" is "viele Anwohner"), and so do what follows the noun ("Sprecherin der
    Kieler Polizei"), "einer der Anwälte" and "eine von ihnen"; "der Vater, ein Tischler" is "Vater".
    """
    phrase = _APPOSED.sub("", phrase)
    if _COUNT.match(phrase) is not None:
        phrase = phrase[0].lower() + phrase[1:]
    words = phrase.split()
    if len(words) > 1 and words[0].lower() in OWNING_DETERMINERS:
        return nominative(" ".join(words[1:]))
    if _some_of(words):
        return " ".join([_some_in_nominative(words), *words[1:]])
    if len(words) > 1 and (same := _SAME.fullmatch(words[0])) is not None:
        words[0] = same["article"]
    before = 0
    while before < len(words) - 1 and after_determiner(words[before]) is not None:
        if before and words[before] in _CONTRACTED:  # "die vom Verband beanstandeten Werke"
            break
        before += 1
    most = "meisten" in words[before : len(words) - 1][:1]
    rest = words[before + most :]
    if not rest or (rest[0] in _PREPOSITIONS and not _nouns(rest)):
        return phrase
    measure = _measure(rest)
    head = measure + _head(rest[measure:])
    coordinator = before + most + head + 1
    if coordinator + 1 < len(words) and words[coordinator] in _COORDINATORS:  # "den Ärztinnen und Ärzten"
        parts = (" ".join(words[:coordinator]), " ".join(words[coordinator + 1 :]))
        return f" {words[coordinator]} ".join(map(nominative, parts))
    adjectives = [index for index in range(head) if _ADJECTIVE.fullmatch(rest[index]) and _is_attribute(rest[index])]
    determiners = words[:before]
    deciding = [word for word in determiners if not means_several(word)] or determiners or [""]
    counted = any(map(_NUMBER.fullmatch, rest[measure:head]))
    open_ = PLURAL if most or counted or any(map(means_several, determiners)) else EVERY
    declined = _in_nominative(deciding[-1], rest, adjectives, head, open_)
    if most:
        return " ".join(["die meisten", *declined])
    quantified = before == 1 and _QUANTIFIER.fullmatch(words[0]) is not None
    return " ".join([words[0].lower().rstrip("nr"), *declined] if quantified else declined)


def _some_of(words: Sequence[str]) -> bool:
    """Whether a phrase is some of a group: "einer der Anwälte", "zwei ihrer Freunde"."""
    return len(words) > 2 and words[0].lower() in _SOME and words[1] in GENITIVE_DETERMINERS


def _some_in_nominative(words: Sequence[str]) -> str:
    """The first word of "einem der Anwälte", "einigen der Anwälte" in the nominative; "einer der" may be that."""
    some = words[0].lower()
    one = _ONE_OF.fullmatch(some)
    if one is None:
        return some.removesuffix("n") if some.endswith("en") else some
    several = words[2 + _head(words[2:])]
    alone = several.removesuffix("er").translate(_WITHOUT_UMLAUT) if several.endswith("er") else several[:-1]
    genders = _singular(several) or _singular(alone)  # "Opfer"; "Länder", "Teams"
    return one["stem"] + STRONG_NOMINATIVE["n" if genders == {"n"} else "m"]


def _singular(noun: str) -> set[str]:
    """The genders that `noun` can have as a nominative."""
    return {reading.agreement[0] for reading in noun_readings(noun) if reading.agreement in ("mn", "fn", "nn")}


def name_in_nominative(before: str, name: str) -> str:
    """A name that stands behind the word `before` ("" if that is unknown) as it stands by itself.

    "Freien Wählern" behind "den" is "Freie Wähler", "Umweltbetriebs Bremen" behind "des" is "Umweltbetrieb Bremen".
    """
    words = name.split()
    head = 0
    if len(words) > 2 and UNDECLINED.fullmatch(words[0]) and name_adjective(words[1]):
        head = 1
    while head + 1 < len(words) and words[head + 1][:1].isupper() and _skipped(words[head]):
        head += 1
    while head + 2 < len(words) and words[head].endswith("-") and words[head + 1] in _COORDINATORS:
        head += 2  # "Haupt- und Finanzausschuss"
    adjectives = [index for index in range(head) if name_adjective(words[index])]
    determiner = before if after_determiner(before) is not None else None
    if determiner == "des" and not adjectives and head == len(words) - 1 and _unread_genitive(words[head]):
        return name.removesuffix("s")
    if not words or not (adjectives or determiner) or (adjectives and _undeclined(determiner, words, adjectives, head)):
        return name
    several = determiner == "den" and not adjectives  # "den Eisbären" are a club
    return " ".join(_in_nominative(determiner, words, adjectives, head, EVERY, several=several))


def _unread_genitive(word: str) -> bool:
    """Whether a word behind "des" has the s of the genitive though it looks like no noun with one: "Merkurs"."""
    readings = noun_readings(word)
    genitives = {reading.agreement for reading in readings} & {"mg", "ng"}
    return bool(readings) and not genitives and len(word) > 4 and word[-1:] == "s" and word[-2:] not in _NO_GENITIVES


def _undeclined(determiner: str | None, words: Sequence[str], adjectives: Sequence[int], head: int) -> bool:
    """Whether a name stands in the nominative already, whatever is before it: "der Erste Stiftung".

    The adjectives have the endings of one without determiner, and with the determiner they fit no case of the noun.
    """
    endings = [match["ending"] for index in adjectives if (match := _ADJECTIVE.fullmatch(words[index])) is not None]
    strong = {gender + "n" for gender, own in STRONG_NOMINATIVE.items() if all(ending == own for ending in endings)}
    if determiner is not None:
        strong.discard("pn")
    fitting = frozenset() if determiner is None else after_determiner(determiner) or EVERY
    for ending in endings:
        fitting &= after_adjective(ending, determiner)
    nouns = {reading.agreement for reading in noun_readings(words[head].rsplit("-", 1)[-1])}
    return not nouns.isdisjoint(strong) and nouns.isdisjoint(fitting)


def can_only_be_genitive(before: str, name: str) -> bool:
    """Whether `name` can only be a genitive behind the word `before`: "Rates" behind "des".

    What ends in a genitive of its own cannot tell: "Verband des Gewerbes".
    """
    open_ = after_determiner(before)
    *others, last = name.split()
    if any(word[:1].islower() and word not in _COORDINATORS for word in others):
        return False
    fitting = [r for r in noun_readings(last) if open_ is not None and r.agreement in open_]
    return bool(fitting) and all(r.nominative != last for r in fitting)


def _skipped(word: str) -> bool:
    """Whether a capitalised word stands before its noun as an adjective or as a town does ("Kieler")."""
    return name_adjective(word) or (word.endswith("er") and role_word(word) is None)


def _is_attribute(word: str) -> bool:
    """Whether a word that stands before a noun is its attribute; a capital one opens the sentence, as a rule."""
    if word in _PREPOSITIONS or _NUMBER.fullmatch(word):
        return False
    return word[0].islower() or name_adjective(word) or _adjective_only(word)


def _adjective_only(word: str) -> bool:
    """Whether a capitalised word is an adjective, and not what people are called ("Hochrangige", not "Verdächtige")."""
    return adjectival(word) and role_word(word) is None


def _measure(words: Sequence[str]) -> int:
    """How many words of a phrase measure what its adjective says: two in "54 Jahre alter Fahrer", three with "etwa"."""
    for at in range(min(_MOST_ABOUT + 1, len(words) - 3)):
        if words[at][:1].isupper():
            break
        if _NUMBER.fullmatch(words[at]) and words[at + 1][:1].isupper() and _ADJECTIVE.fullmatch(words[at + 2]):
            return at + 2
    return 0


def _nouns(words: Sequence[str]) -> list[int]:
    """The words that can be the noun of a phrase without determiner."""
    capitals = [index for index, word in enumerate(words) if word[:1].isupper() or word[:1].isdigit()]
    if any(words[index][:1].isupper() for index in capitals):  # "über 1.000 Menschen"
        capitals = [index for index in capitals if not _NUMBER.fullmatch(words[index])]
    if words[0] in _PREPOSITIONS:  # "mit einem Messer bewaffneter Mann"
        capitals = [i for i in capitals if words[i - 1][0].islower() and words[i - 1].endswith(("e", "er", "es", "en"))
                    and after_determiner(words[i - 1]) is None]  # fmt: skip
    return capitals


def _head(words: Sequence[str]) -> int:
    """The noun of a phrase without determiner."""
    head = next(iter(_nouns(words)), len(words) - 1)
    while head + 1 < len(words) and words[head + 1][:1].isupper() and (
        _skipped(words[head]) or _adjective_only(words[head])
    ):  # fmt: skip
        head += 1
    return head


def _in_nominative(
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
    matches = {index: match for index in adjectives if (match := _ADJECTIVE.fullmatch(words[index])) is not None}
    if determiner:
        open_ &= after_determiner(determiner) or EVERY
    for match in matches.values():
        open_ &= after_adjective(match["ending"], determiner)
    noun = _ADJECTIVE.fullmatch(words[head]) if _declines_like_adjective(words[head]) else None
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
    if _NEWSPAPER.fullmatch(word) is not None:
        return True
    if noun_in_ive(word):  # "der Alternative für Lindow"
        return False
    return adjectival(word.rsplit("-", 1)[-1]) and (role_word(word) is None or not noun_readings(word))


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
