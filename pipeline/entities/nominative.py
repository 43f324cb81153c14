"""Noun phrases and names as one says them by themselves: "kenianische Armee" for "der kenianischen Armee"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.entities.declension import ADJECTIVE, adjective_only, in_nominative, precedes_noun
from pipeline.entities.name_adjectives import name_adjective
from pipeline.lexicon import word_list
from pipeline.lexicon.agreement import (
    EVERY,
    PLURAL,
    STRONG_NOMINATIVE,
    after_adjective,
    after_determiner,
    means_several,
)
from pipeline.lexicon.nouns import noun_readings
from pipeline.lexicon.words import GENITIVE_DETERMINERS, OWNING_DETERMINERS

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
    if len(words) > 2 and words[0].lower() in _SOME and words[1] in GENITIVE_DETERMINERS:  # "zwei ihrer Freunde"
        ending = "es" if _is_neuter(words[2 + _head(words[2:])]) else "er"
        some = _ONE_OF.sub(rf"\g<stem>{ending}", words[0].lower())
        return " ".join([some.removesuffix("n") if some.endswith("en") else some, *words[1:]])
    if len(words) > 1 and (same := _SAME.fullmatch(words[0])) is not None:
        words[0] = same["article"]
    if len(words) > 2 and words[1] == "meisten":
        head = 2 + _head(words[2:])
        return " ".join(["die", *words[1:head], nominative(f"einigen {words[head]}").split()[-1], *words[head + 1 :]])
    before = 0
    while before < len(words) - 1 and after_determiner(words[before]) is not None:
        if before and words[before] in _CONTRACTED:  # "die vom Verband beanstandeten Werke"
            break
        before += 1
    rest = words[before:]
    if not rest or (rest[0] in _PREPOSITIONS and not _nouns(rest)):
        return phrase
    measure = _measure(rest)
    head = measure + _head(rest[measure:])
    coordinator = before + head + 1
    if coordinator + 1 < len(words) and words[coordinator] in _COORDINATORS:  # "den Ärztinnen und Ärzten"
        parts = (" ".join(words[:coordinator]), " ".join(words[coordinator + 1 :]))
        return f" {words[coordinator]} ".join(map(nominative, parts))
    adjectives = [index for index in range(head) if ADJECTIVE.fullmatch(rest[index]) and _is_attribute(rest[index])]
    determiners = words[:before]
    deciding = [word for word in determiners if not means_several(word)] or determiners or [""]
    counted = any(map(_NUMBER.fullmatch, rest[measure:head]))
    open_ = PLURAL if counted or any(map(means_several, determiners)) else EVERY
    declined = in_nominative(deciding[-1], rest, adjectives, head, open_)
    quantified = before == 1 and _QUANTIFIER.fullmatch(words[0]) is not None
    return " ".join([words[0].lower().rstrip("nr"), *declined] if quantified else declined)


def _is_neuter(several: str) -> bool:
    """Whether each of what a genitive plural names is neuter: "Opfer", "Länder", "Teams"."""
    alone = several.removesuffix("er").translate(_WITHOUT_UMLAUT) if several.endswith("er") else several[:-1]
    return {"n"} == (_singular_genders(several) or _singular_genders(alone))


def _singular_genders(noun: str) -> set[str]:
    return {reading.agreement[0] for reading in noun_readings(noun) if reading.agreement in ("mn", "fn", "nn")}


def name_in_nominative(before: str, name: str) -> str:
    """A name that stands behind the word `before` ("" if that is unknown) as it stands by itself.

    "Freien Wählern" behind "den" is "Freie Wähler", "Umweltbetriebs Bremen" behind "des" is "Umweltbetrieb Bremen".
    """
    words = name.split()
    head = 0
    while head + 1 < len(words) and words[head + 1][:1].isupper() and precedes_noun(words[head]):
        head += 1
    while head + 2 < len(words) and words[head].endswith("-") and words[head + 1] in _COORDINATORS:
        head += 2  # "Haupt- und Finanzausschuss"
    adjectives = [index for index in range(head) if name_adjective(words[index])]
    determiner = before if after_determiner(before) is not None else None
    if not (adjectives or determiner) or (adjectives and _undeclined(determiner, words, adjectives, head)):
        return name
    several = determiner == "den" and not adjectives  # "den Eisbären" are a club
    return " ".join(in_nominative(determiner, words, adjectives, head, EVERY, several=several))


def _undeclined(determiner: str | None, words: Sequence[str], adjectives: Sequence[int], head: int) -> bool:
    """Whether a name stands in the nominative already, whatever is before it: "der Erste Stiftung".

    The adjectives have the endings of one without determiner, and with the determiner they fit no case of the noun.
    """
    endings = [match["ending"] for index in adjectives if (match := ADJECTIVE.fullmatch(words[index])) is not None]
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


def _is_attribute(word: str) -> bool:
    """Whether a word that stands before a noun is its attribute; a capital one opens the sentence, as a rule."""
    if _NUMBER.fullmatch(word):
        return False
    return word[0].islower() or name_adjective(word) or adjective_only(word)


def _measure(words: Sequence[str]) -> int:
    """How many words of a phrase measure what its adjective says: two in "54 Jahre alter Fahrer", three with "etwa"."""
    for at in range(min(_MOST_ABOUT + 1, len(words) - 3)):
        if words[at][:1].isupper():
            break
        if _NUMBER.fullmatch(words[at]) and words[at + 1][:1].isupper() and ADJECTIVE.fullmatch(words[at + 2]):
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
        precedes_noun(words[head]) or adjective_only(words[head])
    ):  # fmt: skip
        head += 1
    return head
