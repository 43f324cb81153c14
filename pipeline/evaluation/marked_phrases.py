"""How far the words for a speaker reach in the German news quotation dataset.

They are the whole noun phrase, where records have a part of it: "47 Prozent der Befragten", "das Magazin „Obst“",
"Obst und Reif", "Obst, eine Zeugin". A writing speaks itself: in "In der Erklärung der Räte heißt es", the speaker is
"der Erklärung der Räte", while records have those who wrote it.
"""

from collections.abc import Sequence

from pipeline.lexicon import word_list
from pipeline.lexicon.words import (
    ADVERBS,
    DETERMINERS,
    FOCUS,
    GENITIVE_DETERMINERS,
    INFORMATION_NOUNS,
    OBJECT_PRONOUNS,
    PREPOSITIONS,
    RELATIVES,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_NOUNS,
)
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import CLOSERS
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import AnalysedText, Token
from pipeline.quotes.word_shapes import is_adjective, is_finite_reporting, is_noun
from pipeline.spans import CharRange, TokenIndex, TokenRange, token_indices

_MOST_BEFORE = 30
"""Tokens before the words for a speaker in a record that may belong to their phrase."""
_SOURCES = word_list("source_prepositions")
_STANDING = frozenset({"geheißen", "heißt", "hervor", "hervorgeht", "hervorging", "hieß", "stand", "steht"})
_PLACING = frozenset({"aus", "im", "in"})
_NOT_OPENING = ADVERBS | FOCUS | PREPOSITIONS | SUBORDINATORS | TIME_NOUNS | {"so", "wie"}
_PRONOUNS = ADVERBS | OBJECT_PRONOUNS | RELATIVES | SUBJECT_PRONOUNS
_NEW_PHRASE = frozenset({"durch", "mit", "sowie", "und", "vom", "von", "“", "”", "«"})
_GOING_ON = (GENITIVE_DETERMINERS - {"der"}) | INFORMATION_NOUNS | {"(", "für", "sowie", "und", "vom"}


def whole_phrase(analysed: AnalysedText, quote: QuoteCandidate, span: CharRange) -> CharRange:
    """The words for the quote's speaker in `span` with what else of their sentence belongs to them."""
    tokens, (first, last) = analysed.tokens, analysed.token_range(*span)
    sentence = analysed.sentences[analysed.sentence_at(span.begin)]
    if first >= last or last > sentence.last or (last == first + 1 and _stands_for(tokens[first])):
        return span
    said = [analysed.token_range(*piece) for piece in quote.spans]
    low = max([sentence.first, *(piece.last for piece in said if piece.last <= first)])
    high = min([sentence.last, *(piece.first for piece in said if piece.first >= last)])
    around = TokenRange(low, high)
    cue = {at for piece in quote.cue_spans for at in token_indices(*analysed.token_range(*piece))}
    begin = _before_comma(tokens, around, _begin(tokens, around, _before_marks(tokens, around, first), last, cue))
    end = noun_phrase(tokens, begin, high, places=False)
    goes_on = last < high and tokens[last].lower in _GOING_ON
    if end is None or end <= last or not goes_on or not cue.isdisjoint(token_indices(last, end)):
        end = last
    return CharRange(
        tokens[begin].begin if begin < first else span.begin, tokens[end - 1].end if end > last else span.end
    )


def _stands_for(token: Token) -> bool:
    return not token.capital or token.lower in _PRONOUNS


def _before_marks(tokens: Sequence[Token], around: TokenRange, first: TokenIndex) -> TokenIndex:
    """Where the phrase of a name in quotation marks begins: "das Magazin „Obst“"."""
    mark = first + 1 if tokens[first].text in CLOSERS else first
    while mark > around.first and tokens[mark - 1].text in CLOSERS:
        mark -= 1
    if tokens[mark].text not in CLOSERS:
        return first
    for start in token_indices(max(around.first, mark - _MOST_BEFORE), mark):
        alone = start + 1 == mark
        if tokens[start].lower in DETERMINERS and (alone or noun_phrase(tokens, start, mark) == mark):
            return start
    return first


def _begin(
    tokens: Sequence[Token], around: TokenRange, first: TokenIndex, last: TokenIndex, cue: set[TokenIndex]
) -> TokenIndex:
    """Where the noun phrase begins that the tokens `first` to `last` are the end of.

    Behind a noun, a genitive at `first` is a speaker of his own, unless the phrase is a source, a writing or a number.
    """
    if first > around.first and tokens[first - 1].lower in _NEW_PHRASE:
        return first
    stands = any(token.lower in _STANDING for token in tokens[around.first : around.last])
    named = last - (tokens[last - 1].text == ".")
    for start in token_indices(max(around.first, first - _MOST_BEFORE), first):
        token = tokens[start]
        before = tokens[start - 1] if start > around.first else None
        behind = before is not None and before.lower in PREPOSITIONS
        source = before is not None and (before.lower in _SOURCES or (stands and before.lower in _PLACING))
        counted = token.text.isdigit() and len(token.text) < 4
        opens = before is None or before.lower in FOCUS or before.text == "," or source
        phrase = token.lower in DETERMINERS or counted or (opens and (is_noun(token) or is_adjective(token)))
        if not phrase or token.lower in _NOT_OPENING or (behind and not source):
            continue
        if tokens[first].lower in GENITIVE_DETERMINERS and not (source or counted):
            continue
        if any(_tells(tokens[at], at, cue) for at in token_indices(start, first)):
            continue
        end = noun_phrase(tokens, start, around.last)
        if end is not None and end >= named:
            return start
    return first


def _tells(token: Token, at: TokenIndex, cue: set[TokenIndex]) -> bool:
    return not token.capital and (at in cue or is_finite_reporting(token))


def _before_comma(tokens: Sequence[Token], around: TokenRange, begin: TokenIndex) -> TokenIndex:
    """Where the noun phrase begins that opens the sentence and has an apposition at `begin`."""
    comma = begin - 1
    if comma <= around.first or tokens[comma].text != ",":
        return begin
    for start in token_indices(around.first, min(around.first + 2, comma)):
        token = tokens[start]
        apposed = token.capital and token.lower not in _NOT_OPENING | (SUBJECT_PRONOUNS - DETERMINERS)
        if apposed and noun_phrase(tokens, start, comma) == comma:
            return start
    return begin
