"""What kind of mention words are: a name, a nominal or a pronoun."""

from __future__ import annotations

import re

from pipeline.corpus.data import word_list
from pipeline.corpus.model import AnnotatedChain
from schemas.records import MentionKind

PRONOUNS = word_list("kinds", "pronouns")
FEMININE = word_list("kinds", "feminine")
MASCULINE = word_list("kinds", "masculine")
DETERMINERS = word_list("kinds", "determiners")
_WORD = re.compile(r"[^\W_]+")


def kind_of(words: str, chain: AnnotatedChain) -> MentionKind:
    """The kind of the mention `words` of `chain`, as a rule.

    A pronoun is a word of a closed list. A name shares a word with the chain's name or an alias and does not begin with
    a determiner, unless the name does.
    """
    lower = words.casefold()
    if lower in PRONOUNS:
        return "pronoun"
    if not chain.named:
        return "nominal"
    tokens = _WORD.findall(words)
    if not tokens:
        return "nominal"
    names = (chain.name, *chain.aliases)
    if tokens[0].casefold() in DETERMINERS and not any(
        name.casefold().startswith(tokens[0].casefold() + " ") for name in names
    ):
        return "nominal"
    known = {_stem(token) for name in names for token in _WORD.findall(name) if not token.islower() or name.islower()}
    return "name" if any(_stem(token) in known for token in tokens) else "nominal"


def _stem(word: str) -> str:
    word = word.casefold()
    return re.sub(r"(ens|en|es|er|e|s|n)$", "", word) if len(word) > 4 else word.removesuffix("s")
