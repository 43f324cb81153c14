"""Sentences that are speech as a whole: looks back ("Das sagte X"), speech acts without their words, hearsay."""

from collections.abc import Sequence

from pipeline.lexicon.words import SAYING
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import phrase_spans, with_roles
from pipeline.quotes.registry import by_rule
from pipeline.quotes.text import AnalysedText, Sentence, Token
from pipeline.spans import CharRange, TokenIndex, token_indices

_REFERRING = frozenset({"das", "dies", "dieses"})
_HEARSAY = frozenset({"soll", "sollen"})
_PERFECT = frozenset({"haben", "sein", "worden"})


def back_reference(
    analysed: AnalysedText,
    sentence: Sentence,
    before: Sentence | None,
    cues: Sequence[Cue],
    *,
    said_before: bool,
) -> QuoteCandidate | None:
    """ "Das sagte die Ministerin": the sentence before is what she said.

    Where somebody says it there (`said_before`), who says so as well or confirms it does not say that sentence.
    """
    opener = analysed.tokens[sentence.first]
    if before is None or opener.lower not in _REFERRING or sentence.paragraph != before.paragraph:
        return None
    for cue in cues:
        if cue.finite == sentence.first + 1 and cue.verb.lemma in SAYING | {
            "hervorgehen",
            "verkünden",
            "bekannt geben",
        }:
            also = any(token.lower == "auch" for token in analysed.tokens[cue.finite + 1 : cue.clause.last])
            if said_before and (also or cue.verb.lemma == "bestätigen"):
                return None
            candidate = QuoteCandidate(
                [CharRange(before.begin, before.end), CharRange(opener.begin, opener.end)], "Indirect"
            )
            with_roles(analysed, candidate, cue)
            end = sentence.end - (analysed.text[sentence.end - 1] in ".!?")
            candidate.frame_spans = [CharRange(analysed.tokens[cue.finite].begin, end)]
            return by_rule(candidate, "back-reference")
    return None


def reported_speech_act(analysed: AnalysedText, sentence: Sentence, cues: Sequence[Cue]) -> QuoteCandidate | None:
    """A speech act without its words: "Die Opposition kritisierte den Entwurf"."""
    for cue in cues:
        if "r" not in cue.verb.takes or cue.final or not (cue.speaker or cue.passive):
            continue
        topic = {token.lower for token in analysed.tokens[cue.clause.first : cue.clause.last]}
        if cue.verb.lemma == "sprechen" and not topic & {"von", "vom", "davon"}:
            continue
        if analysed.text[sentence.end - 1] == "?":
            continue
        candidate = QuoteCandidate([CharRange(sentence.begin, sentence.end)], "Reported", cue.verb.medium)
        candidate.speaker_spans = phrase_spans(analysed, cue.speaker)
        candidate.addressee_spans = phrase_spans(analysed, cue.addressee)
        return by_rule(candidate, "reported")
    return None


def is_hearsay(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether a main clause has "soll … haben", "sollen … worden sein": hearsay, not a plan."""
    for index in token_indices(first, last):
        if tokens[index].lower in _HEARSAY:
            closing = [token.lower for token in tokens[index + 1 : last]]
            return any(word in _PERFECT for word in closing)
    return False
