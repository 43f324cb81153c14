"""What is meant by "darin" in a frame: "Die Kammer legte ein Gutachten vor. Die Brücke sei sicher, heißt es darin"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.lexicon import endings
from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import DETERMINERS, DOCUMENTS
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import AnalysedText, Sentence, Token
from pipeline.quotes.word_shapes import is_adjective
from pipeline.spans import CharRange, TokenIndex, token_indices

_THEREIN = frozenset({"darin", "hierin"})
_STANDS = frozenset({"heißen", "stehen"})
_WRITINGS = (*DOCUMENTS, *endings("writings"))
_DECLINED = ("", "s", "es", "e", "en", "n")
_INDEFINITE = frozenset({"ein", "eine", "einem", "einen", "einer", "eines"})
_FARTHEST = 3
"""How many sentences before a frame the writing may be named in."""
_MOST_ATTRIBUTES = 6


def written_in(analysed: AnalysedText, number: int, candidate: QuoteCandidate) -> CharRange | None:
    """The noun phrase that "darin" in the frame of `candidate` means: a writing that was named before.

    `number` is the sentence of the frame. None if the frame is not "heißt es darin" or "steht darin", or no writing was
    named.
    """
    tokens, sentence = analysed.tokens, analysed.sentences[number]
    frame, cue = _words(analysed, candidate.frame_spans), _words(analysed, candidate.cue_spans)
    stands = any(form.verb.lemma in _STANDS for word in cue for form in reporting_forms().get(word, ()))
    if not stands or _THEREIN.isdisjoint(frame):
        return None
    for before in range(number - 1, max(-1, number - 1 - _FARTHEST), -1):
        earlier = analysed.sentences[before]
        if sentence.paragraph - earlier.paragraph > 1:
            return None
        phrases = list(_writings(tokens, earlier))
        if phrases:
            begin, end = next((p for p in phrases if tokens[p[0]].lower in _INDEFINITE), phrases[-1])
            return CharRange(tokens[begin].begin, tokens[end - 1].end)
    return None


def _words(analysed: AnalysedText, spans: Sequence[CharRange]) -> list[str]:
    ranges = (analysed.token_range(begin, end) for begin, end in spans)
    return [token.lower for first, last in ranges for token in analysed.tokens[first:last]]


def _writings(tokens: Sequence[Token], sentence: Sentence) -> Iterator[tuple[TokenIndex, TokenIndex]]:
    """The noun phrases of a sentence that name writings, without appositions ("die Liste, ein Papier der Kammer")."""
    for at in token_indices(sentence.first, sentence.last):
        if not (tokens[at].capital and _is_writing(tokens[at].lower)):
            continue
        first = at
        while first > max(sentence.first, at - _MOST_ATTRIBUTES) and is_adjective(tokens[first - 1]):
            first -= 1
        determined = first > sentence.first and tokens[first - 1].lower in DETERMINERS
        owned = determined and tokens[first - 1].lower.startswith(("ihr", "sein", "mein", "unser"))
        begin = first - 1 if determined and not owned else first
        apposed = determined and first - 2 >= sentence.first and tokens[first - 2].text == ","
        if not apposed:
            yield begin, noun_phrase(tokens, begin, sentence.last) or at + 1


def _is_writing(noun: str) -> bool:
    return any(noun.removesuffix(ending).endswith(_WRITINGS) for ending in _DECLINED)
