"""Names so evident that they hold even where the model saw none."""

from collections.abc import Iterator

from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.organisation_patterns import certain_organisations
from pipeline.entities.person_patterns import person_spans
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
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
    """Whether an article and a role stand before the word at `index`."""
    if index < 2 or role_word(words.words[index - 1].text) is None or words.gap(index - 1, index) != " ":
        return False
    before = words.words[index - 2].text
    if before[0].islower() and before not in _ARTICLES and index >= 3:
        before = words.words[index - 3].text
    return before.lower() in _ARTICLES
