"""Mentions of persons brought together: full names, surnames, given names, couples kept apart."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.entities.cluster import Cluster, MentionSpan, NameSpan
from pipeline.entities.gazetteer import GazetteerEntry
from pipeline.entities.name_forms import (
    alias_behind,
    before_titles,
    gender_by_role,
    generation,
    initials,
    nickname,
    person_tokens,
    surname_of,
    with_generation,
    without_genitive,
)
from pipeline.entities.person_words import GENDERED_TITLES, gender_of_name, is_given_name, is_particle
from pipeline.entities.relatives import of_generation, relation, shared_surname
from pipeline.entities.slugs import slug
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from schemas.records import Gender

_MOST_BEARERS = 50
"""People of one surname among whom it is asked who is meant, and names of one person that are compared."""
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Named:
    span: NameSpan
    tokens: tuple[str, ...]
    nickname: str | None = None

    @property
    def full(self) -> bool:
        alone = 2 if generation(self.tokens) is not None else 1
        return len(self.tokens) > alone and not is_particle(self.tokens[0])


def cluster_persons(words: TextWords, spans: Iterable[NameSpan]) -> list[Cluster]:
    """One cluster a person, in the order of the first mention."""
    named = _named_persons(words, list(spans))
    persons = _Persons()
    full = [item for item in named if item.full]
    for item in sorted(full, key=lambda n: (-len(n.tokens), n.span.begin)):
        persons.put(persons.of_full_name(item.tokens) or persons.of_entry(item.span), item)
    for item in named:
        if not item.full:
            bearer = _of_another(words, _without_preposition(words, persons, item))
            persons.put(_owner(words, persons, bearer) or persons.of_entry(bearer.span), bearer)
    return sorted(persons.clusters, key=lambda c: c.mentions[0])


class _Persons:
    """The persons of a text so far, looked up by what of a name tells whose it can be."""

    def __init__(self) -> None:
        self.clusters: list[Cluster] = []
        self._numbers: dict[int, int] = {}
        self._by_full_name: dict[_Key, int] = {}
        self._by_surname: dict[str, list[int]] = {}
        self._by_given_name: dict[str, list[int]] = {}
        self._by_initials: dict[str, list[int]] = {}

    def put(self, home: Cluster | None, item: _Named) -> None:
        """Add a mention to `home`, or a new person who is mentioned so."""
        name = " ".join(item.tokens)
        if home is None:
            home = Cluster("PER", name)
            self._numbers[id(home)] = len(self.clusters)
            self.clusters.append(home)
            self._note(home)
        home.add(item.span.begin, item.span.end, name)
        if item.nickname is not None:
            _insert(self._by_given_name.setdefault(slug(item.nickname), []), self._numbers[id(home)])
        if item.span.known is not None and home.entry is None and not _another(home, item.span.known.entry):
            home.entry = item.span.known.entry
            home.name = home.entry.name
            self._note(home)
        elif home.entry is None and home.name.isupper() and not name.isupper() and slug(home.name) == slug(name):
            home.name = name  # a label ("PRIEN:") or a headline came first

    def _note(self, person: Cluster) -> None:
        """Let a person be found by the name that he has now."""
        number, own = self._numbers[id(person)], person.name.split()
        for key in _full_name_keys(own):
            self._by_full_name.setdefault(key, number)
        surnames = {slug(name) for name in (person.name, *_surnames(own))}
        own = own[:-1] if generation(own) is not None else own
        surnames |= {slug(name) for name in (own[-1], *_surnames(own))}
        if len(own) > 2:
            surnames |= {slug(" ".join(own[-2:]))} | ({slug(own[-2])} if not is_given_name(own[-2]) else set())
        for surname in surnames:
            _insert(self._by_surname.setdefault(surname, []), number)
        _insert(self._by_given_name.setdefault(slug(own[0]), []), number)
        for capitals in (initials(own), initials((own[0], own[-1]))):
            _insert(self._by_initials.setdefault(capitals, []), number)

    def of_full_name(self, tokens: Sequence[str]) -> Cluster | None:
        """The first one whose name of several words may be this one, or the only one whose two surnames it is."""
        numbers = [self._by_full_name[key] for key in _keys_of_shorter(tokens) if key in self._by_full_name]
        if numbers:
            return self.clusters[min(numbers)]
        bearers = self.of_surname(" ".join(tokens)) if len(tokens) == 2 and not is_given_name(tokens[0]) else []
        return bearers[0] if len(bearers) == 1 else None

    def of_entry(self, span: NameSpan) -> Cluster | None:
        """The one whom the gazetteer means by these words, as it does by others of the text."""
        if span.known is None:
            return None
        return next((person for person in self.clusters if person.entry is span.known.entry), None)

    def of_surname(self, name: str) -> list[Cluster]:
        """Those of a surname, the first ones first."""
        return self._first(self._by_surname, slug(name))

    def of_given_name(self, name: str) -> list[Cluster]:
        """Those of a given name, the first ones first."""
        return self._first(self._by_given_name, slug(name))

    def of_initials(self, name: str) -> list[Cluster]:
        """The only one whom two or three capitals can mean."""
        found = self._first(self._by_initials, name) if name.isupper() and len(name) in (2, 3) else []
        return found if len(found) == 1 else []

    def _first(self, numbers: Mapping[str, list[int]], key: str) -> list[Cluster]:
        return [self.clusters[number] for number in numbers.get(key, ())[:_MOST_BEARERS]]


def _insert(numbers: list[int], number: int) -> None:
    at = bisect_left(numbers, number)
    if numbers[at : at + 1] != [number]:
        numbers.insert(at, number)


def _named_persons(words: TextWords, spans: list[NameSpan]) -> list[_Named]:
    spans = [replace(span, end=with_generation(words.text, span.end)) for span in spans]
    split = [(span, person_tokens(words.text[span.begin : span.end])) for span in spans]
    known = frozenset(token for _, tokens in split for token in (tokens[:1] if len(tokens) > 1 else []) + tokens[-1:])
    named = []
    owning: dict[str, bool] = {}
    for number, (span, tokens) in enumerate(split):
        if span.known is not None:
            form = span.known.form
            named.append(_Named(span, tuple(person_tokens(form) or form.split())))  # "Frau Doktor" is an alias as well
        elif tokens:
            last = without_genitive(words, span.end, tokens, known, owning)
            called = nickname(words.text[span.begin : span.end]) or alias_behind(words.text, span.end)
            following = split[number + 1][1] if number + 1 < len(split) else []
            shared = shared_surname(words, span, following) if len(tokens) == 1 and is_given_name(last) else ()
            named.append(_Named(span, (*tokens[:-1], last, *shared), called))
    return named


def _another(person: Cluster, entry: GazetteerEntry) -> bool:
    """Whether the text has a full name of the person that is none of the entry: another Stoltenberg."""
    own = [name.split() for name in islice(person.names, _MOST_BEARERS) if len(name.split()) > 1]
    known = [name.split() for name in (entry.name, *entry.aliases, *entry.weak_aliases) if len(name.split()) > 1]
    return bool(own and known) and not any(_same_person(name, full) for name in own for full in known)


def _same_person(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """Whether two full names are one: the same first and last words, second names and initials aside."""
    return not _full_name_keys(longer).isdisjoint(_keys_of_shorter(shorter))


def _full_name_keys(tokens: Sequence[str]) -> set[_Key]:
    """By what a full name can be found: whole, by given name and surname or a part of it, by initial and surname."""
    first, double = slug(tokens[0]), tokens[-1].split("-")
    keys: set[_Key] = {("whole", slug(" ".join(tokens)), "")}
    keys |= {("initial", first[0], slug(tokens[-1]))} if generation(tokens) is None else set()
    keys |= {("surname", first, slug(surname)) for surname in _surnames(tokens)}
    return keys | ({("part", first, slug(part)) for part in double} if len(double) > 1 else set())


def _keys_of_shorter(tokens: Sequence[str]) -> set[_Key]:
    """Of the keys of a full name those that a shorter form of it has too."""
    first, last = slug(tokens[0]), slug(tokens[-1])
    keys: set[_Key] = {("whole", slug(" ".join(tokens)), ""), ("part", first, last)}
    keys |= {("surname", first, slug(surname)) for surname in _surnames(tokens)}
    return keys | ({("initial", first[0], last)} if len(tokens[0].rstrip(".")) == 1 else set())


def _surnames(tokens: Sequence[str]) -> set[str]:
    """The surname with its small particles, and with the capital ones before it; "Obst junior" for "Lars Obst jr."."""
    told = generation(tokens)
    if told is None:
        return {surname_of(tokens), surname_of(tokens, capitals=True)}
    return {f"{surname} {told}" for surname in _surnames(tokens[:-1])}


def _owner(words: TextWords, persons: _Persons, item: _Named) -> Cluster | None:
    """The person meant by a surname or a given name alone."""
    name = " ".join(item.tokens)
    told = generation(item.tokens)
    if told is not None:
        return of_generation(words, persons.of_surname(" ".join(item.tokens[:-1])), told)
    by_surname, by_given = persons.of_surname(name), persons.of_given_name(name) if len(item.tokens) == 1 else []
    spelled_so = ([c for c in found if name in c.name] for found in (by_surname, by_given))
    by_surname = next(filter(None, spelled_so), by_surname or by_given or persons.of_initials(name))
    gender = _announced_gender(words, item.span.begin)
    fitting = [c for c in by_surname if gender is None or gender_of_name(c.name) in (gender, None)]
    fitting = fitting or ([] if _titled(words, item) else by_surname)
    kin = {id(c) for c in fitting if (gender is None or gender_of_name(c.name) != gender) and _is_relative(words, c)}
    if fitting and len(kin) == len(fitting) and all(c.mentions[0].begin > item.span.begin for c in fitting):
        return None  # "Lind kam mit seiner Frau Anna Lind": his own full name is in no place
    if len(by_surname) < 2 or not fitting:
        return fitting[0] if fitting else None
    named = [c for c in fitting if gender is None and _has_given_name(c)]
    named = named if any(id(c) not in kin for c in named) else []
    before = [c for c in named or fitting if c.mentions[0].begin < item.span.begin]
    usual = [c for c in before if gender is None and name in c.names]
    if len(usual) == 1:
        return usual[0]  # the one of a couple who is called so all along
    before = [c for c in before if id(c) not in kin] or before  # "Karl Obst kam mit seiner Frau Anna Obst"
    return max(before, key=lambda c: _last_before(c, item.span.begin), default=fitting[0])


def _is_relative(words: TextWords, person: Cluster) -> bool:
    """Whether a person is introduced as a relative of somebody: the surname alone rather is that of the other."""
    return relation(words, person.mentions[0].begin) is not None


def _of_another(words: TextWords, item: _Named) -> _Named:
    """The mention without the gazetteer's entry where that is a man and "Frau" or "Ministerin" stands before."""
    if item.span.known is None or not _titled(words, item):
        return item
    entry = item.span.known.entry
    told = entry.gender or gender_of_name(entry.name)
    if told is None or told == _announced_gender(words, item.span.begin):
        return item
    return replace(item, span=replace(item.span, known=None))


def _has_given_name(person: Cluster) -> bool:
    names = person.name.split()
    return len(names) > (2 if generation(names) is not None else 1)


def _without_preposition(words: TextWords, persons: _Persons, item: _Named) -> _Named:
    """The mention without a "von" that is no part of its surname: "Von Tölke heißt es", where Hanna Tölke is known."""
    first, *rest = item.tokens
    if first.lower() != "von" or not rest or persons.of_surname(" ".join(item.tokens)):
        return item
    behind = words.of_span(item.span.begin, item.span.end)[1:]
    if not persons.of_surname(" ".join(rest)) or not behind:
        return item
    return _Named(replace(item.span, begin=behind[0].begin), tuple(rest))


def _last_before(cluster: Cluster, begin: CharOffset) -> MentionSpan:
    return cluster.mentions[bisect_left(cluster.mentions, begin, key=lambda place: place.begin) - 1]


def _titled(words: TextWords, item: _Named) -> bool:
    """Whether what stands before a name tells the gender: "Frau Müller" and "Ministerin Müller" are not Karl Müller."""
    index = before_titles(words, item.span.begin)
    if index >= 0 and words.words[index].text in GENDERED_TITLES:
        return True
    owning = words.text[item.span.end - 1] == "s" and not item.tokens[-1].endswith("s")  # "die Anwältin Müllers"
    return not owning and _announced_gender(words, item.span.begin) == "f"


def _announced_gender(words: TextWords, begin: CharOffset) -> Gender | None:
    """Gender by the title or role before a surname ("Frau Müller", "Ministerin Müller")."""
    index = before_titles(words, begin)
    if index < 0:
        return None
    before = words.words[index].text
    if before in GENDERED_TITLES:
        return GENDERED_TITLES[before]
    return gender_by_role(words, index)
