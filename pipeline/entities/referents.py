"""Entities as candidates for "er", "die Ministerin", "die Behörde": what is known of each and where it was mentioned."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.entities.cluster import Place
from pipeline.entities.person_words import GENDERED_TITLES, TITLES, Gender, gender_of_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import WORD, Words
from schemas.records import EntityType


@dataclass(slots=True)
class Referent:
    """One entity as a candidate.

    Attributes:
        number: its index among the entities.
        role_words: the words of its roles in lower case.
        role_heads: last parts of its role words ("minister").
        places: its mentions so far, sorted.
    """

    number: int
    name: str
    type: EntityType
    gender: Gender | None
    role_words: frozenset[str]
    role_heads: frozenset[str]
    affiliations: frozenset[str]
    places: list[Place]

    def last_before(self, position: int) -> Place | None:
        """Its last mention that begins before `position`."""
        index = bisect_left(self.places, position, key=lambda p: p.begin)
        return self.places[index - 1] if index else None


def referent(
    words: Words,
    number: int,
    name: str,
    entity_type: EntityType,
    roles: Iterable[str],
    affiliations: Iterable[str],
    places: Iterable[Place],
) -> Referent:
    """Put together what matters of one entity."""
    places = sorted(places)
    role_words = [word for role in roles for word in WORD.findall(role)[:3] if role_word(word) is not None]
    found = [role for word in role_words if (role := role_word(word)) is not None]
    gender = None
    if entity_type == "PER":
        gender = _gender_by_title(words, places) or next((r.gender for r in found if r.gender == "f"), None)
        gender = gender or gender_of_name(name) or next((r.gender for r in found if r.gender), None)
    return Referent(
        number,
        name,
        entity_type,
        gender,
        frozenset(word.lower() for word in role_words),
        frozenset(role.head for role in found),
        frozenset(affiliations),
        places,
    )


def _gender_by_title(words: Words, places: Iterable[Place]) -> Gender | None:
    """By "Herr" and "Frau" before one of the mentions, academic titles between them aside."""
    for place in places:
        index = words.at(place.begin) - 1
        while index >= 0 and words.words[index].text in TITLES:
            title = GENDERED_TITLES.get(words.words[index].text)
            if title is not None:
                return title
            index -= 1
    return None
