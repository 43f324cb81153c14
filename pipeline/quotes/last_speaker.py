"""Who spoke last, and whom the sentence before is about: one of them goes on speaking where nobody is named."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import phrase_spans, with_roles
from pipeline.quotes.registry import QUOTE_RULES
from pipeline.quotes.speaker_registry import SPEAKER_RULES
from pipeline.quotes.subjects import person_subject, surnames
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.spans import CharRange

_THEREIN = frozenset({"darin", "dort", "weiter"})
"""Words that refer to what was quoted before: "heißt es darin"."""


class LastSpeaker:
    """What is remembered of the sentences read so far. `remember` is called after each of them, in their order.

    Attributes:
        voice: what was said last, with its speaker; None before anything was said.
        before: the sentence before; None at the beginning.
        framed_before: whether something was said in it that is not only carried on or reported.
    """

    def __init__(self, analysed: AnalysedText) -> None:
        self.voice: QuoteCandidate | None = None
        self.before: Sentence | None = None
        self.framed_before = False
        self._analysed = analysed
        self._surnames = surnames(analysed.tokens)
        self._spoke: Sentence | None = None
        self._subject: tuple[int, CharRange] | None = None

    def near(self, sentence: Sentence, paragraphs: int = 1) -> bool:
        """Whether somebody spoke in this paragraph or at most so many before."""
        return self._spoke is not None and sentence.paragraph - self._spoke.paragraph <= paragraphs

    @property
    def just_spoke(self) -> bool:
        """Whether somebody spoke in the sentence before."""
        return self._spoke == self.before

    def subject_before(self, sentence: Sentence) -> CharRange | None:
        """The person that the sentence before begins with, where nobody says anything in it ("Obst winkte ab. „…“")."""
        if self._subject is None or self.before is None or sentence.paragraph != self.before.paragraph:
            return None
        if not SPEAKER_RULES["subject-before"].on:
            return None
        first, span = self._subject
        return span if first == self.before.first else None

    def give(self, candidate: QuoteCandidate, sentence: Sentence, paragraphs: int = 1) -> None:
        """Make who the sentence before is about the speaker, or else who spoke at most so many paragraphs before."""
        subject = self.subject_before(sentence)
        if subject is not None:
            candidate.speaker_spans = [subject]
        elif self.voice is not None and self.near(sentence, paragraphs):
            candidate.speaker_spans = list(self.voice.speaker_spans)
            candidate.medium = self.voice.medium

    def remember(self, sentence: Sentence, found: Sequence[QuoteCandidate], cues: Sequence[Cue]) -> None:
        """Keep whose voice the next sentences may go on with, also where a verb reports nothing by itself."""
        outer = [c for c in found if c.type not in {"IndirectFreeIndirect", "FreeIndirect"}]
        speaking = [
            cue for cue in cues if cue.speaker and "s" in cue.verb.takes and not cue.final and not cue.subjunctive
        ]
        if outer:
            self.voice = self._with_speaker(sentence, max(outer, key=lambda c: (bool(c.speaker_spans), c.end)))
        elif not found and speaking:
            whole = [CharRange(sentence.begin, sentence.end)]
            self.voice = with_roles(self._analysed, QuoteCandidate(list(whole), "Reported"), speaking[-1])
            self.voice.frame_spans = whole
        if found or speaking:
            self._spoke = sentence
        else:
            self._subject = self._subject_of(sentence)
        self.before = sentence
        self.framed_before = any(c.type != "Reported" and not QUOTE_RULES[c.rule].carried for c in found)

    def _with_speaker(self, sentence: Sentence, said: QuoteCandidate) -> QuoteCandidate:
        """What was said, by the last speaker if no other is named and the sentence refers to what was said before."""
        words = {token.lower for token in self._analysed.tokens[sentence.first : sentence.last]}
        if not said.speaker_spans and self.voice is not None and self.near(sentence) and words & _THEREIN:
            return replace(said, speaker_spans=list(self.voice.speaker_spans))
        return said

    def _subject_of(self, sentence: Sentence) -> tuple[int, CharRange] | None:
        """The first token of a sentence, and the person that it is about."""
        named = person_subject(self._analysed.tokens, sentence.first, sentence.last, self._surnames)
        return (sentence.first, phrase_spans(self._analysed, [named])[0]) if named is not None else None
