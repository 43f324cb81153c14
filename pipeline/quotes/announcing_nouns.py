"""What a noun announces before a colon: "Ihr Rat: …", "Obsts Fazit: …", "Die Forderung der Stadt: …"."""

from collections.abc import Sequence

from pipeline.lexicon.words import ANNOUNCING, AUXILIARIES, GENITIVE_DETERMINERS, TIME_NOUNS
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.direct import may_be_finite, phrase_spans
from pipeline.quotes.phrases import is_noun, noun_phrase
from pipeline.quotes.registry import by_rule
from pipeline.quotes.text import AnalysedText, Sentence, Token
from pipeline.spans import CharRange, TokenRange

_POSSESSIVES = frozenset({"sein", "seine", "ihr", "ihre"})
_FARTHEST = 10
"""Tokens from the sentence's begin to the colon in which an announcement stands."""
_LEAST_WORDS = 3


def _announcement(tokens: Sequence[Token], first: int, colon: int) -> TokenRange | None:
    """The noun that announces words, with its owner, from `first` on; None where nobody owns it."""
    if colon - first > _FARTHEST:
        return None
    noun = next((at for at in range(first, colon) if _announces(tokens[at])), None)
    if noun is None:
        return None
    if tokens[first].lower in _POSSESSIVES:
        plain = all(not is_noun(token) for token in tokens[first + 1 : noun])
        return TokenRange(first, noun + 1) if plain else None
    behind = noun + 1
    if behind < colon and tokens[behind].lower in GENITIVE_DETERMINERS:
        end = noun_phrase(tokens, behind, colon)
        return TokenRange(first, end) if end == colon and tokens[end - 1].lower not in TIME_NOUNS else None
    if behind + 1 < colon and tokens[behind].lower == "von":
        end = noun_phrase(tokens, behind + 1, colon)
        return TokenRange(first, end) if end == colon else None
    owner = tokens[first:noun]
    named = owner and all(is_noun(token) for token in owner) and owner[-1].lower.endswith(("s", "x", "z"))
    return TokenRange(first, noun + 1) if named else None


def _announces(token: Token) -> bool:
    return token.capital and token.lower in ANNOUNCING


def _has_verb(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether there may be a verb: "zwei Jahre Haft" is what somebody gets, and not what he says."""
    if first + 1 < last and tokens[first].lower.endswith("n") and tokens[first + 1].text == "Sie":
        return True
    return any(
        may_be_finite(token)
        or token.lower in AUXILIARIES
        or (token.word and not token.capital and token.lower.endswith("en"))
        for token in tokens[first:last]
    )


def announced_speech(analysed: AnalysedText, sentence: Sentence) -> QuoteCandidate | None:
    """ "Sein Fazit: Die Brücke kommt zu spät.": what stands behind the colon, in whatever mood."""
    tokens = analysed.tokens
    stop = min(sentence.last - _LEAST_WORDS, sentence.first + _FARTHEST + 1)
    colon = next((at for at in range(sentence.first, stop) if tokens[at].text == ":"), None)
    owner = _announcement(tokens, sentence.first, colon) if colon is not None else None
    if colon is None or owner is None or not _has_verb(tokens, colon + 1, sentence.last):
        return None
    end = sentence.end - (analysed.text[sentence.end - 1] in ".!?")
    candidate = QuoteCandidate([CharRange(tokens[colon + 1].begin, end)], "Indirect")
    candidate.speaker_spans = phrase_spans(analysed, [owner])
    candidate.frame_spans = [CharRange(sentence.begin, tokens[colon].begin)]
    return by_rule(candidate, "announced")
