"""All rules together: quote candidates of a text, with nothing learned from data."""

from collections.abc import Sequence

from pipeline.quotes.asked import AskedSpeech
from pipeline.quotes.candidates import QuoteCandidate, shared
from pipeline.quotes.clauses import clauses
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import Passage, is_name, passages, up_to_frames, with_roles
from pipeline.quotes.frames import (
    cue_around,
    cue_beside,
    frame_around,
    named_before_colon,
    reports_more,
    says_so_beside,
)
from pipeline.quotes.interview import headline_quotes, interview_turns
from pipeline.quotes.joining import joined
from pipeline.quotes.last_speaker import LastSpeaker
from pipeline.quotes.marks import QuotedText
from pipeline.quotes.mood import carries_on_speech
from pipeline.quotes.posts import signed_posts
from pipeline.quotes.registry import QUOTE_RULES, by_rule
from pipeline.quotes.rejected import RejectedSpeech
from pipeline.quotes.sentence_quotes import back_reference, is_hearsay, reported_speech_act
from pipeline.quotes.signatures import signatures, signed_lines
from pipeline.quotes.source_speech import SourceSpeech
from pipeline.quotes.speaker_registry import SPEAKER_RULES
from pipeline.quotes.speakers import all_cues
from pipeline.quotes.speech_in_marks import speech_in_marks
from pipeline.quotes.speech_within import SpeechWithin
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.quotes.writings import written_in
from pipeline.spans import CharRange, TokenRange
from schemas.records import QuoteType

_UNFRAMED = frozenset({"marks-inherited", "marks-alone"})


class RuleQuotes:
    """Finds quotes by quotation marks, reporting verbs, named sources and Konjunktiv.

    Calling it gives the candidates in text order, carried-on speech sentence by sentence. It has no state and needs no
    model.
    """

    def __call__(self, analysed: AnalysedText) -> list[QuoteCandidate]:
        scan = _ArticleScan(analysed)
        signed = signed_lines(analysed.text, scan.signatures)
        spoken = [*interview_turns(analysed), *signed_posts(analysed), *signed]
        said = {
            number
            for turn in spoken
            for number in range(analysed.sentence_at(turn.begin), analysed.sentence_at(turn.end - 1) + 1)
        }
        for number, sentence in enumerate(analysed.sentences):
            if number not in said:
                scan.read(sentence)
        found = [*spoken, *scan.found, *speech_in_marks(analysed, spoken)]
        found += headline_quotes(analysed, found)
        return sorted(found, key=lambda candidate: (candidate.begin, -candidate.end))


class _ArticleScan:
    """Reads the sentences in their order."""

    def __init__(self, analysed: AnalysedText) -> None:
        self.analysed = analysed
        self.tokens = analysed.tokens
        self.signatures = signatures(analysed.text, analysed.quotes)
        self.found: list[QuoteCandidate] = []
        self.last = LastSpeaker(analysed)
        self.running_on: tuple[QuotedText, int] | None = None
        """Speech that goes on in the next paragraphs, and where in `found` it stands."""

    def read(self, sentence: Sentence) -> None:
        quoted = passages(self.analysed, sentence)
        masked = [TokenRange(p.first, p.last) for p in quoted if p.whole]
        masked = sorted({*masked, *self._running(sentence)})
        parts = clauses(self.tokens, sentence.first, sentence.last, masked)
        cues = list(all_cues(self.tokens, parts, sentence.last, sentence.first))
        used: set[int] = set()
        whole = (self._whole(sentence, p, cues, masked, used) for p in up_to_frames(quoted) if p.whole)
        found = joined(self.analysed.text, [candidate for candidate in whole if candidate is not None])
        self._end_running_on(sentence, cues, masked, used)
        for passage in quoted:
            if passage.whole and passage.quoted.end > sentence.end:
                begun = [at for at, one in enumerate(found) if passage.quoted.spans[0] in one.spans]
                self.running_on = (passage.quoted, len(self.found) + begun[0]) if begun else None
        indirect: list[QuoteCandidate] = []
        within = (self.analysed, sentence, parts, cues, masked, indirect)
        sources, verbs = SourceSpeech(*within), SpeechWithin(*within)
        AskedSpeech(*within).find()
        RejectedSpeech(*within).find()
        sources.find_said()
        verbs.find(used)
        sources.find()
        found += indirect
        if not found and not masked:
            found += self._single(sentence, cues)
        self._written_in(sentence, found)
        found += self._partial(sentence, quoted, cues, found)
        self.found += found
        if found and cues:
            self.found += verbs.find_within(used, found)
        self.last.remember(sentence, found, cues)

    def _written_in(self, sentence: Sentence, found: Sequence[QuoteCandidate]) -> None:
        """ "…, heißt es darin": the writing that was named before speaks."""
        if not SPEAKER_RULES["written-in"].on:
            return
        for candidate in found:
            if not candidate.speaker_spans and not QUOTE_RULES[candidate.rule].carried:
                writing = written_in(self.analysed, self.analysed.sentence_at(sentence.begin), candidate)
                candidate.speaker_spans = [writing] if writing is not None else []
                candidate.written = writing is not None

    def _single(self, sentence: Sentence, cues: Sequence[Cue]) -> list[QuoteCandidate]:
        """What a sentence is as a whole: a look back, Konjunktiv carried on, or speech that is only reported."""
        for candidate in (
            back_reference(self.analysed, sentence, self.last.before, cues, said_before=self.last.framed_before),
            self._carried_on(sentence, cues),
            reported_speech_act(self.analysed, sentence, cues),
            self._said_to(sentence),
        ):
            if candidate is not None:
                return [candidate]
        return []

    def _running(self, sentence: Sentence) -> list[TokenRange]:
        """Tokens of this sentence that lie in a quote begun in an earlier one: in the paragraph before, as a rule."""
        starting = {quoted.begin for quoted in self.analysed.quotes_from(sentence.begin, sentence.end)}
        spans = self.analysed.quoted_before(sentence.begin, sentence.end)
        return [self.analysed.token_range(begin, end) for begin, end in spans if begin not in starting]

    def _whole(
        self,
        sentence: Sentence,
        passage: Passage,
        cues: list[Cue],
        masked: Sequence[TokenRange],
        used: set[int],
    ) -> QuoteCandidate | None:
        """The speech in a passage that stands for itself."""
        candidate = QuoteCandidate(list(passage.quoted.spans), "Direct")
        signed = self.signatures.get(passage.quoted.begin)
        if signed is not None and QUOTE_RULES["marks-signed"].on:
            candidate.speaker_spans = candidate.frame_spans = [signed]
            return by_rule(candidate, "marks-signed")
        cue = cue_beside(self.tokens, passage, cues)
        spans: list[CharRange] = [
            CharRange(self.tokens[first].begin, self.tokens[last - 1].end) for first, last in masked
        ]
        candidate.frame_spans = frame_around(self.analysed, sentence, spans)
        if SPEAKER_RULES["marks-so"].on and says_so_beside(self.analysed, sentence, passage, candidate):
            return by_rule(candidate, "marks-framed")
        if cue is not None:
            if not reports_more(self.analysed, sentence, passage, cue):
                used.add(cue.finite)
            return by_rule(with_roles(self.analysed, candidate, cue), "marks-framed")
        if SPEAKER_RULES["marks-colon"].on and named_before_colon(self.analysed, sentence, passage, candidate):
            return by_rule(candidate, "marks-framed")
        self.last.give(candidate, sentence)
        return by_rule(candidate, "marks-inherited" if candidate.speaker_spans else "marks-alone")

    def _end_running_on(
        self, sentence: Sentence, cues: list[Cue], masked: Sequence[TokenRange], used: set[int]
    ) -> None:
        """Who stands beside the last paragraph of a quote says it, if nobody does beside its first."""
        if self.running_on is None or not sentence.begin < self.running_on[0].end <= sentence.end:
            return
        (quoted, at), self.running_on = self.running_on, None
        if self.found[at].rule not in _UNFRAMED:
            return
        first, last = self.analysed.token_range(quoted.spans[-1].begin, quoted.end)
        end = self._whole(sentence, Passage(quoted, first, last, True), cues, masked, used)
        if end is not None and end.rule not in _UNFRAMED:
            self.found[at] = end

    def _partial(
        self, sentence: Sentence, quoted: Sequence[Passage], cues: Sequence[Cue], found: Sequence[QuoteCandidate]
    ) -> list[QuoteCandidate]:
        """Quoted words inside what is reported, or as the object of a reporting verb."""
        result: list[QuoteCandidate | None] = []
        for passage in quoted:
            spans = list(passage.quoted.spans)
            if passage.whole or is_name(self.analysed, passage):
                continue
            if any(shared(spans, c.speaker_spans + c.addressee_spans) for c in found):
                continue
            parent = next((c for c in found if c.type != "Direct" and shared(c.spans, spans) > 0), None)
            candidate = QuoteCandidate(spans, "Direct")
            if parent is not None:
                voice = self.last.voice if parent.type == "IndirectFreeIndirect" else None
                roles = voice if voice is not None else parent
                candidate.speaker_spans = list(parent.speaker_spans)
                candidate.addressee_spans = list(parent.addressee_spans)
                candidate.cue_spans = list(roles.cue_spans)
                candidate.frame_spans = list(roles.frame_spans)
                if parent.type == "Reported":  # it is a whole sentence, which nothing introduces
                    candidate.frame_spans = frame_around(self.analysed, sentence, spans)
                candidate.medium, candidate.written = parent.medium, parent.written
                result.append(by_rule(candidate, "part-of-indirect"))
                continue
            cue = cue_around(passage, cues)
            if cue is not None:
                with_roles(self.analysed, candidate, cue)
                if shared(spans, candidate.speaker_spans + candidate.addressee_spans):
                    continue
                candidate.frame_spans = frame_around(self.analysed, sentence, spans)
                result.append(by_rule(candidate, "part-of-clause"))
        return [candidate for candidate in result if candidate is not None]

    def _carried_on(self, sentence: Sentence, cues: Sequence[Cue]) -> QuoteCandidate | None:
        if any(self._speaks_itself(cue, sentence) for cue in cues):
            return None
        sure = carries_on_speech(self.tokens, sentence.first, sentence.last)
        if sure == "clearly" and (self.last.near(sentence, 2) or self.last.subject_before(sentence) is not None):
            return self._free(sentence, "IndirectFreeIndirect", "carried-on")
        if sure == "perhaps" and self.last.near(sentence, paragraphs=0) and self.last.just_spoke:
            return self._free(sentence, "IndirectFreeIndirect", "carried-on-perhaps")
        return None

    def _speaks_itself(self, cue: Cue, sentence: Sentence) -> bool:
        """Whether a sentence's own subject speaks: "Reif berichtete von Klassen, in denen nichts stattfinde"."""
        main = not cue.final and not cue.subjunctive and bool(cue.speaker) and "s" in cue.verb.takes
        return main and carries_on_speech(self.tokens, sentence.first, cue.finite + 1) is None

    def _said_to(self, sentence: Sentence) -> QuoteCandidate | None:
        """ "Er soll die Tat geplant haben": somebody says so, and the sentence before tells who."""
        if not is_hearsay(self.tokens, sentence.first, sentence.last):
            return None
        return self._free(sentence, "FreeIndirect", "carried-on-said-to")

    def _free(self, sentence: Sentence, kind: QuoteType, rule: str) -> QuoteCandidate | None:
        """A sentence that goes on with what was said; None if the rule is switched off."""
        candidate = QuoteCandidate([CharRange(sentence.begin, sentence.end)], kind)
        self.last.give(candidate, sentence, paragraphs=2)
        return by_rule(candidate, rule)
