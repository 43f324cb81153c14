"""What a speaker without a name is called: the fullest noun phrase, in the nominative."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from pipeline.entities.nominative import nominative
from pipeline.lexicon import word_list
from pipeline.lexicon.words import (
    DETERMINERS,
    GENITIVE_DETERMINERS,
    INFORMATION_NOUNS,
    PREPOSITIONS,
    SMALL_NAMES,
    SUBJECT_PRONOUNS,
)
from pipeline.reader.mentions import FEMININE_OR_PLURAL, FIRST_PERSON, MASCULINE_OR_NEUTER, akin
from pipeline.spans import CharRange

_PRONOUNS = FEMININE_OR_PLURAL | MASCULINE_OR_NEUTER | FIRST_PERSON | word_list("impersonal_pronouns")
_POSSESSIVES = word_list("possessive_determiners")
_NO_NOUNS = DETERMINERS | SUBJECT_PRONOUNS | _PRONOUNS | PREPOSITIONS | word_list("pronouns_for_some")
_JOINS_OWNER = GENITIVE_DETERMINERS | {"von", "vom", "für"}


def informant(words: Sequence[str]) -> int:
    """Where in a source somebody begins who gives the information: 1 in "Angaben der Wirtin", 2 in "Worten von Obst".

    0 where nobody is told: "den Angaben", "der Wirtin", "einer Studie der Stiftung".
    """
    noun = next((at for at, word in enumerate(words) if word[:1].isupper() and word.lower() not in DETERMINERS), None)
    if noun is None or words[noun].lower() not in INFORMATION_NOUNS:
        return 0
    begin = noun + 2 if words[noun + 1 : noun + 2] in (["von"], ["vom"]) else noun + 1
    return begin if has_noun(" ".join(words[begin:])) else 0


def name_of_words(words: str) -> str | None:
    """The noun phrase `words` in the nominative; None for what is no name ("man", "er", "beide", "die meisten")."""
    parts = words.split()
    words = " ".join(parts[informant(parts) :])
    return nominative(words) if words.lower() not in _PRONOUNS and names_somebody(words) else None


def has_noun(phrase: str) -> bool:
    """Whether a phrase has a noun, as "der 45-Jährige" or "dpa", and unlike "mehrere", "die meisten" or "Am"."""
    words = [word for word in phrase.split() if word.lower() not in _NO_NOUNS]
    return any(word in SMALL_NAMES or any(c.isupper() or c.isdigit() for c in word) for word in words)


def names_somebody(phrase: str) -> bool:
    """Whether a phrase has a noun that tells who is meant, unlike "eigenen Angaben" and "meiner Ansicht"."""
    words = phrase.lower().split()
    if not has_noun(phrase) or words[0].startswith("eigene"):
        return False
    return words[0] not in _POSSESSIVES or words[-1] not in INFORMATION_NOUNS


class NounPhrase(NamedTuple):
    """Where a noun phrase stands, the stem of its noun, and whether it says whose somebody is ("Arzt der Charité")."""

    span: CharRange
    noun: str
    tells_whose: bool


def tells_whose(words: Sequence[str]) -> bool:
    """Whether a genitive, "von …" or "für …" with a noun or name follows the first noun of a phrase."""
    joins = [at for at, word in enumerate(words) if at and word.lower() in _JOINS_OWNER and words[at - 1][:1].isalnum()]
    first = next((at for at, word in enumerate(words) if word[:1].isupper() and (at or word not in DETERMINERS)), None)
    return any(first is not None and at > first and any(w[:1].isupper() for w in words[at + 1 :]) for at in joins)


class KnownChain:
    """What is asked of a chain for each of its quotes: its `type`, where it is mentioned, its fullest noun phrase.

    Args:
        type_: the commonest of its mentions.
        places: its mentions, sorted.
        phrases: those of them that are noun phrases.
    """

    def __init__(self, type_: str, places: Sequence[CharRange], phrases: Sequence[NounPhrase]) -> None:
        self.type = type_
        self._begins = [begin for begin, _ in places]
        self._reach = list(accumulate((end for _, end in places), max))
        introduced = min(phrases, default=None)
        alike = [phrase for phrase in phrases if introduced is not None and akin(phrase.noun, introduced.noun)]
        if not any(phrase.tells_whose for phrase in alike):
            alike = [phrase for phrase in phrases if phrase.tells_whose] or alike
        self._phrase_begins = {phrase.span.begin for phrase in alike}
        self._longest = max((phrase.span for phrase in alike), key=_length, default=None)

    def meets(self, span: CharRange) -> bool:
        """Whether `span` shares a code point with any of its mentions."""
        before = bisect_left(self._begins, span.end)
        return before > 0 and self._reach[before - 1] > span.begin

    def fullest(self, given: Sequence[CharRange]) -> CharRange | None:
        """The longest of its noun phrases with the noun of the first one, and of what rules take for the speaker.

        Other nouns often tell more of somebody than who it is ("ein 26-Jähriger … Der gelernte Gerüstbauer"); they
        count if they alone say whose somebody is ("Die Tester … die Prüfer der Stiftung"). What rules take for the
        speaker (`given`) counts if it begins with such a phrase: a rule may know where "Vertraute der Insassen" ends;
        "Angaben des Leiters" begins with no phrase of the leader.
        """
        if self._longest is None:
            return None
        return max([self._longest, *(span for span in given if span.begin in self._phrase_begins)], key=_length)


def _length(span: CharRange) -> int:
    return span.end - span.begin
