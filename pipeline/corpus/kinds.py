"""What kind of mention words are: a name, a nominal or a pronoun."""

from __future__ import annotations

import re

from pipeline.corpus.model import Chain, Kind

PRONOUNS = frozenset(
    """er sie es ihm ihn ihr ihnen ihre ihrem ihren ihrer ihres sein seine seinem seinen seiner seines
    der die das dem den des dessen deren denen dieser diese dieses diesem diesen jener jene jenes jenem jenen
    derjenige diejenige dasjenige derselbe dieselbe dasselbe beide beiden beider beides alle allen
    ich mich mir mein meine meinem meinen meiner meines wir uns unser unsere unserem unseren unserer unseres unsre
    du dich dir dein deine deinem deinen deiner deines euch euer eure eurem euren eurer eures
    welcher welche welches welchem welchen man einer eine eines keiner keine letzterer letztere letzteren letzterem ersterer erstere
    selbst selber jeder jede jedem wer wem wen dies""".split()
)
FEMININE = frozenset({"sie", "ihr", "ihre", "ihrem", "ihren", "ihrer", "ihres"})
MASCULINE = frozenset({"er", "ihm", "ihn", "sein", "seine", "seinem", "seinen", "seiner", "seines"})

DETERMINERS = frozenset(
    """der die das dem den des ein eine einem einen einer eines dieser diese dieses diesem diesen jener jene jenes jenem jenen
    sein seine seinem seinen seiner seines ihr ihre ihrem ihren ihrer ihres mein meine meinem meinen meiner meines
    unser unsere unserem unseren unserer unseres kein keine keinem keinen keiner keines manche mancher viele mehrere einige
    alle beide deren dessen""".split()
)
_WORD = re.compile(r"[^\W_]+")


def kind_of(words: str, chain: Chain) -> Kind:
    """The kind of the mention `words` of `chain`, as a rule.

    A pronoun is a word of a closed list. A name shares a word with the chain's name or an alias and does not begin with a
    determiner, unless the name does.
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
