"""Roles in the plural before several persons: "die Abgeordneten Hanna Tölke und Jan Obst"."""

import re
from collections.abc import Iterable, Iterator

from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.entities.name_forms import begin_of_titles
from pipeline.entities.roles_lexicon import RELATIONS, role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import TokenIndex

_NEXT = re.compile(r"(?: \([^()\n]{1,40}\))?(?:,| und| sowie) ")
_PLURAL_DETERMINERS = word_list("plural_determiners")
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


def shared_role(words: TextWords, index: TokenIndex) -> str | None:
    """The word at `index` if it says what several persons behind it are, one in -innen in the singular; else None.

    It does if it can only be a plural: by its form ("Ministerinnen"), or by the determiner before it ("die Minister").
    """
    word = words.words[index].text
    role = role_word(word)
    if role is None or role.head in RELATIONS:
        return None
    if not role.singular:
        return word.removesuffix("nen")
    declined = role.gender == "m" or (role.gender is None and word.endswith("en"))
    return word if declined and _determined(words, index) else None


def _determined(words: TextWords, index: TokenIndex) -> bool:
    """Whether the noun at `index`, which is no feminine in the singular, is a plural by its determiner."""
    for before in range(index - 1, max(-1, index - 2 - _MOST_ATTRIBUTES), -1):
        word = words.words[before].text
        if words.gap(TokenIndex(before), TokenIndex(before + 1)) != " ":
            return False
        if word.lower() in _PLURAL_DETERMINERS:
            return True
        if not word.endswith("en") or word[0].isupper():
            return False
    return False
