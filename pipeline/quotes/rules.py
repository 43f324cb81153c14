"""All rules together: quote candidates of a text, with nothing learned from data."""

from collections.abc import Sequence

from pipeline.quotes.candidates import QuoteCandidate, Range, shared
from pipeline.quotes.cues import Cue, all_cues, clauses
from pipeline.quotes.direct import (
    Passage,
    cue_beside,
    frame_around,
    is_name,
    passages,
    phrase_spans,
    token_spans,
    with_roles,
)
from pipeline.quotes.indirect import IndirectSpeech
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.mood import carried_on
from pipeline.quotes.sources import says_so
from pipeline.quotes.text import AnalysedText, Sentence


class RuleQuotes:
    """Finds quotes by quotation marks, reporting verbs, named sources and Konjunktiv.

    Calling it with a text gives the candidates in text order. It has no state and needs no model.
    """

    def __call__(self, text: str) -> list[QuoteCandidate]:
        analysed = AnalysedText(text, quoted_texts(text))
        reader = _Reader(analysed)
        for sentence in analysed.sentences:
            reader.read(sentence)
        return sorted(reader.found, key=lambda candidate: (candidate.begin, -candidate.end))


class _Reader:
    """Reads the sentences in order and remembers who spoke last."""

    def __init__(self, analysed: AnalysedText) -> None:
        self.analysed = analysed
        self.tokens = analysed.tokens
        self.found: list[QuoteCandidate] = []
        self.last: QuoteCandidate | None = None
        self.last_sentence: Sentence | None = None
        self.free: QuoteCandidate | None = None

    def read(self, sentence: Sentence) -> None:
        quoted = passages(self.analysed, sentence)
        masked = [(p.first, p.last) for p in quoted if p.whole]
        masked += [m for m in self._running(sentence) if m not in masked]
        masked.sort()
        parts = clauses(self.tokens, sentence.first, sentence.last, masked)
        cues = list(all_cues(self.tokens, parts, sentence.last, sentence.first))
        used: set[int] = set()
        found: list[QuoteCandidate] = []
        for passage in quoted:
            if passage.whole:
                found.append(self._whole(sentence, passage, cues, masked, used))
        indirect = IndirectSpeech(self.analysed, sentence, parts, cues, masked).find(used)
        found += indirect
        if not found and not masked:
            free = self._carried_on(sentence)
            if free is not None:
                found.append(free)
        found += self._partial(sentence, quoted, cues, found)
        self._remember(sentence, found)

    def _running(self, sentence: Sentence) -> list[tuple[int, int]]:
        """Tokens of this sentence that lie in a quote begun in an earlier paragraph."""
        found = []
        for quoted in self.analysed.quotes:
            if quoted.begin >= sentence.end:
                break
            for begin, end in quoted.spans[1:]:
                if begin < sentence.end and end > sentence.begin:
                    found.append(self.analysed.token_range(max(begin, sentence.begin), min(end, sentence.end)))
        return found

    def _whole(
        self,
        sentence: Sentence,
        passage: Passage,
        cues: list[Cue],
        masked: Sequence[tuple[int, int]],
        used: set[int],
    ) -> QuoteCandidate:
        text = self.analysed.text
        candidate = QuoteCandidate(list(passage.quoted.spans), "Direct", confidence=0.95)
        cue = cue_beside(self.analysed, sentence, passage, cues)
        all_spans: list[Range] = [
            (self.tokens[first].begin, self.tokens[last - 1].end) for first, last in masked if last > first
        ]
        frame = frame_around(self.analysed, sentence, all_spans)
        if cue is not None:
            used.add(cue.finite)
            with_roles(self.analysed, candidate, cue)
            candidate.frame_spans = frame
            return candidate
        if passage.last < sentence.last:
            start = passage.last + (self.tokens[passage.last].text in ",–-")
            if start < sentence.last:
                phrase = says_so(self.analysed, start, sentence.last, sentence.last)
                if phrase is not None and phrase.speaker is not None:
                    candidate.speaker_spans = phrase_spans(self.analysed, [phrase.speaker])
                    candidate.cue_spans = token_spans(self.analysed, list(phrase.cue))
                    candidate.frame_spans = frame
                    return candidate
        candidate.frame_spans = frame
        before = text[sentence.begin : passage.quoted.begin].strip()
        if before and len(before.split()) <= 6 and before.endswith(":"):
            from pipeline.quotes.phrases import noun_phrase

            end = noun_phrase(self.tokens, sentence.first, passage.first - 1)
            if end == passage.first - 1:
                candidate.speaker_spans = phrase_spans(self.analysed, [(sentence.first, end)])
                return candidate
        self._inherit(candidate, sentence)
        return candidate

    def _inherit(self, candidate: QuoteCandidate, sentence: Sentence) -> None:
        """Whoever spoke last in this or the paragraph before goes on speaking."""
        if self.last is None or self.last_sentence is None:
            return
        if sentence.paragraph - self.last_sentence.paragraph <= 1:
            candidate.speaker_spans = list(self.last.speaker_spans)
            candidate.medium = self.last.medium

    def _partial(
        self, sentence: Sentence, quoted: Sequence[Passage], cues: Sequence[Cue], found: Sequence[QuoteCandidate]
    ) -> list[QuoteCandidate]:
        """Quoted words inside what is reported, or as the object of a reporting verb."""
        result = []
        for passage in quoted:
            if passage.whole or is_name(self.analysed, passage):
                continue
            spans = list(passage.quoted.spans)
            parent = next((c for c in found if c.type != "Direct" and shared(c.spans, spans) > 0), None)
            candidate = QuoteCandidate(spans, "Direct", confidence=0.7)
            if parent is not None:
                candidate.speaker_spans = list(parent.speaker_spans)
                candidate.cue_spans = list(parent.cue_spans)
                candidate.frame_spans = list(parent.frame_spans)
                candidate.addressee_spans = list(parent.addressee_spans)
                candidate.medium = parent.medium
                if parent.type == "IndirectFreeIndirect" and self.last is not None:
                    candidate.cue_spans = list(self.last.cue_spans)
                    candidate.frame_spans = list(self.last.frame_spans)
                result.append(candidate)
                continue
            near = [c for c in cues if c.clause.first <= passage.first < c.clause.last and "q" in c.verb.takes]
            if near:
                with_roles(self.analysed, candidate, near[0])
                candidate.frame_spans = frame_around(self.analysed, sentence, spans)
                candidate.confidence = 0.6
                result.append(candidate)
        return result

    def _carried_on(self, sentence: Sentence) -> QuoteCandidate | None:
        if self.last is None or self.last_sentence is None or not carried_on(self.tokens, sentence.first, sentence.last):
            return None
        if sentence.paragraph - self.last_sentence.paragraph > 1:
            return None
        return QuoteCandidate(
            [(sentence.begin, sentence.end)],
            "IndirectFreeIndirect",
            self.last.medium,
            speaker_spans=list(self.last.speaker_spans),
            confidence=0.7,
        )

    def _remember(self, sentence: Sentence, found: Sequence[QuoteCandidate]) -> None:
        for candidate in found:
            if candidate.type == "IndirectFreeIndirect":
                free = self.free
                if (
                    free is not None
                    and free.speaker_spans == candidate.speaker_spans
                    and self._adjoins(free, candidate)
                ):
                    free.spans = [(free.begin, candidate.end)]
                    continue
                self.free = candidate
            self.found.append(candidate)
        outer = [c for c in found if c.type != "IndirectFreeIndirect"]
        if outer:
            self.last = max(outer, key=lambda c: (bool(c.speaker_spans), c.end))
        if found:
            self.last_sentence = sentence

    def _adjoins(self, free: QuoteCandidate, candidate: QuoteCandidate) -> bool:
        between = self.analysed.text[free.end : candidate.begin]
        return not between.strip() and "\n" not in between
