"""Noun phrases that can mean somebody named elsewhere: "die Außenministerin", "der 45-Jährige"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.nominal_gender import nominal_gender
from pipeline.entities.referents import demonym
from pipeline.entities.roles_lexicon import RoleWord, role_word
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset, TokenIndex, numbered_tokens
from schemas.records import Gender

ARTICLES = frozenset({"der", "die", "das", "dem", "den", "des", "dieser", "diese", "dieses", "diesem", "diesen"})
_ADJECTIVE = re.compile(r"^[a-zäöüß-]{3,}(?:e|en)$|^\d{1,3}-?jährige[rnms]?$|^(?:Ex|[A-ZÄÖÜ]\w+er)$")
_MOST_ADJECTIVES = 2


@dataclass(frozen=True, slots=True)
class Nominal:
    """A noun phrase that can mean someone named elsewhere: its place, its noun and the gender of whom it means."""

    begin: CharOffset
    end: CharOffset
    noun: str
    role: RoleWord | None
    gender: Gender | None


def nominals(words: TextWords, taken: Sequence[bool], gazetteer: Gazetteer) -> Iterator[Nominal]:
    """The definite noun phrases about one person, outside quotation marks. `taken`: which words belong to names."""
    for index, word in numbered_tokens(words.words):
        if word.text.lower() in ARTICLES and not words.in_quotes(word.begin):
            found = read_nominal(words, index, gazetteer)
            if found is not None and not any(taken[i] for i in range(index, words.at(found.end))):
                following = words.at(found.end)
                if following < len(taken) and taken[following] and words.gap(following - 1, following) in (" ", ". "):
                    continue
                yield found


def read_nominal(words: TextWords, index: TokenIndex, gazetteer: Gazetteer) -> Nominal | None:
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


def _attributive(words: TextWords, index: TokenIndex) -> bool:
    """Whether the word at `index`, no role, only says where the noun behind it is from."""
    word = words.words[index].text
    behind = words.words[index + 1] if index + 1 < len(words.words) and words.gap(index, index + 1) == " " else None
    return behind is not None and behind.capitalised and word.endswith("er") and role_word(word) is None


def bare_nominal(words: TextWords, begin: CharOffset, end: CharOffset, gazetteer: Gazetteer) -> Nominal | None:
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
