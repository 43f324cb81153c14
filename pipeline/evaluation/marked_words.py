"""How many words of a speaker, an addressee and a cue the German news quotation dataset marks.

Speakers and addressees have the quotation marks around them and the brackets behind them ("der Verband „Obst“ (VO)"),
but no preposition that is one word with its article ("im Bericht"). An addressee has its article and what it is ("der
Zeitung Nordpress"). A cue has more words than the verb: "wie … mitteilt", "heißt es", "geht davon aus", "die Meinung",
"nannte … als", "mit den Worten", but not "dazu".
"""

import re

from pipeline.lexicon import word_list
from pipeline.lexicon.words import CORRELATES, DETERMINERS, PREPOSITIONS
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.direct import token_spans
from pipeline.quotes.marks import CLOSERS
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharOffset, CharRange, TokenIndex, token_indices

_BRACKET = re.compile(r" ?\([^()\n]{1,40}\)")
_WITH_ARTICLE = word_list("prepositions_with_article")
_BESIDE = frozenset({"damit", "dazu"})
_WITH_VERB = (CORRELATES - _BESIDE) | {"es"}
_OPENING = frozenset({"so", "wie"})
_IN_WORDS = ("mit", "den", "worten")


def as_marked(analysed: AnalysedText, span: CharRange) -> CharRange:
    """The words for somebody, with marks and brackets that belong to them, and without a preposition."""
    text, (begin, end) = analysed.text, span
    first, last = analysed.token_range(begin, end)
    if last - first > 1 and analysed.tokens[first].lower in _WITH_ARTICLE:
        begin = analysed.tokens[first + 1].begin
    if begin and text[begin - 1] in CLOSERS and text[end : end + 1] in tuple(CLOSERS[text[begin - 1]]):
        begin, end = CharOffset(begin - 1), CharOffset(end + 1)
    bracket = _BRACKET.match(text, end)
    return CharRange(begin, CharOffset(bracket.end()) if bracket is not None else end)


def with_role(analysed: AnalysedText, span: CharRange) -> CharRange:
    """The words for somebody, with a noun right before them that says what he is, and the article."""
    tokens, at = analysed.tokens, analysed.token_range(*span).first
    if at == len(tokens) or tokens[at].lower in DETERMINERS:
        return span
    begin = analysed.sentences[analysed.sentence_at(span.begin)].first
    noun = tokens[at - 1] if at > begin else None
    if noun is not None and noun.capital and noun.lower not in DETERMINERS | PREPOSITIONS:
        at -= 1
    if at > begin and tokens[at - 1].lower in DETERMINERS:
        at -= 1
    return CharRange(min(tokens[at].begin, span.begin), span.end)


def whole_cue(analysed: AnalysedText, quote: QuoteCandidate) -> list[CharRange]:
    """The words of the quote's frame that show speech, by its cue."""
    tokens = analysed.tokens
    ranges = (analysed.token_range(*piece) for piece in quote.frame_spans)
    pieces = [piece for piece in ranges if piece.first < piece.last]
    framed = {at for piece in pieces for at in token_indices(*piece)}
    cue = {at for span in quote.cue_spans for at in token_indices(*analysed.token_range(*span))}
    verb = {at for at in cue if tokens[at].lower not in _BESIDE}
    if not verb or not framed:
        return quote.cue_spans
    beside = {TokenIndex(at + step) for at in verb for step in (-1, 1)} & framed
    words = verb | {at for at in beside if tokens[at].lower in _WITH_VERB}
    nouns = {at for at in verb if tokens[at].capital and tokens[at].lower not in PREPOSITIONS}
    words |= {before for at in nouns if tokens[before := TokenIndex(at - 1)].lower in DETERMINERS and before in framed}
    for first, last in pieces:
        opening = first + (not tokens[first].word)
        if opening < last and tokens[opening].lower in _OPENING and any(first <= at < last for at in verb):
            words.add(opening)
        for at in token_indices(first, TokenIndex(last - len(_IN_WORDS) + 1)):
            if tuple(token.lower for token in tokens[at : at + len(_IN_WORDS)]) == _IN_WORDS:
                words |= {TokenIndex(at + step) for step in range(len(_IN_WORDS))}
    if quote.type == "Direct":
        words |= _as_before(analysed, quote) & framed
    return token_spans(analysed, sorted(words))


def _as_before(analysed: AnalysedText, quote: QuoteCandidate) -> set[TokenIndex]:
    """The "als" right before words in quotation marks, also with an article: "nannte es als einen „Fehler“"."""
    first = analysed.token_range(*quote.spans[0]).first
    at = TokenIndex(first - 1 - (first > 1 and analysed.tokens[first - 1].lower in DETERMINERS))
    return {at} if at >= 0 and analysed.tokens[at].lower == "als" else set()
