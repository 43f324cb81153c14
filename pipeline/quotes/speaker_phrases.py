"""The words that name a speaker: a name with the role, the attributes and the appositions around it."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.entities.person_words import TITLES
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.words import DETERMINERS
from pipeline.quotes.phrases import is_adjective, is_finite_reporting, noun_phrase
from pipeline.quotes.text import AnalysedText, Token
from pipeline.spans import CharOffset, CharRange, token_indices

_MOST_BEFORE = 10
"""Tokens before a name that may belong to its phrase."""
_COMMA = ", "


class Appositions:
    """The names and noun phrases of one speaker by where they begin and end: side by side, they are appositions."""

    def __init__(self, phrases: Iterable[CharRange]) -> None:
        self._begins: dict[CharOffset, CharRange] = {}
        self._ends: dict[CharOffset, CharRange] = {}
        for phrase in phrases:
            self._begins.setdefault(phrase.begin, phrase)
            self._ends.setdefault(phrase.end, phrase)

    def before(self, text: str, begin: CharOffset) -> CharRange | None:
        """The one that a comma parts from what begins at `begin`: "ein Sprecher der Polizei, Lars Obst"."""
        apposed = text[max(0, begin - len(_COMMA)) : begin] == _COMMA
        return self._ends.get(CharOffset(begin - len(_COMMA))) if apposed else None

    def behind(self, text: str, end: CharOffset) -> CharRange | None:
        """The one that a comma parts from what ends at `end`: "Lars Obst, der Sprecher"."""
        return self._begins.get(CharOffset(end + len(_COMMA))) if text.startswith(_COMMA, end) else None


def whole_phrase(
    analysed: AnalysedText, span: CharRange, appositions: Appositions, *, person: bool = False
) -> CharRange:
    """The noun phrase with the name or noun in `span`: "der frühere Minister Karl Obst" for "Karl Obst".

    Right before the name of a `person`, a determiner is a word of its own ("das Obst sagte, …").
    """
    begin, end = _from_role(analysed, span, person=person)
    before = appositions.before(analysed.text, begin)
    behind = appositions.behind(analysed.text, end)
    return CharRange(
        _from_role(analysed, before).begin if before is not None else begin,
        behind.end if behind is not None else end,
    )


def _from_role(analysed: AnalysedText, span: CharRange, *, person: bool = False) -> CharRange:
    """The span from where the noun phrase that it ends begins."""
    tokens = analysed.tokens
    first, last = analysed.token_range(*span)
    if first >= last:
        return span
    sentence = analysed.sentences[analysed.sentence_at(span.begin)]
    begin = first
    for start in token_indices(first - 1, max(sentence.first, first - _MOST_BEFORE) - 1, -1):
        if not _leads_to_name(tokens[start]):
            break
        determined = tokens[start].lower in DETERMINERS
        if determined and person and start == first - 1:
            break
        if (determined or tokens[start].capital) and noun_phrase(tokens, start, last, attach=False) == last:
            begin = start
        if determined:
            break
    return CharRange(tokens[begin].begin, span.end)


def _leads_to_name(token: Token) -> bool:
    """Whether a word may stand before a name in its phrase: determiner, attribute, role, title, "Bremer"."""
    if token.lower in DETERMINERS or token.text == ".":
        return True
    if is_adjective(token):
        return not is_finite_reporting(token)
    described = token.text in TITLES or role_word(token.text) is not None
    return token.capital and (described or token.lower.endswith("er") or token.text.rsplit("-", 1)[-1].islower())
