"""Which person or organisation "die Außenministerin", "der 45-Jährige" and "die Behörde" mean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.entities.cluster import Place
from pipeline.entities.data import word_list
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.nominal_gender import AGED, nominal_gender
from pipeline.entities.person_words import Gender
from pipeline.entities.pronouns import early_in_sentence, presence
from pipeline.entities.referents import Referent, demonym, nations
from pipeline.entities.roles_lexicon import RoleWord, role_word
from pipeline.entities.speaking import announces_quote, speaks
from pipeline.entities.words import Words

ARTICLES = frozenset({"der", "die", "das", "dem", "den", "des", "dieser", "diese", "dieses", "diesem", "diesen"})
_COMPLEMENT = re.compile(r" (?:der|des|von|vom) (?:[a-zäöü]+e[nrs] )?(?P<noun>[A-ZÄÖÜ][\w-]+)")
_POLITICAL = frozenset(
    {"minister", "kanzler", "präsident", "abgeordneter", "senator", "bürgermeister", "ministerpräsident"}
)
_UNNAMED = re.compile(r"\b[Ee]ine? (?:[a-zäöüß]+e[rn]? )?(?P<noun>[A-ZÄÖÜ][\w-]+)\b(?! [A-ZÄÖÜ])")
_NEAREST, _FARTHEST = 1000, 20000
"""How many code points before a noun are looked at for someone without a name."""
_LEADING = ("ressortchef", "regierungschef", "parteichef", "fraktionschef", "ressortchefin", "parteichefin")
_ADJECTIVE = re.compile(r"^[a-zäöüß-]{3,}(?:e|en)$|^\d{1,3}-?jährige[rnms]?$|^(?:Ex|[A-ZÄÖÜ]\w+er)$")
_MOST_ADJECTIVES = 2
_LEAD_SENTENCES, _NEAR_SENTENCES = 4, 4
_SIMILAR, _SYNONYMOUS = 4.0, 2.5
_PRESENT = 1.2
"""How present somebody must be to be meant by a noun that nothing supports."""
_OTHERWISE, _NEVER = -0.5, -3.0
_BODIES, _PARTIES = word_list("nominals", "bodies"), word_list("nominals", "parties")
_ORGANISATION_NOUNS = word_list("nominals", "organisation_nouns")


@dataclass(frozen=True, slots=True)
class Nominal:
    """A noun phrase that can mean someone named elsewhere: its place, its noun and the gender of whom it means."""

    begin: int
    end: int
    noun: str
    role: RoleWord | None
    gender: Gender | None


def nominals(words: Words, taken: Sequence[bool], gazetteer: Gazetteer) -> Iterator[Nominal]:
    """The definite noun phrases about one person, outside quotation marks. `taken`: which words belong to names."""
    for index, word in enumerate(words.words):
        if word.text.lower() in ARTICLES and not words.in_quotes(word.begin):
            found = read_nominal(words, index, gazetteer)
            if found is not None and not any(taken[i] for i in range(index, words.at(found.end))):
                following = words.at(found.end)
                if following < len(taken) and taken[following] and words.gap(following - 1, following) in (" ", ". "):
                    continue
                yield found


def read_nominal(words: Words, index: int, gazetteer: Gazetteer) -> Nominal | None:
    """The noun phrase about one person whose article stands at `index`."""
    article = words.words[index].text.lower()
    position = index + 1
    while position < len(words.words) and words.gap(position - 1, position) == " ":
        word = words.words[position].text
        gender = nominal_gender(article, word, gazetteer)
        if gender is not None and _attributive(words, position):
            position += 1  # "der Hamburger Stürmer"
            continue
        if gender is not None:
            role = role_word(word)
            person = None if gender == "either" else gender
            return Nominal(words.words[index].begin, words.words[position].end, word, role, person)
        if position - index > _MOST_ADJECTIVES or _ADJECTIVE.match(word) is None:
            return None
        position += 1
    return None


def _attributive(words: Words, index: int) -> bool:
    """Whether the word at `index`, no role, only says where the noun behind it is from."""
    word = words.words[index].text
    behind = words.words[index + 1] if index + 1 < len(words.words) and words.gap(index, index + 1) == " " else None
    return behind is not None and behind.capitalised and word.endswith("er") and role_word(word) is None


def bare_nominal(words: Words, begin: int, end: int, gazetteer: Gazetteer) -> Nominal | None:
    """The first word from `begin` to `end` that says what someone is, also without article ("Thüringens AfD-Chef")."""
    for word in words.within(begin, end):
        role = role_word(word.text)
        if word.begin == words.words[words.at(begin)].begin and "-" not in word.text:
            continue  # "Experten", "Angehörige": without article one noun alone is a plural
        if role is not None and role.singular:
            return Nominal(begin, end, word.text, role, role.gender)
        if role is None and word.capitalised and demonym(word.text, gazetteer) is not None:
            return Nominal(begin, end, word.text, None, "f" if word.text.endswith("in") else "m")
    return None


def person_of_nominal(
    words: Words, nominal: Nominal, referents: Sequence[Referent], gazetteer: Gazetteer, *, speaker: bool = False
) -> Referent | None:
    """The person meant: by role, party and nation first, else the one who is most present; None if nobody fits.

    A noun that nothing said of the person supports ("der Trainer", of whom no
    role is known) counts only where it is a `speaker` or says no more than
    that it is a person ("der 45-Jährige", "die Frau").
    """
    if _nameless(words, nominal):
        return None
    speaker = speaker or speaks(words, nominal.begin, nominal.end)
    party, nation = _party(nominal.noun, gazetteer), _nation(words, nominal, gazetteer)
    from_town = nominal.role is None and nation is None and AGED.match(nominal.noun) is None
    best: Referent | None = None
    best_score = 0.0
    for candidate in referents:
        if candidate.type != "PER" or (nominal.gender and candidate.gender not in (nominal.gender, None)):
            continue
        last = candidate.last_before(nominal.begin)
        far = last is not None and _far(words, nominal, last)
        fit = _fit(words, nominal, candidate, party, near=not far)
        alone = (
            fit in (0, _OTHERWISE)
            and (party is None or party.split()[-1] not in _PARTIES)
            and _spoken_of_alone(words, nominal, candidate, referents)
        )
        fit = 0.0 if alone else fit
        if fit in (_SIMILAR, _SYNONYMOUS) and far:
            fit = 1.5
        if nation is not None and candidate.nations:
            fit += 1.5 if nation in candidate.nations else -2
        near = presence(words, nominal.begin, candidate, last) if last is not None else 0.5
        if last is not None and _someone_else_between(words, nominal, last):
            continue
        unsupported = fit < 1 and (
            (last is not None and near <= (0 if alone else _PRESENT))
            or fit < 0
            or not (speaker or _says_only_person(nominal))
            or not (alone or (not from_town and _may_be_new(words, nominal, candidate)))
        )
        if unsupported or (fit < 1 and candidate.gender is None and nominal.gender == "f"):
            continue
        if last is None and fit < 4 and not (speaker and _named_soon(words, nominal, candidate, supported=fit >= 3)):
            continue
        score = 2 * fit + near
        if score > best_score:
            best, best_score = candidate, score
    return best


def _nameless(words: Words, nominal: Nominal) -> bool:
    """Whether "der 24-Jährige" is someone who came into the article without a name ("ein 24-Jähriger")."""
    age = AGED.match(nominal.noun)
    if age is None:
        return False
    unnamed = rf"\b[Ee]in(?:e[nrm]?)? (?:[a-zäöüß]+ )?{age['years']}-?[Jj]ährige[rnm]?\b(?! [A-ZÄÖÜ])"
    begin = max(0, nominal.begin - _FARTHEST)
    return re.compile(unnamed).search(words.text, begin, nominal.begin) is not None


def _spoken_of_alone(words: Words, nominal: Nominal, candidate: Referent, referents: Sequence[Referent]) -> bool:
    """Whether nobody else who can be meant is named in the paragraph's sentence before: its one person is meant.

    Of nouns that say no more than that it is a person, in the paragraph.
    """
    start = words.text.rfind("\n", 0, nominal.begin) + 1
    if not _says_only_person(nominal):
        before, _ = words.sentence_span(max(words.sentence_span(nominal.begin)[0] - 1, 0))
        start = max(start, before)

    def named(one: Referent) -> bool:
        last = one.last_before(nominal.begin)
        return last is not None and last.begin >= start

    return named(candidate) and not any(
        named(other)
        for other in referents
        if other is not candidate and other.type == "PER" and other.gender in (nominal.gender, None)
    )


def _synonyms() -> dict[str, frozenset[str]]:
    """For heads of roles the other heads that the same person may be called by."""
    return _groups("synonyms")


@cache
def _groups(name: str) -> dict[str, frozenset[str]]:
    """For each word of the groups in a list the words of its groups, itself included."""
    found: dict[str, frozenset[str]] = {}
    for group in word_list("nominals", name):
        heads = frozenset(group.split(","))
        for head in heads:
            found[head] = found.get(head, frozenset()) | heads
    return found


def _excluded(head: str) -> frozenset[str]:
    """Heads of roles that nobody has beside `head`, by their groups; what the same person may be called is none."""
    nothing: frozenset[str] = frozenset()
    return _groups("exclusive").get(head, nothing) - _synonyms().get(head, nothing) - {head}


def _someone_else_between(words: Words, nominal: Nominal, last: Place) -> bool:
    """Whether somebody without a name came after `last`, whom "die Frau" means instead ("eine Zeugin aus Kassel")."""
    if nominal.noun not in ("Mann", "Frau"):
        return False
    begin = max(last.end, nominal.begin - _NEAREST)
    roles = (role_word(match["noun"]) for match in _UNNAMED.finditer(words.text, begin, nominal.begin))
    return any(role is not None and role.singular and role.gender in (nominal.gender, None) for role in roles)


def _far(words: Words, nominal: Nominal, last: Place) -> bool:
    return words.sentence(nominal.begin) - words.sentence(last.begin) > _NEAR_SENTENCES


def _named_soon(words: Words, nominal: Nominal, candidate: Referent, *, supported: bool) -> bool:
    """Whether the name comes in one of the next sentences, as after a lead's "Der Beauftragte erklärt"."""
    first = candidate.places[0].begin
    return (supported or words.sentence(nominal.begin) < _LEAD_SENTENCES) and words.sentence(first) - words.sentence(
        nominal.begin
    ) <= 5


def _may_be_new(words: Words, nominal: Nominal, candidate: Referent) -> bool:
    """Whether a noun may say of `candidate` what was not said before: of speakers and subjects, and in a lead."""
    if _says_only_person(nominal) or words.sentence(nominal.begin) < _LEAD_SENTENCES:
        return True
    return any(
        speaks(words, place.begin, place.end)
        or announces_quote(words, place.end)
        or (
            0 < words.sentence(nominal.begin) - words.sentence(place.begin) <= 2
            and early_in_sentence(words, words.at(place.begin))
        )
        for place in candidate.places
    )


def _says_only_person(nominal: Nominal) -> bool:
    return AGED.match(nominal.noun) is not None or nominal.noun in ("Mann", "Frau", "Politiker", "Politikerin")


def _fit(words: Words, nominal: Nominal, candidate: Referent, party: str | None, *, near: bool) -> float:
    noun, head = nominal.noun.lower(), nominal.role.head if nominal.role is not None else ""
    fit = 0.0
    if noun in candidate.role_words:
        fit = 5
    elif noun in _BODIES or (head not in candidate.role_heads and _excluded(head) & candidate.role_heads):
        return _NEVER
    elif head == "politiker":
        political = candidate.role_heads & _POLITICAL or any(own.endswith(_LEADING) for own in candidate.role_words)
        fit = 1 if candidate.affiliations or political else 0
    elif any(own.endswith(noun) or noun.endswith(own) for own in candidate.role_words):
        fit = _SIMILAR
    elif head and head in candidate.role_heads:
        fit = 3
    elif candidate.role_heads & _synonyms().get(head, frozenset()):
        fit = _SYNONYMOUS
    if party is not None:
        if party in candidate.affiliations:
            fit += 2 if fit or near else 0.5
        elif candidate.affiliations:
            return _NEVER
    if fit >= 3 and _complement(words, nominal) is not None:
        fit -= 1 if _complement(words, nominal) not in candidate.role_complements else -1
    politician = party is not None and not candidate.affiliations and candidate.role_heads & _POLITICAL
    if fit == 0 and head and candidate.role_heads and "-" in noun and not politician:
        return _OTHERWISE
    return fit


def _complement(words: Words, nominal: Nominal) -> str | None:
    """The name or noun in "der Präsident der Ukraine", in lower case."""
    match = _COMPLEMENT.match(words.text, nominal.end)
    return match["noun"].lower() if match is not None else None


def _nation(words: Words, nominal: Nominal, gazetteer: Gazetteer) -> str | None:
    """Id of the country whose adjective or demonym stands in the noun phrase ("der französische Gesandte")."""
    return next(iter(nations(words, nominal.begin, nominal.end, gazetteer)), None)


def _party(noun: str, gazetteer: Gazetteer) -> str | None:
    """The organisation in a compound ("CDU-Politiker", "Grünenpolitikerin")."""
    prefix = noun.split("-", maxsplit=1)[0] if "-" in noun else ""
    candidates = [prefix] if prefix else [noun[:length] for length in range(3, len(noun) - 3)]
    for candidate in candidates:
        known = gazetteer.look_up(candidate)
        if (
            known is not None
            and known.entry.type == "ORG"
            and (prefix or role_word(noun[len(candidate) :].capitalize()))
        ):
            return known.entry.name
    return None


def organisation_of_nominal(words: Words, noun: str, begin: int, referents: Sequence[Referent]) -> Referent | None:
    """The organisation that "die Landesregierung" or "die Behörde" means: by its name, else the one last mentioned."""
    lowered = noun.lower().removesuffix("s") if len(noun) > 5 else noun.lower()
    named = [
        r
        for r in referents
        if r.type == "ORG"
        and any(part.endswith(lowered) for part in re.split(r"[\s-]", r.name.lower()))
        and len(lowered) > 3
    ]
    named = named or [r for r in referents if r.type == "ORG" and _called(words, r, noun)]
    if named:
        return max(named, key=lambda r: (p.begin if (p := r.last_before(begin)) else -1, -r.number))
    if lowered not in _ORGANISATION_NOUNS:
        return None
    near = [(p.begin, r) for r in referents if r.type == "ORG" and (p := r.last_before(begin)) is not None]
    near = [(b, r) for b, r in near if words.sentence(begin) - words.sentence(b) <= 2 and words.text[b - 1 : b] != "("]
    if lowered == "ministerium":
        near = [(b, r) for b, r in near if "minister" in r.name.lower() or r.name == "Auswärtiges Amt"]
    return max(near, key=lambda pair: pair[0])[1] if near else None


def _called(words: Words, candidate: Referent, noun: str) -> bool:
    """Whether the text says what the organisation is right before its name ("die Gewerkschaft Komba")."""
    indices = (words.at(place.begin) for place in candidate.places if place.kind == "name")
    return any(
        index and words.words[index - 1].text == noun and words.gap(index - 1, index) == " " for index in indices
    )
