"""The words that name a speaker: a name with the role, the attributes and the appositions around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from pipeline.entities.person_words import TITLES
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.words import DETERMINERS, INFORMATION_NOUNS
from pipeline.quotes.phrases import OUT_OF_OFFICE, noun_phrase
from pipeline.quotes.text import AnalysedText, Token
from pipeline.quotes.word_shapes import is_adjective, is_finite_reporting, is_noun
from pipeline.spans import CharOffset, CharRange, token_indices

_MOST_BEFORE = 10
"""Tokens before a name that may belong to its phrase."""
_COMMA = ", "
_OF = frozenset({"von", "vom"})


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


class Hearers:
    """Those to whom somebody speaks, by where rules find them."""

    def __init__(self, phrases: Iterable[CharRange]) -> None:
        self._phrases = sorted(set(phrases))

    def off(self, text: str, span: CharRange) -> CharRange:
        """The words for a speaker without the one at their end who is told: "ein Polizeisprecher der dpa"."""
        at = bisect_right(self._phrases, span.begin, key=lambda phrase: phrase.begin)
        heard = self._phrases[at] if at < len(self._phrases) else None
        if heard is None or heard.end != span.end:
            return span
        end = heard.begin
        while text[end - 1].isspace():
            end = CharOffset(end - 1)
        return CharRange(span.begin, end)


def whole_phrase(
    analysed: AnalysedText,
    span: CharRange,
    appositions: Appositions,
    *,
    person: bool = False,
    organisation: bool = False,
) -> CharRange:
    """The noun phrase with the name or noun in `span`: "der frühere Minister Karl Obst" for "Karl Obst".

    Right before the name of a `person`, a determiner is a word of its own ("das Obst sagte, …"); before that of an
    `organisation` may stand what it is ("die Agentur Nordpress").
    """
    begin, end = _from_role(analysed, span, person=person, organisation=organisation)
    before = appositions.before(analysed.text, begin)
    whole = CharRange(_from_role(analysed, before).begin if before is not None else begin, end)
    return with_information(analysed, with_apposition(analysed, whole, appositions))


def with_apposition(analysed: AnalysedText, span: CharRange, appositions: Appositions) -> CharRange:
    """The phrase in `span` with what a comma parts from it and means the same: "Lars Obst, der Sprecher"."""
    behind = appositions.behind(analysed.text, span.end)
    return CharRange(span.begin, behind.end) if behind is not None else span


def with_information(analysed: AnalysedText, span: CharRange) -> CharRange:
    """The phrase in `span` with the noun before it that says that it gives information: "Angaben der Polizei"."""
    tokens, first = analysed.tokens, analysed.token_range(*span).first
    noun = first - 2 if first and tokens[first - 1].lower in _OF else first - 1
    sentence = analysed.sentences[analysed.sentence_at(span.begin)]
    if noun < sentence.first or tokens[noun].lower not in INFORMATION_NOUNS:
        return span
    described = noun > sentence.first and (tokens[noun - 1].lower in DETERMINERS or is_adjective(tokens[noun - 1]))
    return CharRange(tokens[noun - described].begin, span.end)


def whose_information(analysed: AnalysedText, span: CharRange) -> CharRange:
    """The possessive in `span` with the noun behind it that says that somebody gives information: "seiner Ansicht"."""
    tokens, last = analysed.tokens, analysed.token_range(*span).last
    spoken = last < len(tokens) and tokens[last].capital and tokens[last].lower in INFORMATION_NOUNS
    return CharRange(span.begin, tokens[last].end) if spoken else span


def _from_role(
    analysed: AnalysedText, span: CharRange, *, person: bool = False, organisation: bool = False
) -> CharRange:
    """The span from where the noun phrase that it ends begins."""
    tokens = analysed.tokens
    first, last = analysed.token_range(*span)
    if first >= last:
        return span
    sentence = analysed.sentences[analysed.sentence_at(span.begin)]
    begin = first
    for start in token_indices(first - 1, max(sentence.first, first - _MOST_BEFORE) - 1, -1):
        leads = _leads_to_name(tokens[start])
        if not leads and not (organisation and is_noun(tokens[start])):
            break
        determined = tokens[start].lower in DETERMINERS
        if determined and person and start == first - 1:
            break
        may_begin = determined or (leads and is_noun(tokens[start]))
        if may_begin and noun_phrase(tokens, start, last, attach=False) == last:
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
    if token.text in TITLES or token.text in OUT_OF_OFFICE:
        return True
    described = token.lower.endswith("er") or token.text.rsplit("-", 1)[-1].islower()
    return role_word(token.text) is not None or (token.capital and described)
