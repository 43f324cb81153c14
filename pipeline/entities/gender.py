"""The gender of a person, and what tells it."""

from __future__ import annotations

import re
from collections import Counter

from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.entities.name_forms import before_titles, gender_by_role
from pipeline.entities.person_words import GENDERED_TITLES, gender_of_name
from pipeline.entities.roles import in_genitive
from pipeline.entities.roles_lexicon import RoleWord, role_word
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from schemas.records import Gender, GenderSource

_FEMININE = frozenset({"sie", "ihr", "ihre", "ihrem", "ihren", "ihrer"})
_MASCULINE = frozenset({"er", "ihm", "ihn", "sein", "seine", "seinem", "seinen", "seiner"})
_AGED = re.compile(r"\b(?P<article>[Dd](?:er|ie|em|en|es)|[Ee]in(?:e[mnrs]?)?) \d{1,3}-?jährige(?P<ending>[mnrs]?) $")
_LONGEST_AGED = 24
_AGED_WOMEN = frozenset({("die", ""), ("der", "n"), ("eine", ""), ("einer", "n")})


def _aged(text: str, begin: CharOffset) -> Gender | None:
    """The gender by the form of "die 45-jährige" right before a name."""
    found = _AGED.search(text, max(0, begin - _LONGEST_AGED), begin)
    if found is None:
        return None
    return "f" if (found["article"].lower(), found["ending"]) in _AGED_WOMEN else "m"


def gender_of(words: TextWords, person: Cluster) -> tuple[Gender | None, GenderSource | None]:
    """Gender by the gazetteer, else by the text; None for what is no person."""
    if person.type != "PER":
        return None, None
    if person.entry is not None and person.entry.gender is not None:
        return person.entry.gender, "gazetteer"
    return _by_text(words, person)


def _head(role: str) -> RoleWord | None:
    """The noun of a role that says what its bearer is: "Anwalt" of "Anwalt der Witwe", after "Vorsitzende" if any."""
    head: RoleWord | None = None
    for part in role.split():
        word = role_word(part)
        if word is None and head is not None:
            break
        head = word
    return head


def _by_text(words: TextWords, person: Cluster) -> tuple[Gender | None, GenderSource | None]:
    """By a title or an age before the name, else a feminine role, the given name, another role, or other mentions."""
    for place in person.mentions:
        if place.kind == "name":
            index = before_titles(words, place.begin)
            title = GENDERED_TITLES.get(words.words[index].text) if index >= 0 else None
            title = title or _aged(words.text, place.begin)
            if title is not None:
                return title, "title"
    heads = [head for role in person.roles if (head := _head(role)) is not None]
    if any(head.gender == "f" for head in heads):
        return "f", "role"
    named = (place for place in person.mentions if place.kind == "name" and not in_genitive(words, person, place))
    before = (before_titles(words, place.begin) for place in named)
    if any(gender_by_role(words, index) == "f" for index in before):
        return "f", "role"
    name = gender_of_name(person.name)
    if name is not None:
        return name, "name"
    for head in heads:
        if head.gender is not None:
            return head.gender, "role"
    return _by_other_mentions(words, person)


def _by_other_mentions(words: TextWords, person: Cluster) -> tuple[Gender | None, GenderSource | None]:
    """By the pronouns and nominals that mean the person."""
    told = [said for place in person.mentions if (said := _told(words, place)) is not None]
    if not told:
        return None, None
    gender = Counter(gender for gender, _ in told).most_common(1)[0][0]
    return gender, "pronoun" if (gender, "pronoun") in told else "role"


def _told(words: TextWords, place: MentionSpan) -> tuple[Gender, GenderSource] | None:
    """What a pronoun or a nominal such as "die Biologin" tells of the person it means."""
    text = words.text[place.begin : place.end]
    if place.kind == "nominal":
        head = _head(text)
        return (head.gender, "role") if head is not None and head.gender is not None else None
    if place.kind == "pronoun" and text.lower() in _FEMININE | _MASCULINE:
        return "f" if text.lower() in _FEMININE else "m", "pronoun"
    return None
