"""What a word can be in a sentence, by its looks alone: a noun, an attribute, a reporting verb."""

from functools import lru_cache

from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    DETERMINERS,
    OBJECT_PRONOUNS,
    OWNING_DETERMINERS,
    PREPOSITIONS,
    SMALL_NAMES,
)
from pipeline.quotes.text import Token

_ADJECTIVE_ENDINGS = ("e", "en", "er", "es", "em", "te", "ster")
_NOT_ADJECTIVES = (
    ADVERBS
    | AUXILIARIES
    | COORDINATORS
    | PREPOSITIONS
    | OBJECT_PRONOUNS
    | {"sich", "nicht", "dass", "wie", "wenn", "als"}
)
_KNOWN_WORDS = 32_768
"""Words of which it is remembered what they look like."""


def is_adjective(token: Token) -> bool:
    """Whether a lower-case word, by its ending, can be an attribute before a noun ("deutsche", "37-jährige")."""
    return _looks_like_adjective(token.text)


def is_noun(token: Token) -> bool:
    """Whether a word is written like a noun or a name: capital, known in small letters ("dpa", "eBay"), "dm-Chefin"."""
    return _looks_like_noun(token.text)


@lru_cache(maxsize=_KNOWN_WORDS)
def _looks_like_adjective(text: str) -> bool:
    lower = text.lower()
    if lower in _NOT_ADJECTIVES or lower in DETERMINERS or not text[0].isalnum():
        return False
    if text[0].isdigit():
        return "jährige" in lower or lower.isdigit()
    return not text[0].isupper() and len(lower) > 3 and lower.endswith(_ADJECTIVE_ENDINGS)


@lru_cache(maxsize=_KNOWN_WORDS)
def _looks_like_noun(text: str) -> bool:
    if text[0].isupper():
        return text.lower() not in DETERMINERS and text.lower() not in OWNING_DETERMINERS
    if text[0].isdigit():
        return "-J" in text
    if text in SMALL_NAMES or role_word(text) is not None:
        return True
    return len(text) > 2 and text[0].isalpha() and (text[1].isupper() or text[:3] == "al-")


def is_finite_reporting(token: Token) -> bool:
    """Whether a word is a finite form of a verb that reports speech ("sagte")."""
    return any(form.kind == "finite" for form in reporting_forms().get(token.lower, ()))
