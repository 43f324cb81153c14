"""Mentions of persons brought together: full names, surnames, given names, couples kept apart."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.entities.cluster import Cluster, MentionSpan, NameSpan
from pipeline.entities.gazetteer import GazetteerEntry
from pipeline.entities.name_forms import person_tokens, without_genitive
from pipeline.entities.person_words import GENDERED_TITLES, PARTICLES, gender_of_name, is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from schemas.records import Gender

_MOST_BEARERS = 50
"""People of one surname among whom it is asked who is meant, and names of one person that are compared."""


@dataclass(frozen=True, slots=True)
class _Named:
    span: NameSpan
    tokens: tuple[str, ...]

    @property
    def full(self) -> bool:
        return len(self.tokens) > 1 and self.tokens[0] not in PARTICLES

    @property
    def surname(self) -> str:
        return surname_of(self.tokens)


def surname_of(tokens: Sequence[str]) -> str:
    """Last word of a name with the particles before it ("von der Leyen")."""
    start = len(tokens) - 1
    while start > 1 and tokens[start - 1] in PARTICLES and tokens[start - 1][0].islower():
        start -= 1
    return " ".join(tokens[start:])


def cluster_persons(words: TextWords, spans: Iterable[NameSpan]) -> list[Cluster]:
    """One cluster a person, in the order of the first mention."""
    named = _named_persons(words, list(spans))
    persons = _Persons()
    full = [item for item in named if item.full]
    for item in sorted(full, key=lambda n: (-len(n.tokens), n.span.begin)):
        home = next((c for c in persons.of_full_name(item.tokens) if _same_person(c.name.split(), item.tokens)), None)
        persons.put(home, item)
    for item in named:
        if not item.full:
            persons.put(_owner(words, persons, item), item)
    return sorted(persons.clusters, key=lambda c: c.mentions[0])


class _Persons:
    """The persons of a text so far, looked up by what of a name tells whose it can be."""

    def __init__(self) -> None:
        self.clusters: list[Cluster] = []
        self._numbers: dict[int, int] = {}
        self._by_full_name: dict[tuple[str, ...], list[int]] = {}
        self._by_surname: dict[str, list[int]] = {}
        self._by_given_name: dict[str, list[int]] = {}

    def put(self, home: Cluster | None, item: _Named) -> None:
        """Add a mention to `home`, or a new person who is mentioned so."""
        if home is None:
            home = Cluster("PER", " ".join(item.tokens))
            self._numbers[id(home)] = len(self.clusters)
            self.clusters.append(home)
            self._note(home)
        home.add(item.span.begin, item.span.end, " ".join(item.tokens))
        if item.span.known is not None and home.entry is None and not _another(home, item.span.known.entry):
            home.entry = item.span.known.entry
            home.name = home.entry.name
            self._note(home)

    def _note(self, person: Cluster) -> None:
        """Let a person be found by the name that he has now."""
        number, own = self._numbers[id(person)], person.name.split()
        full: set[tuple[str, ...]] = {(own[0], surname_of(own)), (own[-1], own[0][0], "initial")}
        if "-" in own[-1]:
            full |= {(own[0], part) for part in own[-1].split("-")}
        surnames = {person.name, surname_of(own), own[-1]}
        if len(own) > 2:
            surnames |= {" ".join(own[-2:])} | ({own[-2]} if not is_given_name(own[-2]) else set())
        for key in full:
            _insert(self._by_full_name.setdefault(key, []), number)
        for surname in surnames:
            _insert(self._by_surname.setdefault(surname, []), number)
        _insert(self._by_given_name.setdefault(own[0], []), number)

    def of_full_name(self, tokens: Sequence[str]) -> Iterator[Cluster]:
        """Those who may have a name of several words, the first ones first."""
        keys: set[tuple[str, ...]] = {(tokens[0], surname_of(tokens)), (tokens[0], tokens[-1])}
        if len(tokens[0].rstrip(".")) == 1:
            keys.add((tokens[-1], tokens[0][0], "initial"))
        numbers = {n for key in keys for n in self._by_full_name.get(key, ())[:_MOST_BEARERS]}
        return (self.clusters[number] for number in sorted(numbers))

    def of_surname(self, name: str) -> list[Cluster]:
        """Those of a surname, the first ones first."""
        found = (self.clusters[number] for number in self._by_surname.get(name, ()))
        return list(islice((person for person in found if _is_surname(person, name)), _MOST_BEARERS))

    def of_given_name(self, name: str) -> list[Cluster]:
        """Those of a given name, the first ones first."""
        found = (self.clusters[number] for number in self._by_given_name.get(name, ()))
        return list(islice((person for person in found if person.name.split()[0] == name), _MOST_BEARERS))


def _insert(numbers: list[int], number: int) -> None:
    at = bisect_left(numbers, number)
    if numbers[at : at + 1] != [number]:
        numbers.insert(at, number)


def _named_persons(words: TextWords, spans: list[NameSpan]) -> list[_Named]:
    split = [(span, person_tokens(words.text[span.begin : span.end])) for span in spans]
    known = frozenset(token for _, tokens in split for token in (tokens[:1] if len(tokens) > 1 else []) + tokens[-1:])
    named = []
    owning: dict[str, bool] = {}
    for span, tokens in split:
        if span.known is not None:
            named.append(_Named(span, tuple(person_tokens(span.known.form))))
        elif tokens:
            last = without_genitive(words, span.end, tokens[-1], known, owning)
            named.append(_Named(span, (*tokens[:-1], last)))
    return named


def _another(person: Cluster, entry: GazetteerEntry) -> bool:
    """Whether the text has a full name of the person that is none of the entry: another Stoltenberg."""
    own = [name.split() for name in islice(person.names, _MOST_BEARERS) if len(name.split()) > 1]
    known = [name.split() for name in (entry.name, *entry.aliases, *entry.weak_aliases) if len(name.split()) > 1]
    return bool(own and known) and not any(name == full or _same_person(name, full) for name in own for full in known)


def _same_person(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """Whether two full names are one: the same first and last words, second names and initials aside."""
    if longer[0] == shorter[0] and surname_of(longer) == surname_of(shorter):
        return True
    double = longer[-1].split("-")
    if longer[0] == shorter[0] and len(double) > 1 and shorter[-1] in double:
        return True
    return longer[-1] == shorter[-1] and len(shorter[0].rstrip(".")) == 1 and longer[0].startswith(shorter[0][0])


def _owner(words: TextWords, persons: _Persons, item: _Named) -> Cluster | None:
    """The person meant by a surname or a given name alone."""
    name = " ".join(item.tokens)
    by_surname = persons.of_surname(name)
    if not by_surname and len(item.tokens) == 1:
        by_surname = persons.of_given_name(name)
    if len(by_surname) < 2:
        return by_surname[0] if by_surname else None
    gender = _announced_gender(words, item.span.begin)
    fitting = [c for c in by_surname if gender is None or gender_of_name(c.name) in (gender, None)] or by_surname
    before = [c for c in fitting if c.mentions[0].begin < item.span.begin]
    usual = [c for c in before if gender is None and name in c.names]
    if len(usual) == 1:
        return usual[0]  # the one of a couple who is called so all along
    return max(before, key=lambda c: _last_before(c, item.span.begin), default=fitting[0])


def _last_before(cluster: Cluster, begin: CharOffset) -> MentionSpan:
    return cluster.mentions[bisect_left(cluster.mentions, begin, key=lambda place: place.begin) - 1]


def _is_surname(cluster: Cluster, name: str) -> bool:
    own = cluster.name.split()
    if cluster.name == name or surname_of(own) == name or (len(own) > 1 and own[-1] == name):
        return True
    return len(own) > 2 and name in (" ".join(own[-2:]), own[-2]) and not is_given_name(name)


def _announced_gender(words: TextWords, begin: CharOffset) -> Gender | None:
    """Gender by the title or role before a surname ("Frau Müller", "Ministerin Müller")."""
    index = words.at(begin) - 1
    if index < 0:
        return None
    before = words.words[index].text
    if before in GENDERED_TITLES:
        return GENDERED_TITLES[before]
    role = role_word(before)
    return role.gender if role is not None else None
