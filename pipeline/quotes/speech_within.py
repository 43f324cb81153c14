"""Speech that is reported within somebody's speech: "Obst sagte, sie sei froh. Reif habe ihr geraten, zu warten"."""

from collections.abc import Sequence

from pipeline.lexicon.words import RELATIVES
from pipeline.quotes.candidates import QuoteCandidate, covered, shared
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import with_roles
from pipeline.quotes.indirect import VerbSpeech
from pipeline.quotes.registry import by_rule

_LEAST = 3
"""Words of what is reported: a bare "zu gehen" tells little."""


class SpeechWithin(VerbSpeech):
    """Finds what those verbs of a sentence report that `VerbSpeech.find` leaves to the speech around them."""

    def find_within(self, used: set[int], around: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
        """The speech within the speech `around`; `used` holds the verbs that report something else."""
        result = []
        for cue in self.cues:
            if cue.finite in used or "D" in cue.verb.takes or self.is_denied(cue):
                continue
            shown = cue.final or self.in_subjunctive(cue)
            if not shown or not (self.is_carried_on(cue) or self.within_found(cue.finite)):
                continue
            candidate = self.content_behind(cue, self.index(cue.clause))
            if candidate is None or not self._is_told(cue, candidate):
                continue
            held = any(_lies_within(candidate, other) for other in around)
            if held and by_rule(candidate, "clause-within") is not None:
                result.append(with_roles(self.analysed, candidate, cue))
        return result

    def _is_told(self, cue: Cue, candidate: QuoteCandidate) -> bool:
        """Whether a clause is the content of the verb: no bare "zu gehen", no Konjunktiv that goes on behind it."""
        first, last = self.analysed.token_range(candidate.begin, candidate.end)
        if candidate.rule in {"verb-that", "verb-infinitive"}:
            return self.tokens[cue.finite - 1].lower != "zu" and last - first >= _LEAST
        beside = first == cue.last + 2 and self.tokens[first].lower not in RELATIVES
        told = cue.finite > cue.clause.first and len(cue.tokens) > 1 and "w" in cue.verb.takes
        return candidate.rule == "verb-subjunctive" and told and beside


def _lies_within(candidate: QuoteCandidate, other: QuoteCandidate) -> bool:
    size = covered(candidate.spans)
    return other.type != "Direct" and shared(candidate.spans, other.spans) == size < covered(other.spans)
