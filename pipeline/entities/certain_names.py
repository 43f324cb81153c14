"""Names so evident that they hold even where the model saw none."""

from collections.abc import Iterator

from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.organisation_patterns import certain_organisations
from pipeline.entities.person_patterns import person_spans
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.roles_lexicon import RoleWord, role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.lexicon.words import PREPOSITIONS
from pipeline.spans import CharOffset, TokenIndex
from schemas.records import EntityType

_ARTICLES = word_list("articles_before_roles")


def certain_names(words: TextWords, gazetteer: Gazetteer) -> Iterator[tuple[CharOffset, CharOffset, EntityType]]:
    """Begin, end and type of organisations ("NRW-Landesregierung") and of people ("der Rapper Haftbefehl")."""
    for begin, end in certain_organisations(words.text):
        yield begin, end, "ORG"
    if not NAME_RULES["introduced-person"].on:
        return
    for begin, end in person_spans(words, gazetteer):
        if _introduced(words, words.at(begin)):
            yield begin, end, "PER"


def _introduced(words: TextWords, index: TokenIndex) -> bool:
    """Whether an article and a role stand before the word at `index` and can be in one case with it."""
    role = role_word(words.words[index - 1].text) if index >= 2 else None
    if role is None or words.gap(index - 1, index) != " ":
        return False
    first = index - 2
    if words.words[first].text[0].islower() and words.words[first].text not in _ARTICLES and first > 0:
        first -= 1
    article = words.words[first].text.lower()
    if article not in _ARTICLES:
        return False
    return not _may_be_object(article, role, words.words[index - 1].text) or _behind_preposition(words, first)


def _may_be_object(article: str, role: RoleWord, word: str) -> bool:
    """Whether article and role can be an object of their own: "wirft dem Angeklagten Totschlag vor"."""
    feminine = role.gender == "f" or (role.gender is None and word.endswith("n"))
    return article in ("dem", "den") or (article == "der" and feminine)


def _behind_preposition(words: TextWords, index: TokenIndex) -> bool:
    return index > 0 and words.words[index - 1].text.lower() in PREPOSITIONS and words.gap(index - 1, index) == " "
