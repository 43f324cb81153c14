"""The words that name a speaker: a name with the role, the attributes and the appositions around it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.entities.person_words import TITLES
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.words import DETERMINERS
from pipeline.quotes.phrases import is_adjective, is_finite_reporting, noun_phrase
from pipeline.quotes.text import AnalysedText, Token
from pipeline.spans import CharRange, token_indices

_MOST_BEFORE = 10
"""Tokens before a name that may belong to its phrase."""
_APPOSED = ", "


def whole_phrase(analysed: AnalysedText, span: CharRange, others: Sequence[CharRange]) -> CharRange:
    """The noun phrase with the name or noun in `span`: "der frühere Minister Karl Obst" for "Karl Obst".

    `others` are further names and noun phrases of the same speaker, in text order; one beside the span is its
    apposition ("ein Sprecher der Polizei, Lars Obst").
    """
    begin, end = _from_role(analysed, span)
    for other in reversed(others):
        if other.end <= begin and analysed.text[other.end : begin] == _APPOSED:
            begin = _from_role(analysed, other).begin
    for other in others:
        if other.begin >= end and analysed.text[end : other.begin] == _APPOSED:
            end = other.end
    return CharRange(begin, end)


def _from_role(analysed: AnalysedText, span: CharRange) -> CharRange:
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
