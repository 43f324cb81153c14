"""What is said and what frames it, within one sentence: shared by the rules for verbs and those for sources."""

from bisect import bisect_left
from collections.abc import Sequence

from pipeline.lexicon.words import (
    AUXILIARIES,
    PREPOSITIONS,
    SUBORDINATORS,
)
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.clauses import Clause
from pipeline.quotes.cues import Cue
from pipeline.quotes.frames import frame_around
from pipeline.quotes.inserted_frames import breaks_off
from pipeline.quotes.mood import is_relative, is_subjunctive
from pipeline.quotes.registry import by_rule
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange, token_indices

NOT_CONTENT = (SUBORDINATORS - {"dass", "ob", "wie", "wo", "wenn"}) | {"sondern"}
"""Words that open a clause of the frame rather than of what is said."""
BEFORE_MAIN = SUBORDINATORS - {"dass", "ob", "wie", "wo"}
"""Words that open a clause of time or reason before the main clause."""
_SEPARATORS = ",;:–—"


def stripped(text: str, begin: CharOffset, end: CharOffset) -> CharRange | None:
    """The range without spaces, and without separators and the full stop at its ends."""
    while begin < end and (text[begin].isspace() or text[begin] in _SEPARATORS):
        begin += 1
    while end > begin and (text[end - 1].isspace() or text[end - 1] in _SEPARATORS + ".!?"):
        end -= 1
    return CharRange(begin, end) if end - begin > 1 else None


class ContentFinder:
    """One sentence: its clauses `parts`, its `cues`, the tokens of quoted speech in `masked`, and what was `found`."""

    def __init__(
        self,
        analysed: AnalysedText,
        sentence: Sentence,
        parts: Sequence[Clause],
        cues: Sequence[Cue],
        masked: Sequence[TokenRange],
        found: list[QuoteCandidate],
    ) -> None:
        self.analysed = analysed
        self.tokens = analysed.tokens
        self.sentence = sentence
        self.parts = parts
        self.cues = list(cues)
        self._index = {part.last: number for number, part in enumerate(parts)}
        self._cues_in: dict[Clause, list[Cue]] = {}
        for cue in cues:
            self._cues_in.setdefault(cue.clause, []).append(cue)
        self.masked = masked
        self.found = found

    def index(self, clause: Clause) -> int:
        """The number of a clause of the sentence; of several that a cue has ("Wie X, die leitet, sagte") the last."""
        return self._index[clause.last]

    def cues_in(self, clause: Clause) -> Sequence[Cue]:
        """The verbs of a clause, in text order."""
        return self._cues_in.get(clause, ())

    def within_found(self, index: TokenIndex) -> bool:
        token = self.tokens[index]
        return any(begin <= token.begin < end for c in self.found for begin, end in c.spans)

    def candidate(
        self, spans: list[CharRange], rule: str, frame: list[CharRange] | None = None
    ) -> QuoteCandidate | None:
        frame = frame_around(self.analysed, self.sentence, spans) if frame is None else frame
        return by_rule(QuoteCandidate(spans, "Indirect", frame_spans=frame), rule)

    def split_content(self, first: TokenIndex, last: TokenIndex, rule: str) -> QuoteCandidate | None:
        """The sentence without the frame in tokens `first` to `last`, and without clauses that belong to the frame."""
        tokens, text = self.tokens, self.analysed.text
        if any(self.sentence.first <= mask[0] < first for mask in self.masked):
            return None
        start = self.statement_begin(first)
        frame_end = last
        while frame_end < self.sentence.last and tokens[frame_end].text in ",–":
            part = self.part_from(frame_end + 1)
            if part is None or start >= first or not self._belongs_to_frame(part):
                break
            if part.last == self.sentence.last and breaks_off(tokens, self.sentence.first, first):
                break
            frame_end = part.last
        before = tokens[first - 1].text if first > self.sentence.first else ""
        begin = tokens[first - 1].begin if before and before in ",–-" else tokens[first].begin
        final = tokens[frame_end - 1].begin if tokens[frame_end - 1].text in ".!?" else tokens[frame_end - 1].end
        if frame_end < self.sentence.last and tokens[frame_end].text in ",–":
            final = tokens[frame_end].end
        quoted = [mask[0] for mask in self.masked if mask[0] >= last and tokens[mask[0] - 1].text in ",–"]
        quoted += [part.first for part in self.parts if part.first > last and self._turns_behind_semicolon(part)]
        end = tokens[min(quoted)].begin if quoted else self.sentence.end
        pieces = (stripped(text, tokens[start].begin, begin), stripped(text, final, max(final, end)))
        spans = [span for span in pieces if span is not None]
        return self.candidate(spans, rule, [CharRange(begin, final)]) if spans else None

    def in_subjunctive(self, cue: Cue) -> bool:
        """Whether the verb or its auxiliary is in the Konjunktiv."""
        return cue.subjunctive or is_subjunctive(self.tokens, cue.finite, cue.finite + 1)

    def says_anew(self, other: Cue) -> bool:
        """ "…, und die Ministerin behauptet das Gegenteil": somebody else speaks, in the indicative."""
        reported = not other.final and not self.in_subjunctive(other) and bool(other.speaker)
        infinitive = self.tokens[other.finite - 1].lower == "zu"
        return reported and not infinitive and other.speaker[0][1] == other.finite

    def _turns_behind_semicolon(self, part: Clause) -> bool:
        """Whether somebody else speaks behind a semicolon: "…, sagte Obst; Reif fordert das Gegenteil"."""
        return self.tokens[part.first - 1].text == ";" and any(map(self.says_anew, self.cues_in(part)))

    def part_from(self, first: TokenIndex) -> Clause | None:
        """The clause that begins with token `first`."""
        at = bisect_left(self.parts, first, key=lambda part: part.first)
        return self.parts[at] if at < len(self.parts) and self.parts[at].first == first else None

    def statement_begin(self, first: TokenIndex) -> TokenIndex:
        """Where the statement that a frame at `first` belongs to begins: after a colon or a semicolon."""
        start = self.sentence.first
        for index in token_indices(self.sentence.first, first):
            if self.tokens[index].text in ":;" and index + 1 <= first and not self._is_masked(index):
                start = index + 1
        return start

    def _is_masked(self, index: TokenIndex) -> bool:
        return any(first <= index < last for first, last in self.masked)

    def _belongs_to_frame(self, part: Clause) -> bool:
        """Whether a clause behind the speaker says more of the speaker or of the occasion, not of what was said."""
        tokens = self.tokens
        opener = tokens[part.first].lower
        if is_relative(tokens, part.first, part.last) or opener in NOT_CONTENT:
            return True
        verbless = not any(token.lower in AUXILIARIES for token in tokens[part.first : part.last])
        return verbless and part.last == self.sentence.last and (opener in PREPOSITIONS or part.last - part.first <= 2)
