"""What somebody was asked: "Auf die Frage, ob er gehe, sagte Obst: „Nein.“" is no statement of Obst."""

from collections.abc import Sequence

from pipeline.lexicon.words import CONTENT_OPENERS, COORDINATORS, GENITIVE_DETERMINERS, RELATIVES, SUBORDINATORS
from pipeline.quotes.clauses import Clause
from pipeline.quotes.content_finder import ContentFinder, stripped
from pipeline.quotes.direct import phrase_spans
from pipeline.quotes.mood import is_subjunctive
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import Token
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange, token_indices

_GOING_ON = CONTENT_OPENERS | COORDINATORS | RELATIVES | SUBORDINATORS
_QUESTIONS = ("frage", "fragen")
_BEFORE_NOUN = 4
"""Words between "auf" and the question, at most: "auf die wiederholte und wichtige Frage"."""


class AskedSpeech(ContentFinder):
    """Finds the indirect questions behind "auf die Frage", which are of whoever asks and not of whoever answers."""

    def find(self) -> None:
        """Adds them; their speaker is whose question it is, if that is told."""
        for part, following in zip(self.parts, self.parts[1:], strict=False):
            noun = question_noun(self.tokens, part)
            if noun is None or self.tokens[following.first].lower not in CONTENT_OPENERS - {"dass", "daß"}:
                continue
            if is_subjunctive(self.tokens, part.first, noun):
                continue  # "Obst habe auf die Frage, ob sie gehe, geschwiegen" is said as a whole
            span = stripped(self.analysed.text, self.tokens[following.first].begin, self._end(following))
            candidate = self.candidate([span], "asked") if span is not None else None
            if candidate is not None:
                owner = _owner(self.tokens, noun + 1, part.last)
                candidate.speaker_spans = phrase_spans(self.analysed, [owner]) if owner is not None else []
                candidate.cue_spans = [CharRange(self.tokens[noun].begin, self.tokens[noun].end)]
                self.found.append(candidate)

    def _end(self, question: Clause) -> CharOffset:
        """Where the question ends, with the clauses that depend on it."""
        last = question.last
        for part in self.parts[self.index(question) + 1 :]:
            if self.tokens[part.first].lower not in _GOING_ON:
                break
            last = part.last
        return self.tokens[last - 1].end


def question_noun(tokens: Sequence[Token], clause: Clause) -> TokenIndex | None:
    """The question that closes a clause behind "auf", perhaps with whose it is: "auf Nachfrage eines Reporters"."""
    for at in token_indices(clause.last - 1, clause.first, -1):
        if tokens[at].capital and tokens[at].lower.endswith(_QUESTIONS):
            first = max(clause.first, at - _BEFORE_NOUN - 1)
            leads = any(tokens[before].lower == "auf" for before in token_indices(first, at))
            whole = at + 1 == clause.last or _owner(tokens, at + 1, clause.last) is not None
            return at if leads and whole else None
    return None


def _owner(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> TokenRange | None:
    """Whose the question before token `first` is, if nothing else stands before token `last`."""
    if first >= last or tokens[first].lower not in GENITIVE_DETERMINERS | {"von", "vom"}:
        return None
    begin = first + (tokens[first].lower in {"von", "vom"})
    return TokenRange(begin, last) if noun_phrase(tokens, begin, last) == last else None
