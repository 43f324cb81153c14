"""Mentions of persons brought together: full names, surnames, given names, couples kept apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.entities.cluster import Cluster, NameSpan
from pipeline.entities.gazetteer import GazetteerEntry
from pipeline.entities.name_forms import person_tokens, without_genitive
from pipeline.entities.person_words import GENDERED_TITLES, PARTICLES, gender_of_name, is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from schemas.records import Gender


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
    clusters: list[Cluster] = []
    full = [item for item in named if item.full]
    for item in sorted(full, key=lambda n: (-len(n.tokens), n.span.begin)):
        home = next((c for c in clusters if _same_person(c.name.split(), item.tokens)), None)
        _put(clusters, home, item)
    for item in named:
        if not item.full:
            _put(clusters, _owner(words, clusters, item), item)
    for cluster in clusters:
        cluster.mentions.sort()
    return sorted(clusters, key=lambda c: c.mentions[0])


def _named_persons(words: TextWords, spans: list[NameSpan]) -> list[_Named]:
    split = [(span, person_tokens(words.text[span.begin : span.end])) for span in spans]
    known = frozenset(token for _, tokens in split for token in (tokens[:1] if len(tokens) > 1 else []) + tokens[-1:])
    named = []
    for span, tokens in split:
        if span.known is not None:
            named.append(_Named(span, tuple(person_tokens(span.known.form))))
        elif tokens:
            last = without_genitive(words, span.end, tokens[-1], known)
            named.append(_Named(span, (*tokens[:-1], last)))
    return named


def _put(clusters: list[Cluster], home: Cluster | None, item: _Named) -> None:
    if home is None:
        home = Cluster("PER", " ".join(item.tokens))
        clusters.append(home)
    home.add(item.span.begin, item.span.end, " ".join(item.tokens))
    if item.span.known is not None and not _another(home, item.span.known.entry):
        home.entry = home.entry or item.span.known.entry
        home.name = home.entry.name


def _another(person: Cluster, entry: GazetteerEntry) -> bool:
    """Whether the text has a full name of the person that is none of the entry: another Stoltenberg."""
    own = [name.split() for name in person.names if len(name.split()) > 1]
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


def _owner(words: TextWords, clusters: list[Cluster], item: _Named) -> Cluster | None:
    """The person meant by a surname or a given name alone."""
    name = " ".join(item.tokens)
    by_surname = [c for c in clusters if _is_surname(c, name)]
    if not by_surname and len(item.tokens) == 1:
        by_surname = [c for c in clusters if c.name.split()[0] == name]
    if len(by_surname) < 2:
        return by_surname[0] if by_surname else None
    gender = _announced_gender(words, item.span.begin)
    fitting = [c for c in by_surname if gender is None or gender_of_name(c.name) in (gender, None)] or by_surname
    before = [c for c in fitting if min(c.mentions).begin < item.span.begin]
    usual = [c for c in before if gender is None and name in c.names]
    if len(usual) == 1:
        return usual[0]  # the one of a couple who is called so all along
    return max(before, key=lambda c: max(p for p in c.mentions if p.begin < item.span.begin), default=fitting[0])


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
