"""Entities as candidates for "er", "die Ministerin", "die Behörde": what is known of each, and where it stands."""

from bisect import bisect_left, insort
from collections.abc import Container, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

from pipeline.entities.cluster import MentionSpan
from pipeline.entities.gazetteer import Gazetteer, GazetteerEntry
from pipeline.entities.person_words import GENDERED_TITLES, TITLES, gender_of_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.speech_context import announces_quote, speaks
from pipeline.entities.words import WORD, TextWords
from pipeline.spans import CharOffset
from schemas.records import EntityType, Gender

_MOST_PERSONS = 100
"""How many persons are looked at for one noun: those mentioned last before it, and as many that come first behind."""
_MOST_FOR_PRONOUN = 50
"""The same for a pronoun, which means somebody who was mentioned before."""
_MOST_MENTIONS = 1000
"""How many mentions before a word are looked through for them."""
_MOST_OF_ONE = 50
"""How many mentions of one person before a word are looked at."""
_MOST_ROLES = 50
"""How many roles of one person are compared with a noun."""


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
        begins: where they begin.
        names: where those by name begin.
        spoken: whether it says something at any of its mentions; None until that was asked.
        weights: how much its mentions bring it to mind, as far as that was asked.
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
    begins: list[CharOffset]
    names: list[CharOffset] = field(default_factory=list)
    spoken: bool | None = None
    weights: dict[MentionSpan, float] = field(default_factory=dict)

    def count_before(self, position: CharOffset) -> int:
        """How many of its mentions begin before `position`."""
        return bisect_left(self.begins, position)

    def last_before(self, position: CharOffset) -> MentionSpan | None:
        """Its last mention that begins before `position`."""
        index = self.count_before(position)
        return self.mentions[index - 1] if index else None

    def before(self, position: CharOffset) -> Iterator[MentionSpan]:
        """Its mentions that begin before `position`, the last first: no more than tell how present it is."""
        index = self.count_before(position)
        return reversed(self.mentions[max(0, index - _MOST_OF_ONE) : index])

    def named_within(self, begin: CharOffset, end: CharOffset) -> bool:
        """Whether one of its names begins from `begin` to `end` (excluded)."""
        return bisect_left(self.names, begin) < bisect_left(self.names, end)

    def speaks(self, words: TextWords) -> bool:
        """Whether it says something at any of its mentions."""
        if self.spoken is None:
            self.spoken = any(_says(words, place) for place in self.mentions)
        return self.spoken

    def add(self, words: TextWords, place: MentionSpan) -> None:
        """Take in a mention that is no name."""
        insort(self.mentions, place)
        insort(self.begins, place.begin)
        if self.spoken is False:
            self.spoken = _says(words, place)


def _says(words: TextWords, place: MentionSpan) -> bool:
    return speaks(words, place.begin, place.end) or announces_quote(words, place.end)


class Referents:
    """The entities of one article as candidates, and the persons among them by where they are mentioned."""

    def __init__(self, referents: Sequence[Referent]) -> None:
        self.all = referents
        self.persons = [one for one in referents if one.type == "PER"]
        mentioned = sorted((place.begin, one.number) for one in self.persons for place in one.mentions)
        self._begins = [begin for begin, _ in mentioned]
        self._numbers = [number for _, number in mentioned]
        self._first = sorted((one.mentions[0].begin, one.number) for one in self.persons if one.mentions)
        self._ends: dict[CharOffset, set[int]] = {}
        for one in self.persons:
            for place in one.mentions:
                self._ends.setdefault(place.end, set()).add(one.number)

    def add(self, words: TextWords, meant: Referent, place: MentionSpan) -> None:
        """Take in a mention of a person that is no name."""
        meant.add(words, place)
        at = bisect_left(self._begins, place.begin)
        self._begins.insert(at, place.begin)
        self._numbers.insert(at, meant.number)
        self._ends.setdefault(place.end, set()).add(meant.number)

    def lately(self, position: CharOffset) -> Sequence[Referent]:
        """The persons whom a pronoun at `position` can mean, in their order: all, unless they are many."""
        if len(self.persons) <= _MOST_FOR_PRONOUN:
            return self.persons
        return [self.all[number] for number in sorted(self._last_before(position, _MOST_FOR_PRONOUN))]

    def near(self, position: CharOffset) -> Sequence[Referent]:
        """The persons whom a noun at `position` can mean, in their order: all, unless they are very many."""
        if len(self.persons) <= _MOST_PERSONS:
            return self.persons
        numbers = self._last_before(position, _MOST_PERSONS)
        behind = bisect_left(self._first, (position, 0))
        numbers.update(number for _, number in islice(self._first, behind, behind + _MOST_PERSONS))
        return [self.all[number] for number in sorted(numbers)]

    def two_within(self, begin: CharOffset, end: CharOffset, genders: Container[Gender | None]) -> Set[int]:
        """The numbers of persons of those genders who are mentioned from `begin` to `end` (excluded): two at most."""
        found: set[int] = set()
        for number in self._back_from(end, begin):
            if self.all[number].gender in genders:
                found.add(number)
            if len(found) > 1:
                break
        return found

    def ending_at(self, position: CharOffset) -> Container[int]:
        """The numbers of the persons of whom a mention ends at `position`."""
        return self._ends.get(position, ())

    def _last_before(self, position: CharOffset, most: int) -> set[int]:
        """Who is mentioned before `position`: those mentioned last, if they are more than `most`."""
        numbers: set[int] = set()
        for number in self._back_from(position):
            numbers.add(number)
            if len(numbers) == most:
                break
        return numbers

    def _back_from(self, position: CharOffset, until: int = 0) -> Iterator[int]:
        """Whom the mentions before `position`, and not before `until`, mean; the last first."""
        behind = bisect_left(self._begins, position)
        before = max(bisect_left(self._begins, until), behind - _MOST_MENTIONS)
        return reversed(self._numbers[before:behind])


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
    mentions, roles = sorted(mentions), list(islice(roles, _MOST_ROLES))
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
        [mention.begin for mention in mentions],
        [mention.begin for mention in mentions if mention.kind == "name"],
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
        if mention.kind == "name" and words.at(mention.begin) < len(words.words):
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
