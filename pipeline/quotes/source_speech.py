"""Indirect speech without a verb that reports it: named sources, "demnach", nouns like "Forderung"."""

from pipeline.lexicon.words import AUXILIARIES
from pipeline.quotes.asked import question_noun
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.clauses import Clause
from pipeline.quotes.content_finder import NOT_CONTENT, ContentFinder, stripped
from pipeline.quotes.direct import phrase_spans, token_spans
from pipeline.quotes.mood import has_infinitive, is_relative, is_subjunctive, verb_second
from pipeline.quotes.nouns import noun_cue
from pipeline.quotes.rejected import REJECTING, rejected_charge
from pipeline.quotes.source_phrases import SourcePhrase, says_so, source_phrases
from pipeline.spans import CharRange


class SourceSpeech(ContentFinder):
    """Finds what sources and nouns of a sentence report."""

    def find_said(self) -> None:
        """Adds what is followed by ", so X"; before the verbs, since that frames the whole sentence."""
        if not self.masked:
            self._by_saying_so()

    def find(self) -> None:
        """Adds what named sources say, what "demnach" refers to, and what nouns report."""
        if not self.masked:
            self._by_source()
            self._by_adverb()
            self._by_noun()

    def _by_saying_so(self) -> None:
        for part in self.parts:
            phrase = says_so(self.tokens, part.first, part.last, self.sentence.last, self.sentence.first)
            if phrase is not None and part.first > self.sentence.first:
                candidate = self.split_content(phrase.first, max(phrase.last, part.last), "so-said")
                if candidate is not None:
                    self.found.append(self._sourced(candidate, phrase))
                    return

    def _by_source(self) -> None:
        for phrase in source_phrases(self.tokens, self.sentence.first, self.sentence.last):
            if self.within_found(phrase.first):
                continue
            candidate = self._source_content(phrase)
            if candidate is not None:
                self.found.append(self._sourced(candidate, phrase))

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
            begin = tokens[self.statement_begin(phrase.first)].begin
        first, last = tokens[phrase.first].begin, tokens[phrase.last - 1].end
        opens = phrase.last < self.sentence.last and tokens[phrase.last].text == ","
        if phrase.first == self.sentence.first and opens:
            behind = self.part_from(phrase.last + 1)
            if behind is not None and is_relative(tokens, behind.first, behind.last):
                last = tokens[min(behind.last, self.sentence.last - 1)].end
        between = phrase.first > self.sentence.first and tokens[phrase.first - 1].text in ",–("
        if between and phrase.last < self.sentence.last and tokens[phrase.last].text in ",.–)":
            first = tokens[phrase.first - 1].begin
            last = tokens[phrase.last].end if tokens[phrase.last].text != "." else last
        pieces = (stripped(text, begin, first), stripped(text, last, end))
        spans = [span for span in pieces if span is not None]
        return self.candidate(spans, "source", [CharRange(first, last)]) if spans else None

    def _by_adverb(self) -> None:
        """ "Demnach sei …", "…, wonach …"."""
        tokens, text = self.tokens, self.analysed.text
        for part in self.parts:
            opener = tokens[part.first]
            leads = part.first == self.sentence.first and opener.lower in {"demnach", "demzufolge", "danach"}
            if not (leads or opener.lower == "wonach") or self.within_found(part.first):
                continue
            if opener.lower == "danach" and not is_subjunctive(tokens, part.first, self.sentence.last):
                continue
            rejected = not leads and self._is_rejected(part)
            span = stripped(text, opener.end, tokens[part.last - 1].end if rejected else self.sentence.end)
            rule = "rejected" if rejected else "adverb"
            candidate = self.candidate([span], rule, [CharRange(self.sentence.begin, opener.end)]) if span else None
            if candidate is not None:
                candidate.cue_spans = [CharRange(opener.begin, opener.end)]
                candidate.medium = "SW"
                candidate.speaker_spans = [CharRange(opener.begin, opener.end)] if leads else []
                self.found.append(candidate)
            return

    def _is_rejected(self, part: Clause) -> bool:
        """Whether somebody rejects what a clause tells: "Den Vorwurf, es fehle Geld, wies Obst zurück"."""
        behind = self.part_from(part.last + 1)
        before = self.parts[self.index(part) - 1] if part is not self.parts[0] else None
        return (
            behind is not None
            and any(cue.finite == behind.first and cue.verb.lemma in REJECTING for cue in self.cues_in(behind))
        ) or (before is not None and rejected_charge(self.tokens, before, self.cues_in(before)) is not None)

    def _by_noun(self) -> None:
        """ "die Forderung, dass …", "mit dem Hinweis, man sei …"."""
        for index, part in enumerate(self.parts[:-1]):
            following = self.parts[index + 1]
            cue = noun_cue(self.tokens, part)
            if cue is None or self.within_found(part.last - 1) or self.within_found(following.first):
                continue
            if question_noun(self.tokens, part) is not None:
                continue
            tokens = self.tokens
            opener = tokens[following.first].lower
            subjunctive = is_subjunctive(tokens, following.first, following.last)
            infinitive = has_infinitive(tokens, following.first, following.last)
            if opener in {"dass", "daß", "ob"} or (
                opener not in NOT_CONTENT
                and not is_relative(tokens, following.first, following.last)
                and (subjunctive or (infinitive and not verb_second(tokens, following.first, following.last)))
            ):
                end = self.sentence.end
                for later in self.parts[index + 2 :]:
                    opens = tokens[later.first]
                    verbal = not opens.capital and opens.lower.endswith(("t", "te", "ten")) and infinitive
                    if (
                        verbal
                        or opens.lower in AUXILIARIES
                        or any(c.finite == later.first for c in self.cues_in(later))
                    ):
                        end = tokens[later.first].begin
                        break
                span = stripped(self.analysed.text, tokens[following.first].begin, end)
                rejected = cue.speaker is None and self._is_rejected(following)
                candidate = self.candidate([span], "rejected" if rejected else "noun") if span is not None else None
                if candidate is not None:
                    candidate.cue_spans = phrase_spans(self.analysed, [cue.words])
                    candidate.speaker_spans = phrase_spans(self.analysed, [cue.speaker]) if cue.speaker else []
                    candidate.medium = cue.medium
                    self.found.append(candidate)
