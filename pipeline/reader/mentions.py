"""Mentions as the pair scorers see them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from pipeline.entities.person_words import gender_of_name
from pipeline.entities.roles_lexicon import RoleWord, role_word
from pipeline.lexicon import word_list
from pipeline.reader.layout import Layout
from pipeline.spans import TokenIndex, TokenRange
from schemas.records import MentionKind

KINDS: tuple[MentionKind, ...] = ("name", "nominal", "pronoun")

FEMININE_OR_PLURAL = word_list("feminine_or_plural_pronouns")
MASCULINE_OR_NEUTER = word_list("masculine_or_neuter_pronouns")
FIRST_PERSON = word_list("first_person_pronouns")
FEMININE_DETERMINERS = frozenset({"die", "eine", "diese", "jene", "ihre", "seine", "keine"})
INDEFINITE = frozenset({"ein", "eine", "einem", "einen", "einer", "eines"})
_OF_SOME = frozenset({"der", "von", "dieser", "ihrer", "seiner"})
"""Words behind "einer" that say of whom somebody is one."""
_LEAST_ALIKE = 4
"""Letters of a noun by which a compound with it is known."""
_PLURAL_PRONOUNS = frozenset({"ihnen", "wir", "uns", "unser", "unsere", "unserem", "unseren", "unserer", "unseres"})
_SUFFIXES = re.compile(r"(innen|in|ens|en|es|er|e|s|n)$")


@dataclass(frozen=True)
class ReaderMention:
    """Tokens `first` to `last` (excluded) of a layout that mean somebody or something.

    Attributes:
        kind: how they mean it.
        words: as they stand in the text.
        head: stem of the noun that carries the phrase, of a name its last word; in lower case.
        gender: "f", "m" or "": by the form of a pronoun or nominal, by the given name of a name.
        context: stems of the nouns right beside a name: its roles, as a rule.
        roles: of a name, stems of the roles that the text gives its bearer, here or elsewhere.
        offices: the same as what `role_word` has for their heads, and for the noun of a nominal.
        frequency: of a name, how often the text names its bearer.
    """

    first: TokenIndex
    last: TokenIndex
    kind: MentionKind
    words: tuple[str, ...]
    head: str
    gender: str
    context: frozenset[str]
    roles: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    frequency: int = 0

    @property
    def full(self) -> bool:
        """Whether a name is one of several words, hyphens aside: a surname alone may look like a given name."""
        return any("-" not in pair for pair in zip(self.words, self.words[1:], strict=False))


def describe(layout: Layout, first: TokenIndex, last: TokenIndex, kind: MentionKind) -> ReaderMention:
    """The mention of `kind` that the tokens `first` to `last` (excluded) are."""
    words = tuple(layout.words[first:last])
    lower = words[0].lower()
    if kind == "pronoun":
        gender = "m" if lower in MASCULINE_OR_NEUTER else "f" if lower in FEMININE_OR_PLURAL else ""
        return ReaderMention(first, last, kind, words, lower, gender, frozenset())
    if kind == "name":
        before = _nouns(layout, max(TokenIndex(0), first - 5), first, layout.sentence[first])
        behind = _nouns(layout, last, min(TokenIndex(len(layout)), last + 9), layout.sentence[first])
        name_gender = gender_of_name(_written(layout, first, last)) or _announced(layout, first)
        given = _roles(layout, first, last)
        roles, offices = frozenset(map(stem, given)), frozenset(role.head for role in given.values())
        context = frozenset(before | behind)
        return ReaderMention(first, last, kind, words, stem(words[-1]), name_gender or "", context, roles, offices, 1)
    head = head_of(words)
    role = role_word(head)
    gender = (role.gender if role is not None else None) or (
        "f"
        if lower in FEMININE_DETERMINERS and head.endswith("in")
        else "m"
        if lower in {"der", "ein", "dieser"}
        else ""
    )
    offices = frozenset({role.head}) if role is not None else frozenset()
    return ReaderMention(first, last, kind, words, stem(head), gender or "", frozenset(), offices=offices)


def _written(layout: Layout, first: TokenIndex, last: TokenIndex) -> str:
    """The tokens as they stand in the text: "Wagner-Tölke" is one word."""
    begin, end = layout.range(TokenRange(first, last))
    return layout.text[begin:end]


def of_one_bearer(mentions: Sequence[ReaderMention], bearers: Sequence[Hashable]) -> list[ReaderMention]:
    """The mentions, where every name knows what any other name of its bearer tells: gender, roles, how often it stands.

    `bearers` has an entry for each of `mentions`; those of kinds other than names do not count.
    """
    groups: dict[Hashable, list[ReaderMention]] = {}
    for mention, bearer in zip(mentions, bearers, strict=True):
        if mention.kind == "name":
            groups.setdefault(bearer, []).append(mention)
    known: dict[Hashable, tuple[str, frozenset[str], frozenset[str], int]] = {}
    for bearer, names in groups.items():
        full = [name for name in names if name.gender and name.full]
        genders = Counter(name.gender for name in full or names if name.gender)
        roles = frozenset[str]().union(*(name.roles for name in names))
        offices = frozenset[str]().union(*(name.offices for name in names))
        known[bearer] = (genders.most_common(1)[0][0] if genders else "", roles, offices, len(names))
    shared = []
    for mention, bearer in zip(mentions, bearers, strict=True):
        if mention.kind == "name":
            gender, roles, offices, frequency = known[bearer]
            shared.append(replace(mention, gender=gender, roles=roles, offices=offices, frequency=frequency))
        else:
            shared.append(mention)
    return shared


def introduces(mention: ReaderMention) -> bool:
    """Whether a mention brings somebody new into the article, as "ein Nachbar" does, unlike "einer der Nachbarn"."""
    if mention.kind != "nominal" or mention.words[0].lower() not in INDEFINITE:
        return False
    return len(mention.words) > 1 and mention.words[1].lower() not in _OF_SOME


def akin(noun: str, other: str) -> bool:
    """Whether two stems of nouns are the same, or one of them is a compound of the other: "zeug", "augenzeug"."""
    shorter, longer = sorted((noun, other), key=len)
    return noun == other or (len(shorter) >= _LEAST_ALIKE and longer.endswith(shorter))


def stem(word: str) -> str:
    """A noun without its endings, in lower case."""
    lower = word.lower()
    return _SUFFIXES.sub("", lower) if len(lower) > 4 else lower


def head_of(words: tuple[str, ...]) -> str:
    """The first noun of a phrase that no noun with a hyphen or a closer one follows."""
    nouns = [index for index, word in enumerate(words) if word[0].isupper() and len(word) > 1 and index > 0]
    if not nouns:
        return words[-1]
    at = nouns[0]
    while at + 1 < len(words) and (words[at + 1] == "-" or words[at] == "-" or words[at + 1][:1].isupper()):
        at += 1
    return words[at]


def _nouns(layout: Layout, first: TokenIndex, last: TokenIndex, sentence: int) -> set[str]:
    return {
        stem(word)
        for index, word in enumerate(layout.words[first:last], start=first)
        if word[0].isupper() and len(word) > 2 and layout.sentence[index] == sentence
    }


_BETWEEN_ROLE_AND_NAME = frozenset({"der", "des", "für", "von", "und", "-", "a.", "D."})
_ROLE_BEFORE, _ROLE_BEHIND = 5, 7
"""How many tokens in front of a name, and in the apposition behind it, can hold its roles."""


def _roles(layout: Layout, first: TokenIndex, last: TokenIndex) -> dict[str, RoleWord]:
    """The role words in the noun phrase that ends in a name, and in the apposition behind it."""
    words = layout.words
    found: dict[str, RoleWord] = {}
    for index in range(first - 1, max(-1, first - 1 - _ROLE_BEFORE), -1):
        word = words[index]
        if layout.sentence[index] != layout.sentence[first]:
            break
        if not word[0].isupper() and word not in _BETWEEN_ROLE_AND_NAME:
            break
        if word[0].isupper() and (role := role_word(word)) is not None:
            found[word] = role
    if last < len(words) and words[last] == ",":
        for index in range(last + 1, min(len(words), last + 1 + _ROLE_BEHIND)):
            if words[index] == "," or layout.sentence[index] != layout.sentence[first]:
                break
            if words[index][0].isupper() and (role := role_word(words[index])) is not None:
                found[words[index]] = role
    return found


def _announced(layout: Layout, first: TokenIndex) -> str | None:
    before = layout.words[first - 1] if first else ""
    if before in {"Frau", "Mrs", "Madame"}:
        return "f"
    if before in {"Herr", "Herrn", "Mr", "Monsieur"}:
        return "m"
    role = role_word(before) if before[:1].isupper() else None
    return role.gender if role is not None else None


def plural_pronoun(word: str) -> bool:
    """Whether a pronoun can only stand for several."""
    return word.lower() in _PLURAL_PRONOUNS
