"""Entities as candidates for "er", "die Ministerin", "die Behörde": what is known of each, and where it stands."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.entities.cluster import MentionSpan
from pipeline.entities.gazetteer import Gazetteer, GazetteerEntry
from pipeline.entities.person_words import GENDERED_TITLES, TITLES, gender_of_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import WORD, TextWords
from pipeline.spans import CharOffset
from schemas.records import EntityType, Gender


@dataclass(slots=True)
class Referent:
    """One entity as a candidate.

    Attributes:
        number: its index among the entities.
        role_words: the words of its roles in lower case.
        role_heads: last parts of its role words ("minister").
        role_complements: what its roles are of ("ukraine"), in lower case.
        nations: ids of the countries whose adjectives stand with its names.
        mentions: its mentions so far, sorted.
    """

    number: int
    name: str
    type: EntityType
    gender: Gender | None
    role_words: frozenset[str]
    role_heads: frozenset[str]
    role_complements: frozenset[str]
    affiliations: frozenset[str]
    nations: frozenset[str]
    mentions: list[MentionSpan]

    def last_before(self, position: CharOffset) -> MentionSpan | None:
        """Its last mention that begins before `position`."""
        index = bisect_left(self.mentions, position, key=lambda p: p.begin)
        return self.mentions[index - 1] if index else None


def referent(
    words: TextWords,
    number: int,
    name: str,
    entity_type: EntityType,
    roles: Iterable[str],
    affiliations: Iterable[str],
    mentions: Iterable[MentionSpan],
    gazetteer: Gazetteer,
) -> Referent:
    """Put together what matters of one entity."""
    mentions, roles = sorted(mentions), list(roles)
    role_words = [word for role in roles for word in WORD.findall(role)[:3] if role_word(word) is not None]
    found = [role for word in role_words if (role := role_word(word)) is not None]
    gender = None
    if entity_type == "PER":
        gender = _gender_by_title(words, mentions) or next((r.gender for r in found if r.gender == "f"), None)
        gender = gender or gender_of_name(name) or next((r.gender for r in found if r.gender), None)
    return Referent(
        number,
        name,
        entity_type,
        gender,
        frozenset(word.lower() for word in role_words),
        frozenset(role.head for role in found),
        frozenset(word.lower() for role in roles for word in WORD.findall(role)[1:] if word[0].isupper()),
        frozenset(affiliations),
        _nations_of(words, mentions, gazetteer) if entity_type == "PER" else frozenset(),
        mentions,
    )


def _gender_by_title(words: TextWords, mentions: Iterable[MentionSpan]) -> Gender | None:
    """By "Herr" and "Frau" before one of the mentions, academic titles between them aside."""
    for mention in mentions:
        index = words.at(mention.begin) - 1
        while index >= 0 and words.words[index].text in TITLES:
            title = GENDERED_TITLES.get(words.words[index].text)
            if title is not None:
                return title
            index -= 1
    return None


def _nations_of(words: TextWords, mentions: Iterable[MentionSpan], gazetteer: Gazetteer) -> frozenset[str]:
    """Countries by the words before a name ("der Brite Fury") and in the apposition after it."""
    found: set[str] = set()
    for mention in mentions:
        if mention.kind == "name":
            first, last = words.at(mention.begin), words.at(mention.end)
            begin = max(first - 3, words.at(words.sentence_span(mention.begin)[0]), 0)
            found.update(nations(words, words.words[begin].begin, mention.begin, gazetteer))
            if words.text[mention.end : mention.end + 2] == ", " and last < len(words.words):
                behind = words.words[min(last + 3, len(words.words) - 1)]
                found.update(nations(words, mention.end, behind.end, gazetteer))
    return frozenset(found)


def nations(words: TextWords, begin: CharOffset, end: CharOffset, gazetteer: Gazetteer) -> Iterator[str]:
    """Ids of the countries whose adjectives or demonyms stand from `begin` to `end`."""
    for word in words.within(begin, end):
        stem = word.text.rstrip("enrms") if word.text[0].islower() else ""
        entry = gazetteer.adjectives.get(stem) or (demonym(word.text, gazetteer) if word.capitalised else None)
        if entry is not None:
            yield entry.id


def demonym(word: str, gazetteer: Gazetteer) -> GazetteerEntry | None:
    """The country of "Brite", "Briten", "Britin", "Deutsch-Israeli"."""
    if not word[0].isupper():
        return None
    last = word.rsplit("-", 1)[-1]
    for form in (
        last,
        last.removesuffix("n"),
        last.removesuffix("in"),
        last.removesuffix("innen"),
        last.removesuffix("innen") + "e",
        last.removesuffix("in") + "e",
        last.removesuffix("s"),
    ):
        entry = gazetteer.demonyms.get(form)
        if entry is not None:
            return entry
    return None
