"""The gender of a person, and what tells it."""

from __future__ import annotations

from collections import Counter

from pipeline.entities.cluster import Cluster
from pipeline.entities.person_words import GENDERED_TITLES, gender_of_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from schemas.records import Gender, GenderSource

_FEMININE = frozenset({"sie", "ihr", "ihre", "ihrem", "ihren", "ihrer"})
_MASCULINE = frozenset({"er", "ihm", "ihn", "sein", "seine", "seinem", "seinen", "seiner"})


def gender_of(words: TextWords, person: Cluster) -> tuple[Gender | None, GenderSource | None]:
    """Gender by the gazetteer, else by the text; None for what is no person."""
    if person.type != "PER":
        return None, None
    if person.entry is not None and person.entry.gender is not None:
        return person.entry.gender, "gazetteer"
    return _by_text(words, person)


def _by_text(words: TextWords, person: Cluster) -> tuple[Gender | None, GenderSource | None]:
    """By a title before the name, else a feminine role, else the given name, else another role, else the pronouns."""
    for place in person.mentions:
        index = words.at(place.begin) - 1
        title = GENDERED_TITLES.get(words.words[index].text) if index >= 0 and place.kind == "name" else None
        if title is not None:
            return title, "title"
    for role in person.roles:
        word = role_word(role.split()[-1]) if role else None
        if word is not None and word.gender == "f":
            return "f", "role"
    name = gender_of_name(person.name)
    if name is not None:
        return name, "name"
    for role in person.roles:
        word = role_word(role.split()[-1]) if role else None
        if word is not None and word.gender is not None:
            return word.gender, "role"
    said: Counter[Gender] = Counter()
    for place in person.mentions:
        pronoun = words.text[place.begin : place.end].lower() if place.kind == "pronoun" else ""
        if pronoun in _FEMININE:
            said["f"] += 1
        elif pronoun in _MASCULINE:
            said["m"] += 1
    return (said.most_common(1)[0][0], "pronoun") if said else (None, None)
