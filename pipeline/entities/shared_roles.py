"""Roles in the plural before several persons: "die Abgeordneten Hanna Tölke und Jan Obst"."""

import re
from collections.abc import Iterable, Iterator

from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.entities.name_forms import begin_of_titles
from pipeline.entities.roles_lexicon import RELATIONS, role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.lexicon.words import PREPOSITIONS
from pipeline.spans import CharOffset, TokenIndex

_NEXT = re.compile(r"(?: \([^()\n]{1,40}\))?(?:,| und| sowie) ")
_ENDS = re.compile(r"(?: \([^()\n]{1,40}\))?(?:[^\w\s]|\s*\n|$)")
_PLURAL_DETERMINERS = word_list("plural_determiners")
_PLURAL_ENDINGS = ("en", "s")
"""Of roles that differ from the singular: "die Präsidenten", "die Chefs"."""
_MOST_ATTRIBUTES = 3


def person_lists(words: TextWords, persons: Iterable[Cluster]) -> Iterator[list[tuple[MentionSpan, Cluster]]]:
    """The persons who are named one after the other, in lists of two and more: "Hanna Tölke (SPD) und Jan Obst"."""
    places = sorted(((place, person) for person in persons for place in person.mentions), key=lambda found: found[0])
    found: list[tuple[MentionSpan, Cluster]] = []
    for place, person in places:
        begin = begin_of_titles(words, place.begin)
        gap = _NEXT.fullmatch(words.text, found[-1][0].end, begin) if found else None
        if gap is None:
            if len(found) > 1:
                yield found
            found = []
        found.append((place, person))
    if len(found) > 1:
        yield found


def shared_role(words: TextWords, index: TokenIndex, end: CharOffset) -> str | None:
    """The word at `index` if it says what several persons behind it are, one in -innen in the singular; else None.

    It does if it can only be a plural: by its form ("Ministerinnen"), or by the determiner before it ("die Minister").
    The last of the persons is named until `end`.
    """
    word = words.words[index].text
    role = role_word(word)
    if role is None or role.head in RELATIONS:
        return None
    if not role.singular:
        return word.removesuffix("nen")
    declined = role.gender == "m" or (role.gender is None and word.endswith("en"))
    return word if declined and _determined(words, index, end) else None


def _determined(words: TextWords, index: TokenIndex, end: CharOffset) -> bool:
    """Whether the noun at `index`, which is no feminine in the singular, is a plural by its determiner."""
    for before in range(index - 1, max(-1, index - 2 - _MOST_ATTRIBUTES), -1):
        word = words.words[before].text
        if words.gap(TokenIndex(before), TokenIndex(before + 1)) != " ":
            return False
        if word.lower() in _PLURAL_DETERMINERS:
            pronoun = word == "die" and not words.words[index].text.endswith(_PLURAL_ENDINGS)
            return not (pronoun and _in_clause(words, TokenIndex(before), end))
        if not word.endswith("en") or word[0].isupper():
            return False
    return False


def _in_clause(words: TextWords, index: TokenIndex, end: CharOffset) -> bool:
    """Whether "die" at `index` may be a pronoun: "Pläne, für die Minister Obst und Karl Lind werben"."""
    gaps = [words.gap(TokenIndex(at - 1), TokenIndex(at)) for at in (index, index - 1) if at > 0]
    preposition = index > 0 and words.words[index - 1].text in PREPOSITIONS
    begins = gaps[:1] == [", "] or (preposition and gaps[1:] == [", "])
    return begins and _ENDS.match(words.text, end) is None
