"""What somebody rejects: "Obst bestritt den Vorwurf, er habe gelogen" is no statement of Obst."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.lexicon import word_list
from pipeline.lexicon.words import DETERMINERS, GENITIVE_DETERMINERS, PREPOSITIONS
from pipeline.quotes.clauses import Clause
from pipeline.quotes.content_finder import NOT_CONTENT, ContentFinder, stripped
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import phrase_spans
from pipeline.quotes.mood import has_infinitive, is_relative, is_subjunctive, verb_second
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_adjective
from pipeline.spans import CharOffset, TokenIndex, TokenRange, token_indices

REJECTING = word_list("rejecting")
_CHARGES = word_list("charges")
_SELDOM_TOLD = frozenset({"forderung", "forderungen", "frage", "kritik", "vorwürfe"})
"""Charges behind which a main clause is an answer as often: "wies die Kritik zurück, das Bad sei sicher"."""
_ANSWERING = frozenset({"als", "damit", "mit"})
"""Words before what somebody says against a charge: "wies den Vorwurf mit dem Hinweis zurück, das Bad sei sicher"."""
_JOINTS = frozenset({":", ";", "–", "—"})
"""What stands before an answer: "bestritt den Vorwurf, das Bad sei alt: Es sei neu"."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What is rejected.

    Attributes:
        words: its tokens, with its determiner.
        owner: the tokens of whose it is, if that is told.
        told_by_main_clause: whether a main clause behind it tells it.
    """

    words: TokenRange
    owner: TokenRange | None
    told_by_main_clause: bool


class RejectedSpeech(ContentFinder):
    """Finds what the clause behind "bestritt den Vorwurf" and "gegen den Vorwurf" tells: it is of whoever makes it."""

    def find(self) -> None:
        """Adds it; its speaker is whose charge it is, if that is told."""
        for part, following in zip(self.parts, self.parts[1:], strict=False):
            charge = rejected_charge(self.tokens, part, self.cues_in(part))
            if charge is None or self.tokens[following.first - 1].text != "," or not self._tells(following, charge):
                continue
            span = stripped(self.analysed.text, self.tokens[following.first].begin, self._end(following))
            candidate = self.candidate([span], "rejected") if span is not None else None
            if candidate is not None:
                candidate.cue_spans = phrase_spans(self.analysed, [charge.words])
                candidate.speaker_spans = phrase_spans(self.analysed, [charge.owner]) if charge.owner else []
                self.found.append(candidate)

    def _end(self, charge: Clause) -> CharOffset:
        """Where the charge ends: before a clause in which somebody answers ("…, und nannte das absurd")."""
        last = charge.last
        for part in self.parts[self.index(charge) + 1 :]:
            answers = any(not cue.final and not self.in_subjunctive(cue) for cue in self.cues_in(part))
            if answers or self.tokens[part.first - 1].text in _JOINTS:
                break
            last = part.last
        return self.tokens[last - 1].end

    def _tells(self, part: Clause, charge: Charge) -> bool:
        """Whether a clause tells the charge."""
        tokens, first, last = self.tokens, part.first, part.last
        if tokens[first].lower in {"dass", "daß", "ob"}:
            return True
        if tokens[first].lower in NOT_CONTENT | {"wonach"} or is_relative(tokens, first, last):
            return False
        if has_infinitive(tokens, first, last) and not verb_second(tokens, first, last):
            return True
        return charge.told_by_main_clause and is_subjunctive(tokens, first + 1, last)


def rejected_charge(tokens: Sequence[Token], clause: Clause, cues: Sequence[Cue]) -> Charge | None:
    """The charge that a clause rejects, or that something in it is against."""
    last = [token.lower for token in tokens[clause.last - 2 : clause.last]]
    rejects = last == ["von", "sich"] or any(cue.verb.lemma in REJECTING for cue in cues)
    for at in token_indices(clause.last - 1, clause.first - 1, -1):
        if tokens[at].lower in _ANSWERING:
            return None
        if tokens[at].lower not in _CHARGES or not tokens[at].capital:
            continue
        if any(cue.finite > at and "s" in cue.verb.takes and cue.verb.lemma not in REJECTING for cue in cues):
            return None  # "Obst wies den Vorwurf zurück und sagte, …"
        first = at
        while first > clause.first and (tokens[first - 1].lower in DETERMINERS or is_adjective(tokens[first - 1])):
            first -= 1
        before = tokens[first - 1].lower if first > clause.first else ""
        if before != "gegen" and (not rejects or before in PREPOSITIONS):
            continue
        owner = _owner(tokens, at + 1, clause.last)
        beside = (owner.last if owner is not None else at + 1) == clause.last
        fronted = first == clause.first
        told = beside or not (fronted or tokens[at].lower in _SELDOM_TOLD)
        return Charge(TokenRange(first, at + 1), owner, told)
    return None


def _owner(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> TokenRange | None:
    """Whose a charge before token `first` is: "der Vorwurf der Opposition", "die Kritik von Obst"."""
    if first >= last or tokens[first].lower not in GENITIVE_DETERMINERS | {"von", "vom"}:
        return None
    begin = TokenIndex(first + (tokens[first].lower in {"von", "vom"}))
    end = noun_phrase(tokens, begin, last)
    return TokenRange(begin, end) if end is not None else None
