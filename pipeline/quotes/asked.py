"""What somebody was asked: "Auf die Frage, ob er gehe, sagte Obst: „Nein.“" is no statement of Obst.

"Gefragt, ob er gehe, sagte Obst: „Nein.“" is the same.
"""

from collections.abc import Sequence

from pipeline.lexicon import word_list
from pipeline.lexicon.words import ASKED, CONTENT_OPENERS, COORDINATORS, GENITIVE_DETERMINERS, RELATIVES, SUBORDINATORS
from pipeline.quotes.clauses import Clause
from pipeline.quotes.content_finder import ContentFinder, stripped
from pipeline.quotes.direct import phrase_spans
from pipeline.quotes.mood import is_subjunctive
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import Token
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange, token_indices

_GOING_ON = CONTENT_OPENERS | COORDINATORS | RELATIVES | SUBORDINATORS
_QUESTIONS = ("frage", "fragen")
_REFERRING = word_list("referring_to_a_question")
_BEFORE_NOUN = 4
"""Words between "auf" and the question, at most: "auf die wiederholte und wichtige Frage"."""


class AskedSpeech(ContentFinder):
    """Finds the indirect questions behind "auf die Frage" and "gefragt": they are of whoever asks, not who answers."""

    def find(self) -> None:
        """Adds them; their speaker is whose question it is, if that is told."""
        for part, following in zip(self.parts, self.parts[1:], strict=False):
            noun = question_noun(self.tokens, part)
            asked = part.last - 1 if noun is None and _is_asked(self.tokens, part) else noun
            if asked is None or self.tokens[following.first].lower not in CONTENT_OPENERS - {"dass", "daß"}:
                continue
            if is_subjunctive(self.tokens, part.first, asked):
                continue  # "Obst habe auf die Frage, ob sie gehe, geschwiegen" is said as a whole
            span = stripped(self.analysed.text, self.tokens[following.first].begin, self._end(following))
            candidate = self.candidate([span], "asked") if span is not None else None
            if candidate is not None:
                owner = _owner(self.tokens, noun + 1, part.last) if noun is not None else _asker(self.tokens, part)
                candidate.speaker_spans = phrase_spans(self.analysed, [owner]) if owner is not None else []
                candidate.cue_spans = [CharRange(self.tokens[asked].begin, self.tokens[asked].end)]
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


def _is_asked(tokens: Sequence[Token], clause: Clause) -> bool:
    """Whether a clause is "gefragt", perhaps with who asks or "danach": what stands in it has no verb of its own."""
    last = clause.last - 1
    if tokens[last].lower not in ASKED:
        return False
    rest = [at for at in token_indices(clause.first, last) if tokens[at].lower not in _REFERRING]
    return not rest or _asker(tokens, clause) == TokenRange(rest[0] + 1, last)


def _asker(tokens: Sequence[Token], clause: Clause) -> TokenRange | None:
    """Who asks in a clause that ends with "gefragt": "von einer Reporterin gefragt"."""
    for at in token_indices(clause.first, clause.last - 2):
        if tokens[at].lower in {"von", "vom"} and noun_phrase(tokens, at + 1, clause.last - 1) == clause.last - 1:
            return TokenRange(at + 1, TokenIndex(clause.last - 1))
    return None


def _owner(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> TokenRange | None:
    """Whose the question before token `first` is, if nothing else stands before token `last`."""
    if first >= last or tokens[first].lower not in GENITIVE_DETERMINERS | {"von", "vom"}:
        return None
    begin = first + (tokens[first].lower in {"von", "vom"})
    return TokenRange(begin, last) if noun_phrase(tokens, begin, last) == last else None
