"""Indirect speech: what a reporting verb or a named source says in clauses of the same sentence."""

from collections.abc import Sequence

from pipeline.quotes.candidates import QuoteCandidate, Range
from pipeline.quotes.clauses import Clause
from pipeline.quotes.confidence import ruled
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import frame_around, phrase_spans, token_spans, with_roles
from pipeline.quotes.mood import has_infinitive, is_relative, is_subjunctive, verb_second
from pipeline.quotes.nouns import noun_cue
from pipeline.quotes.phrases import apposition, noun_phrase
from pipeline.quotes.sources import SourcePhrase, says_so, source_phrases
from pipeline.quotes.text import AnalysedText, Sentence
from pipeline.quotes.words import (
    AUXILIARIES,
    CONTENT_OPENERS,
    COORDINATORS,
    PREPOSITIONS,
    RELATIVES,
    SAYING,
    SUBORDINATORS,
)

_NOT_CONTENT = (SUBORDINATORS - {"dass", "ob", "wie", "wo", "wenn"}) | {"sondern"}
_NEGATABLE = frozenset({"bestätigen", "sagen", "bekanntgeben", "bekannt geben", "glauben", "erklären", "mitteilen"})
_SEPARATORS = ",;:–—"


def _stripped(text: str, begin: int, end: int) -> Range | None:
    """The range without spaces, and without separators and the full stop at its ends."""
    while begin < end and (text[begin].isspace() or text[begin] in _SEPARATORS):
        begin += 1
    while end > begin and (text[end - 1].isspace() or text[end - 1] in _SEPARATORS + ".!?"):
        end -= 1
    return (begin, end) if end - begin > 1 else None


class IndirectSpeech:
    """Finds indirect speech in one sentence. `masked` are the tokens of quoted speech, `parts` the clauses around."""

    def __init__(
        self,
        analysed: AnalysedText,
        sentence: Sentence,
        parts: Sequence[Clause],
        cues: Sequence[Cue],
        masked: Sequence[tuple[int, int]],
    ) -> None:
        self.analysed = analysed
        self.tokens = analysed.tokens
        self.sentence = sentence
        self.parts = parts
        self.cues = list(cues)
        self.masked = masked
        self.found: list[QuoteCandidate] = []

    def find(self, used: set[int]) -> list[QuoteCandidate]:
        """The candidates of the sentence; `used` holds the inflected words of cues that direct speech has taken."""
        if not self.masked:
            self._by_saying_so()
        for cue in sorted(self.cues, key=lambda cue: (cue.subjunctive or self._helped_by_subjunctive(cue), cue.finite)):
            if cue.finite in used or self._within_found(cue.finite) or self._is_denied(cue):
                continue
            candidate = self._by_verb(cue)
            if candidate is not None:
                used.add(cue.finite)
                self.found.append(candidate)
        if not self.masked:
            self._by_source()
            self._by_noun()
        return self.found

    def _helped_by_subjunctive(self, cue: Cue) -> bool:
        return is_subjunctive(self.tokens, cue.finite, cue.finite + 1)

    def _within_found(self, index: int) -> bool:
        token = self.tokens[index]
        return any(begin <= token.begin < end for c in self.found for begin, end in c.spans)

    def _is_denied(self, cue: Cue) -> bool:
        """ "wollte nicht bestätigen, dass …": nobody said it. First persons outside quotes are no reports either."""
        words = {token.lower for token in self.tokens[cue.finite : cue.clause.last]}
        if cue.verb.lemma in _NEGATABLE and words & {"nicht", "niemand", "kein", "keine"}:
            return True
        nobody = {"ich", "wir", "man"} if cue.final else {"ich", "wir"}
        return any(self.tokens[first].lower in nobody and last == first + 1 for first, last in cue.speaker)

    def _candidate(self, spans: list[Range], rule: str, frame: list[Range] | None = None) -> QuoteCandidate:
        frame = frame_around(self.analysed, self.sentence, spans) if frame is None else frame
        return ruled(QuoteCandidate(spans, "Indirect", frame_spans=frame), rule)

    def _by_verb(self, cue: Cue) -> QuoteCandidate | None:
        if cue.final and self.tokens[cue.clause.first].lower in {"wie", "so"}:
            return self._around(cue, "as-said")
        if self.tokens[cue.clause.first].lower == "so" and cue.finite == cue.clause.first + 1:
            return self._around(cue, "so-said")
        if cue.verb.lemma == "stehen" and not cue.speaker:
            return None
        index = self.parts.index(cue.clause)
        behind = self._content_behind(cue, index)
        if behind is not None:
            return with_roles(self.analysed, behind, cue)
        return self._follows(cue, index)

    def _follows(self, cue: Cue, index: int) -> QuoteCandidate | None:
        """ "…, sagte X": the verb stands first behind what was said."""
        tokens = self.tokens
        first = cue.clause.first
        starts = cue.finite == first or (tokens[first].lower == "so" and cue.finite == first + 1)
        if index == 0 or not starts or cue.final or "w" not in cue.verb.takes or tokens[first - 1].text == ":":
            return None
        if cue.speaker and cue.speaker[0][0] < first:
            return None
        report = is_subjunctive(tokens, self.sentence.first, first)
        if cue.passive and not report:
            return None
        if not (report or cue.verb.lemma in SAYING or "e" in cue.verb.takes):
            return None
        if self._only_names(self.sentence.first, first - 1):
            return None
        return self._around(cue, "said-behind" if report else "said-behind-plain")

    def _only_names(self, first: int, last: int) -> bool:
        """Whether the tokens are a noun phrase with appositions and relative clauses: no statement of their own."""
        end = noun_phrase(self.tokens, first, last)
        while end is not None and end < last:
            part = next((p for p in self.parts if p.first == end + 1), None)
            further = apposition(self.tokens, end, last)
            if further is None and part is not None and is_relative(self.tokens, part.first, part.last):
                further = part.last
            end = further
        return end is not None

    def _content_behind(self, cue: Cue, index: int) -> QuoteCandidate | None:
        """The clauses behind a cue, if they are what was said."""
        if any(c.clause == cue.clause and c.last > cue.last and not c.subjunctive for c in self.cues):
            return None
        within = self._content_within(cue)
        if within is not None:
            return self._candidate([within], "verb-that")
        spoken = max((last for _, last in cue.speaker), default=0)
        adjacent = True
        for following in range(index + 1, len(self.parts)):
            part = self.parts[following]
            if any(self.parts[index].last <= mask[0] < part.first for mask in self.masked):
                return None
            if part.first < spoken:
                continue
            kind = self._content_kind(cue, part, adjacent)
            if kind is not None:
                end = self._content_end(following, cue)
                span = _stripped(self.analysed.text, self.tokens[part.first].begin, end)
                return None if span is None else self._candidate([span], kind)
            opener = self.tokens[part.first].lower
            skippable = (
                opener in _NOT_CONTENT
                or is_relative(self.tokens, part.first, part.last)
                or self._is_apposition(part)
                or not adjacent
            )
            if opener in COORDINATORS or not skippable or following > index + 3:
                return None
            adjacent = False
        return None

    def _is_apposition(self, part: Clause) -> bool:
        return apposition(self.tokens, part.first - 1, part.last) == part.last

    def _content_within(self, cue: Cue) -> Range | None:
        """Content that follows its verb without a comma: "Er sagte dass …"."""
        for at in range(cue.finite + 1, cue.clause.last):
            if self.tokens[at].lower in {"dass", "daß"} and "s" in cue.verb.takes and not cue.final:
                end = self._content_end(self.parts.index(cue.clause), cue)
                return _stripped(self.analysed.text, self.tokens[at].begin, end)
        return None

    def _content_kind(self, cue: Cue, part: Clause, adjacent: bool) -> str | None:
        """The rule by which a clause is what `cue` reports; None if it is not."""
        tokens, takes = self.tokens, cue.verb.takes
        first = part.first
        opener = tokens[first].lower
        if opener in COORDINATORS and first + 1 < part.last:
            return None
        if opener in {"dass", "daß", "ob"}:
            owned = noun_cue(tokens, cue.clause) if cue.clause.last == first - 1 else None
            if owned is not None and owned.speaker is not None:
                return None
            if "s" in takes or ("D" in takes and opener != "ob"):
                return "verb-that"
            return "verb-that-demand" if "z" in takes else None
        if opener in _NOT_CONTENT or is_relative(tokens, part.first, part.last):
            return None
        if opener in CONTENT_OPENERS and opener not in RELATIVES:
            final = opener == "wie" and any(other.clause == part and other.final for other in self.cues)
            asked = cue.verb.lemma in {"fragen", "erklären", "erläutern", "schildern"} and opener != "wie"
            return "verb-question" if asked and adjacent and not final else None
        stop = self.sentence.last
        if has_infinitive(tokens, first, stop) and not verb_second(tokens, first, part.last):
            return "verb-infinitive" if "z" in takes and adjacent else None
        if "s" not in takes and "D" not in takes:
            return None
        if is_subjunctive(tokens, first, stop):
            return "verb-subjunctive"
        plain = adjacent and not cue.passive and cue.verb.lemma in SAYING
        return "verb-plain" if plain and verb_second(tokens, first, part.last) and cue.last >= first - 8 else None

    def _content_end(self, following: int, cue: Cue) -> int:
        """Where the words end that begin with clause `following`: before a clause that goes on reporting."""
        tokens = self.tokens
        for part in self.parts[following + 1 :]:
            opener = tokens[part.first].lower
            at = part.first + (opener in {"und", "aber", "sowie", "doch"})
            if any(mask[1] <= part.first for mask in self.masked if mask[0] >= cue.finite):
                return tokens[part.first - 1].begin
            if any(other.clause == part and self._goes_on(other, cue, at) for other in self.cues):
                return tokens[part.first].begin
            if opener == "so" and part is self.parts[-1] and not is_subjunctive(tokens, part.first, part.last):
                return tokens[part.first].begin
            if opener == "wie" and any(other.clause == part and other.final for other in self.cues):
                return tokens[part.first].begin
        for other in self.cues:
            joined = tokens[other.finite - 1].lower in {"und", "sowie"} and other.finite > other.clause.first + 1
            behind = other.finite > cue.last and other.clause.first >= self.parts[following].first
            if joined and behind and not other.final and not other.subjunctive:
                return tokens[other.finite - 1].begin
        return self.sentence.end

    def _goes_on(self, other: Cue, cue: Cue, at: int) -> bool:
        return other.finite != cue.finite and not other.final and not other.subjunctive and other.finite <= at + 1

    def _around(self, cue: Cue, rule: str) -> QuoteCandidate | None:
        """Content before a cue, or on both sides of it: "…, sagte X", "Wie X mitteilte, …"."""
        last = cue.clause.last
        if cue.speaker and cue.speaker[-1][1] > last:
            last = cue.speaker[-1][1]
        candidate = self._split_content(cue.clause.first, last, rule)
        return None if candidate is None else with_roles(self.analysed, candidate, cue)

    def _split_content(self, first: int, last: int, rule: str) -> QuoteCandidate | None:
        """The sentence without the frame in tokens `first` to `last`, and without clauses that belong to the frame."""
        tokens, text = self.tokens, self.analysed.text
        if any(self.sentence.first <= mask[0] < first for mask in self.masked):
            return None
        start = self._statement_begin(first)
        frame_end = last
        while frame_end < self.sentence.last and tokens[frame_end].text in ",–":
            part = next((p for p in self.parts if p.first == frame_end + 1), None)
            if part is None or start >= first or not self._belongs_to_frame(part):
                break
            frame_end = part.last
        before = tokens[first - 1].text if first > self.sentence.first else ""
        begin = tokens[first - 1].begin if before and before in ",–-" else tokens[first].begin
        final = tokens[frame_end - 1].begin if tokens[frame_end - 1].text in ".!?" else tokens[frame_end - 1].end
        if frame_end < self.sentence.last and tokens[frame_end].text in ",–":
            final = tokens[frame_end].end
        pieces = (_stripped(text, tokens[start].begin, begin), _stripped(text, final, self.sentence.end))
        spans = [span for span in pieces if span is not None]
        return self._candidate(spans, rule, [(begin, final)]) if spans else None

    def _statement_begin(self, first: int) -> int:
        """Where the statement that a frame at `first` belongs to begins: after a colon or a semicolon."""
        start = self.sentence.first
        for index in range(self.sentence.first, first):
            if self.tokens[index].text in ":;" and index + 1 <= first and not self._is_masked(index):
                start = index + 1
        return start

    def _is_masked(self, index: int) -> bool:
        return any(first <= index < last for first, last in self.masked)

    def _belongs_to_frame(self, part: Clause) -> bool:
        """Whether a clause behind the speaker says more of the speaker or of the occasion, not of what was said."""
        tokens = self.tokens
        opener = tokens[part.first].lower
        if is_relative(tokens, part.first, part.last) or opener in _NOT_CONTENT:
            return True
        verbless = not any(token.lower in AUXILIARIES for token in tokens[part.first : part.last])
        return verbless and part.last == self.sentence.last and (opener in PREPOSITIONS or part.last - part.first <= 2)

    def _by_saying_so(self) -> None:
        for part in self.parts:
            phrase = says_so(self.analysed, part.first, part.last, self.sentence.last)
            if phrase is not None and part.first > self.sentence.first:
                candidate = self._split_content(phrase.first, max(phrase.last, part.last), "so-said")
                if candidate is not None:
                    self.found.append(self._sourced(candidate, phrase))
                    return

    def _by_source(self) -> None:
        for phrase in source_phrases(self.analysed, self.sentence.first, self.sentence.last):
            if not self._within_found(phrase.first):
                candidate = self._source_content(phrase)
                if candidate is not None:
                    self.found.append(self._sourced(candidate, phrase))
        self._by_adverb()

    def _sourced(self, candidate: QuoteCandidate, phrase: SourcePhrase) -> QuoteCandidate:
        candidate.medium = phrase.medium
        candidate.cue_spans = token_spans(self.analysed, list(phrase.cue))
        candidate.speaker_spans = phrase_spans(self.analysed, [phrase.speaker]) if phrase.speaker else []
        return candidate

    def _source_content(self, phrase: SourcePhrase) -> QuoteCandidate | None:
        """What a source says: its whole sentence, or the dependent clause that the source stands in."""
        tokens, text = self.tokens, self.analysed.text
        begin, end = self.sentence.begin, self.sentence.end
        part = next((p for p in self.parts if p.first <= phrase.first < p.last), None)
        if part is not None and phrase.first > part.first and is_relative(tokens, part.first, part.last):
            begin, end = tokens[part.first].begin, tokens[part.last - 1].end
        elif part is not None:
            begin = tokens[self._statement_begin(phrase.first)].begin
        first, last = tokens[phrase.first].begin, tokens[phrase.last - 1].end
        opens = phrase.last < self.sentence.last and tokens[phrase.last].text == ","
        if phrase.first == self.sentence.first and opens:
            behind = next((p for p in self.parts if p.first == phrase.last + 1), None)
            if behind is not None and is_relative(tokens, behind.first, behind.last):
                last = tokens[min(behind.last, self.sentence.last - 1)].end
        between = phrase.first > self.sentence.first and tokens[phrase.first - 1].text in ",–("
        if between and phrase.last < self.sentence.last and tokens[phrase.last].text in ",.–)":
            first = tokens[phrase.first - 1].begin
            last = tokens[phrase.last].end if tokens[phrase.last].text != "." else last
        pieces = (_stripped(text, begin, first), _stripped(text, last, end))
        spans = [span for span in pieces if span is not None]
        return self._candidate(spans, "source", [(first, last)]) if spans else None

    def _by_adverb(self) -> None:
        """ "Demnach sei …", "…, wonach …"."""
        tokens, text = self.tokens, self.analysed.text
        for part in self.parts:
            opener = tokens[part.first]
            leads = part.first == self.sentence.first and opener.lower in {"demnach", "demzufolge", "danach"}
            if not (leads or opener.lower == "wonach") or self._within_found(part.first):
                continue
            if opener.lower == "danach" and not is_subjunctive(tokens, part.first, self.sentence.last):
                continue
            span = _stripped(text, opener.end, self.sentence.end)
            if span is not None:
                candidate = self._candidate([span], "adverb", [(self.sentence.begin, opener.end)])
                candidate.cue_spans = [(opener.begin, opener.end)]
                candidate.medium = "SW"
                candidate.speaker_spans = [(opener.begin, opener.end)] if leads else []
                self.found.append(candidate)
            return

    def _by_noun(self) -> None:
        """ "die Forderung, dass …", "mit dem Hinweis, man sei …"."""
        for index, part in enumerate(self.parts[:-1]):
            following = self.parts[index + 1]
            cue = noun_cue(self.tokens, part)
            if cue is None or self._within_found(part.last - 1) or self._within_found(following.first):
                continue
            tokens = self.tokens
            opener = tokens[following.first].lower
            subjunctive = is_subjunctive(tokens, following.first, following.last)
            infinitive = has_infinitive(tokens, following.first, following.last)
            if opener in {"dass", "daß", "ob"} or (
                opener not in _NOT_CONTENT
                and not is_relative(tokens, following.first, following.last)
                and (subjunctive or (infinitive and not verb_second(tokens, following.first, following.last)))
            ):
                end = self.sentence.end
                for later in self.parts[index + 2 :]:
                    if tokens[later.first].lower in AUXILIARIES or any(
                        c.clause == later and c.finite == later.first for c in self.cues
                    ):
                        end = tokens[later.first].begin
                        break
                span = _stripped(self.analysed.text, tokens[following.first].begin, end)
                if span is not None:
                    candidate = self._candidate([span], "noun")
                    candidate.cue_spans = phrase_spans(self.analysed, [cue.words])
                    candidate.speaker_spans = phrase_spans(self.analysed, [cue.speaker]) if cue.speaker else []
                    candidate.medium = cue.medium
                    self.found.append(candidate)
