"""Which organisation "die Landesregierung", "die Behörde" and "das Ministerium" mean."""

import re
from bisect import bisect_left
from collections.abc import Iterable

from pipeline.entities.referents import Referent
from pipeline.entities.registry import REFERENCE_RULES
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset

_ORGANISATION_NOUNS = word_list("organisation_nouns")
_PART = re.compile(r"[\s-]")
_LEAST_ENDING = 4
_MOST_NAMED = 50
"""How many organisations with one ending, or one noun before their names, are looked at."""
_MOST_MENTIONS = 200
"""How many mentions before a noun are looked through for the organisation that it means."""


class OrganisationNominals:
    """The organisations of one article, looked up by nouns that can mean them."""

    def __init__(self, words: TextWords, referents: Iterable[Referent]) -> None:
        self._words = words
        self._organisations = [one for one in referents if one.type == "ORG"]
        self._mentioned = sorted(
            (place.begin, -n) for n, one in enumerate(self._organisations) for place in one.mentions
        )
        # Turned round and sorted, the parts of names with one ending are neighbours.
        self._parts = sorted(
            {(part[::-1], n) for n, one in enumerate(self._organisations) for part in _PART.split(one.name.lower())}
        )
        self._called: dict[str, set[int]] = {}
        for number, one in enumerate(self._organisations):
            for place in one.mentions:
                index = words.at(place.begin)
                if place.kind == "name" and index and words.gap(index - 1, index) == " ":
                    called = self._called.setdefault(words.words[index - 1].text, set())
                    if len(called) < _MOST_NAMED:
                        called.add(number)

    def meant(self, noun: str, begin: CharOffset) -> Referent | None:
        """The one that "die Landesregierung" or "die Behörde" means: by its name, else the one last mentioned."""
        if not REFERENCE_RULES["organisation-nominal"].on:
            return None
        lowered = noun.lower().removesuffix("s") if len(noun) > 5 else noun.lower()
        numbers = self._with_ending(lowered) or self._called.get(noun, set[int]())
        named = [self._organisations[number] for number in numbers]
        if named:
            return max(named, key=lambda one: (p.begin if (p := one.last_before(begin)) else -1, -one.number))
        return self._last_before(begin, lowered) if lowered in _ORGANISATION_NOUNS else None

    def _with_ending(self, ending: str) -> set[int]:
        if len(ending) < _LEAST_ENDING:
            return set()
        turned = ending[::-1]
        first = bisect_left(self._parts, (turned, 0))
        return {n for part, n in self._parts[first : first + _MOST_NAMED] if part.startswith(turned)}

    def _last_before(self, begin: CharOffset, lowered: str) -> Referent | None:
        """The one last mentioned, in one of the last sentences and not in brackets."""
        words, seen = self._words, set[int]()
        behind = bisect_left(self._mentioned, (begin, -len(self._organisations)))
        for at, number in reversed(self._mentioned[max(0, behind - _MOST_MENTIONS) : behind]):
            if words.sentence(begin) - words.sentence(at) > 2:
                return None
            one = self._organisations[-number]
            if -number in seen or words.text[at - 1 : at] == "(":
                seen.add(-number)
            elif lowered != "ministerium" or "minister" in one.name.lower() or one.name == "Auswärtiges Amt":
                return one
        return None
