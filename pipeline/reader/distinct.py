"""Which mentions of an article cannot mean the same, whatever the scorers say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from pipeline.entities.roles_lexicon import excluded_roles, role_synonyms, role_word
from pipeline.lexicon import word_list
from pipeline.lexicon.words import INFORMATION_NOUNS
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import FEMININE_DETERMINERS, INDEFINITE, ReaderMention, akin, head_of, introduces, stem

_GENITIVE = ("s", "'", "’", "ß", "x", "z")
_AGED = re.compile(r"\b(?P<years>\d{1,3}) ?(?:- ?[Jj]ährig|Jahre alt)")
_OF_MEN = frozenset({"der", "dem", "ein", "einem", "eines", "dieser", "diesem"})
_DISTINCT = word_list("distinct_bodies")
_FORMERLY = frozenset(
    stem + ending for stem in ("früher", "ehemalig", "damalig", "einstig", "vormalig") for ending in ("e", "en", "er")
)
_ANOTHER = re.compile(r"(?:ander|weiter|zweit|dritt|viert)e[mnrs]?", re.IGNORECASE)
_KNOWN_PHRASES = 4096
"""Noun phrases of which it is remembered whom they can mean."""
_LAST_PART, _FIRST_PART = 6, 3
"""Letters that the last part of two compounds has at least, and the first part of each."""


def in_turn(mentions: Sequence[ReaderMention]) -> list[int]:
    """The numbers of `mentions` in text order, but a possessive before the noun phrases that it begins."""
    return sorted(range(len(mentions)), key=lambda index: (mentions[index].first, mentions[index].kind != "pronoun"))


def owners(mentions: Sequence[ReaderMention]) -> dict[int, int]:
    """For noun phrases that begin with what says whose somebody is, the number of that mention.

    It is "ihr" in "ihr Kollege" and "Annas" in "Annas Kollege": nobody is his own colleague, so the two never mean the
    same. "Seine Angaben" are his.
    """
    whose = {m.first: index for index, m in enumerate(mentions) if m.kind == "pronoun" or _is_genitive(m)}
    return {
        index: whose[mention.first]
        for index, mention in enumerate(mentions)
        if mention.kind == "nominal" and mention.first in whose and _belongs(mention, mentions[whose[mention.first]])
    }


def _is_genitive(mention: ReaderMention) -> bool:
    """Whether a mention is a name that may stand in the genitive: "Annas", "Hans'"."""
    return mention.kind == "name" and mention.words[-1].endswith(_GENITIVE)


def _belongs(mention: ReaderMention, owner: ReaderMention) -> bool:
    """Whether a noun phrase that begins with `owner` means what is theirs, unlike "VW-Zentrale" and "seine Angaben"."""
    behind = mention.words[owner.last - owner.first :]
    nouns = (word for word in behind if word[:1].isupper())
    return bool(behind) and behind[0] != "-" and next(nouns, "").lower() not in INFORMATION_NOUNS


def unlike(
    layout: Layout,
    mentions: Sequence[ReaderMention],
    types: Sequence[str],
    chain: Sequence[int],
    candidates: Sequence[int],
    index: int,
) -> set[int]:
    """The chains of `candidates` that the noun of the mention `index` cannot mean."""
    mention = mentions[index]
    found: set[int] = set()
    if mention.kind == "nominal" and _is_another(layout, mention):
        found |= {chain[other] for other in candidates if other < index}
    if introduces(mention):
        found |= _introduced(mentions, chain, candidates, index)
    if mention.kind == "nominal" and types[index] == "ORG":
        found |= _other_compounds(mentions, chain, candidates, index)
        found |= _other_bodies(mentions, chain, candidates, index)
    if mention.kind == "nominal":
        found |= _others_by_form(mentions, chain, candidates, index)
        found |= _others_by_office(mentions, chain, candidates, index)
    return found


def _is_another(layout: Layout, mention: ReaderMention) -> bool:
    """Whether a mention means somebody beside all who were mentioned: "ein anderer Nachbar", "Andere Nachbarn".

    The determiner may stand before the mention. "Die andere Zeugin" and "einer der anderen" are known already.
    """
    if mention.words[0] in {"Andere", "Weitere"} and len(mention.words) > 1:
        return True
    first = mention.first - (_ANOTHER.fullmatch(mention.words[0]) is not None and mention.first > 0)
    determiner, adjective = layout.words[first], layout.words[first + 1 : first + 2]
    return determiner.lower() in INDEFINITE and any(map(_ANOTHER.fullmatch, adjective))


def _others_by_office(
    mentions: Sequence[ReaderMention], chain: Sequence[int], candidates: Sequence[int], index: int
) -> set[int]:
    """The chains of `candidates` with a role that nobody has together with the noun of the mention `index`.

    "Der Richter" is not "der Angeklagte", and "die Zeugin" not "Richterin Berg"; "der frühere Minister" may be anything
    now.
    """
    mention = mentions[index]
    excluded = frozenset[str]().union(*map(excluded_roles, mention.offices))
    if not excluded or not _FORMERLY.isdisjoint(word.lower() for word in mention.words):
        return set()
    called = mention.offices.union(*map(role_synonyms, mention.offices))
    others = {chain[other] for other in candidates if mentions[other].offices & excluded}
    return others - {chain[other] for other in candidates if mentions[other].offices & called}


def _others_by_form(
    mentions: Sequence[ReaderMention], chain: Sequence[int], candidates: Sequence[int], index: int
) -> set[int]:
    """The chains of `candidates` whose names or nouns tell the other gender, or whose nouns tell another age.

    "Der Bauernpräsident" is not "die Ministerin", nor "der 19-Jährige" "der 22-Jährige". Where somebody of that age is
    known, nobody else is meant.
    """
    gender, years = _form(mentions[index].words)
    if not gender and not years:
        return set()
    others = {chain[other] for other in candidates if _is_other(gender, years, mentions[other])}
    so_old = {chain[other] for other in candidates if years and _years(mentions[other]) == years} - others
    return {chain[other] for other in candidates} - so_old if so_old else others


def _years(mention: ReaderMention) -> str:
    return _form(mention.words)[1] if mention.kind == "nominal" else ""


def _is_other(gender: str, years: str, mention: ReaderMention) -> bool:
    if mention.kind == "pronoun":
        return False
    other = _form(mention.words)[0] if mention.kind == "nominal" else mention.gender
    age = _years(mention)
    return bool(gender and other and gender != other) or bool(years and age and years != age)


@lru_cache(maxsize=_KNOWN_PHRASES)
def _form(words: tuple[str, ...]) -> tuple[str, str]:
    """The gender of the one person that a noun phrase means by its form, and the age; empty where it does not tell."""
    aged = _AGED.search(" ".join(words))
    role, article = role_word(head_of(words)), words[0].lower()
    told = role is not None and role.singular and article in (_OF_MEN if role.gender == "m" else FEMININE_DETERMINERS)
    return (role.gender or "") if role is not None and told else "", aged["years"] if aged is not None else ""


def _introduced(
    mentions: Sequence[ReaderMention], chain: Sequence[int], candidates: Sequence[int], index: int
) -> set[int]:
    """The chains of `candidates` that the article knows by other nouns or names when the mention `index` comes.

    "Ein Nachbar" is none of them, but may be called so once more, or be named in what follows.
    """
    before = [other for other in candidates if other < index and mentions[other].kind != "pronoun"]
    again = {
        chain[other]
        for other in before
        if mentions[other].kind == "nominal" and akin(mentions[other].head, mentions[index].head)
    }
    return {chain[other] for other in before} - again


def _other_compounds(
    mentions: Sequence[ReaderMention], chain: Sequence[int], candidates: Sequence[int], index: int
) -> set[int]:
    """The chains of `candidates` that another compound with the last noun of the mention `index` names.

    "Der Apothekerverband" is not the "Kassenverband", also where that is called "Verband".
    """
    head = mentions[index].head
    called = [(chain[other], _nouns(mentions[other])) for other in candidates if mentions[other].kind != "pronoun"]
    same = {number for number, nouns in called if any(noun.endswith(head) for noun in nouns)}
    return {number for number, nouns in called if any(_is_other_compound(noun, head) for noun in nouns)} - same


def _other_bodies(
    mentions: Sequence[ReaderMention], chain: Sequence[int], candidates: Sequence[int], index: int
) -> set[int]:
    """The chains of `candidates` that are called a body that the one of the mention `index` is not.

    "Die Feuerwehr" is not the "Bundespolizei", but "die Gewerkschaft" may be that "der Polizei".
    """
    own = _bodies(mentions[index])
    if not own:
        return set()
    called = [(chain[other], _bodies(mentions[other])) for other in candidates if mentions[other].kind != "pronoun"]
    return {number for number, bodies in called if bodies - own} - {number for number, bodies in called if bodies & own}


def _bodies(mention: ReaderMention) -> frozenset[str]:
    """What bodies the noun of a nominal, or the words of a name, end with."""
    nouns = (head_of(mention.words),) if mention.kind == "nominal" else mention.words
    return frozenset(body for noun in nouns for body in _DISTINCT if noun.lower().removesuffix("s").endswith(body))


def _nouns(mention: ReaderMention) -> list[str]:
    return [mention.head] if mention.kind == "nominal" else [stem(word) for word in mention.words if word[:1].isupper()]


def _is_other_compound(noun: str, other: str) -> bool:
    """Whether two stems are compounds that only share their last part, as "kassenverband" and "apothekerverband"."""
    pairs = zip(reversed(noun), reversed(other), strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return shared >= _LAST_PART and min(len(noun), len(other)) >= shared + _FIRST_PART
