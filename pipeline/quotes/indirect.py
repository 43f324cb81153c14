"""Indirect speech: what a reporting verb or a named source says in clauses of the same sentence."""

from collections.abc import Sequence

from pipeline.quotes.candidates import QuoteCandidate, Range
from pipeline.quotes.cues import Clause, Cue
from pipeline.quotes.direct import frame_around, phrase_spans, token_spans, with_roles
from pipeline.quotes.lexicon import reporting_forms, subjunctive_first, subjunctive_second
from pipeline.quotes.sources import SourcePhrase, says_so, source_phrases
from pipeline.quotes.text import AnalysedText, Sentence, Token
from pipeline.quotes.words import (
    AUXILIARIES,
    BECOME,
    CONTENT_OPENERS,
    COORDINATORS,
    RELATIVES,
    SUBORDINATORS,
)

_NOT_CONTENT = (SUBORDINATORS - {"dass", "ob", "wie", "wo", "wenn"}) | frozenset(["sondern"])
_SAYING = frozenset(
    [
        "sagen",
        "erklären",
        "behaupten",
        "meinen",
        "glauben",
        "melden",
        "berichten",
        "betonen",
        "versichern",
        "hoffen",
        "fürchten",
        "befürchten",
        "vermuten",
        "erzählen",
        "schreiben",
        "finden",
        "antworten",
        "mitteilen",
        "bestätigen",
        "angeben",
        "bekanntgeben",
        "feststellen",
        "äußern",
    ]
)


def is_subjunctive(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a Konjunktiv form of the third person stands among the tokens."""
    for index in range(first, last):
        token = tokens[index]
        if token.capital and index > first:
            continue
        if token.lower in subjunctive_first():
            following = tokens[index + 1] if index + 1 < last else None
            if following is None or not following.capital or token.lower in AUXILIARIES:
                return True
            if index > first and tokens[index - 1].lower not in {"und", "ein", "eine", "der", "die", "das", "des"}:
                return True
        if token.lower in subjunctive_second():
            return True
    return False


def has_infinitive(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether an infinitive with zu stands among the tokens ("zu gehen", "anzufangen")."""
    for index in range(first, last):
        token = tokens[index]
        if token.capital or not token.word:
            continue
        if (
            token.lower == "zu"
            and index + 1 < last
            and tokens[index + 1].lower.endswith("n")
            and not tokens[index + 1].capital
        ):
            ends = index + 2 >= last or tokens[index + 2].text in ",;.–und" or not tokens[index + 2].capital
            if ends:
                return True
        if "zu" in token.lower[2:-3] and token.lower.endswith("n") and token.lower.startswith(_PARTICLES):
            return True
    return False


_PARTICLES = (
    "ab", "an", "auf", "aus", "bei", "durch", "ein", "fest", "fort", "frei", "her", "hin", "los", "mit", "nach", "nieder",
    "statt", "teil", "um", "vor", "weg", "weiter", "wieder", "zu", "zurück", "zusammen", "über", "unter", "bekannt", "dar",
    "entgegen", "sicher", "bereit", "heraus", "hervor", "hinaus", "heran", "voran", "voraus", "wahr",
)  # fmt: skip


def _stripped(text: str, begin: int, end: int) -> Range | None:
    """The range without spaces, and without separators and the full stop at its ends."""
    while begin < end and (text[begin].isspace() or text[begin] in ",;:–—"):
        begin += 1
    while end > begin and (text[end - 1].isspace() or text[end - 1] in ",;:–—.!?"):
        if text[end - 1] == "." and text[max(0, end - 4) : end].lower() in {"z.b.", "u.a.", "usw."}:
            break
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

    def find(self, used: set[int]) -> list[QuoteCandidate]:
        """The candidates of the sentence; `used` holds the inflected words of cues that direct speech has taken."""
        found: list[QuoteCandidate] = []
        for cue in self.cues:
            candidate = None if cue.finite in used else self._by_verb(cue)
            if candidate is not None:
                used.add(cue.finite)
                found.append(candidate)
        if not self.masked:
            found += self._by_source()
        return found

    def _candidate(self, spans: list[Range], confidence: float, frame: list[Range] | None = None) -> QuoteCandidate:
        frame = frame_around(self.analysed, self.sentence, spans) if frame is None else frame
        return QuoteCandidate(spans, "Indirect", frame_spans=frame, confidence=confidence)

    def _by_verb(self, cue: Cue) -> QuoteCandidate | None:
        index = self.parts.index(cue.clause)
        if cue.final and self.tokens[cue.clause.first].lower in {"wie", "so"}:
            return self._around(cue, index)
        behind = self._content_behind(cue, index)
        if behind is not None:
            return with_roles(self.analysed, behind, cue)
        if "w" in cue.verb.takes and not cue.final and index > 0 and cue.finite <= cue.clause.first + 1:
            return self._around(cue, index)
        return None

    def _content_behind(self, cue: Cue, index: int) -> QuoteCandidate | None:
        """The clauses behind a cue, if they are what was said."""
        within = self._content_within(cue)
        if within is not None:
            return self._candidate([within], 0.6)
        for following in range(index + 1, len(self.parts)):
            part = self.parts[following]
            if any(self.parts[index].last <= mask[0] < part.first for mask in self.masked):
                return None
            kind = self._content_kind(cue, part, following == index + 1)
            if kind is None:
                if following > index + 2:
                    return None
                opener = self.tokens[part.first].lower
                if opener in COORDINATORS or not (
                    opener in _NOT_CONTENT or opener in RELATIVES or following > index + 1
                ):
                    return None
                continue
            end = self._content_end(following, cue)
            span = _stripped(self.analysed.text, self.tokens[part.first].begin, end)
            return None if span is None else self._candidate([span], kind)
        return None

    def _content_within(self, cue: Cue) -> Range | None:
        """Content that follows its verb without a comma: "Er sagte dass …", "bat darum zu prüfen"."""
        for at in range(cue.finite + 1, cue.clause.last):
            if self.tokens[at].lower in {"dass", "daß"} and "s" in cue.verb.takes and not cue.final:
                end = self._content_end(self.parts.index(cue.clause), cue)
                return _stripped(self.analysed.text, self.tokens[at].begin, end)
        return None

    def _content_kind(self, cue: Cue, part: Clause, adjacent: bool) -> float | None:
        """How surely a clause is what `cue` reports (0 to 1); None if it is not."""
        tokens = self.tokens
        first = part.first
        opener = tokens[first].lower
        if opener in COORDINATORS and first + 1 < part.last:
            return None
        takes = cue.verb.takes
        if opener in {"dass", "daß", "ob"}:
            return 0.9 if "s" in takes else (0.6 if "z" in takes else None)
        if opener in _NOT_CONTENT:
            return None
        if self._is_relative(part):
            return None
        if opener in CONTENT_OPENERS and opener not in RELATIVES:
            return (
                0.6
                if ("s" in takes and adjacent and opener != "wie")
                or (opener == "wie" and "s" in takes and tokens[part.last - 1].lower not in reporting_forms())
                else None
            )
        stop = self._reach(part)
        if has_infinitive(tokens, first, stop) and not self._verb_second(part):
            return 0.8 if "z" in takes and adjacent else None
        if "s" not in takes or cue.verb.lemma in {"sehen"}:
            return None
        if is_subjunctive(tokens, first, stop):
            return 0.85
        if (
            adjacent
            and not cue.passive
            and cue.verb.lemma in _SAYING
            and self._verb_second(part)
            and cue.last >= part.first - 6
        ):
            return 0.6
        return None

    def _reach(self, part: Clause) -> int:
        """How far to look for a clause's verb: over inserted relative clauses, up to the sentence's end."""
        return self.sentence.last

    def _is_relative(self, part: Clause) -> bool:
        tokens = self.tokens
        opener = tokens[part.first].lower
        if opener not in RELATIVES and not (
            part.first + 1 < part.last
            and tokens[part.first + 1].lower in RELATIVES - {"was"}
            and opener in {"in", "mit", "auf", "für", "bei", "von", "an", "aus", "nach", "durch", "zu", "über", "unter"}
        ):
            return False
        last = tokens[part.last - 1]
        if last.text in ".!?" and part.last - 2 > part.first:
            last = tokens[part.last - 2]
        if opener in {"was", "wo", "wobei"}:
            return True
        verbish = last.lower in AUXILIARIES or (
            not last.capital and last.word and last.lower.endswith(("t", "te", "ten", "en", "e"))
        )
        second = any(
            token.lower in AUXILIARIES for token in tokens[part.first + 1 : min(part.last - 2, part.first + 5)]
        )
        return verbish and not second and not (part.first + 1 < part.last and self._noun_then_verb(part))

    def _noun_then_verb(self, part: Clause) -> bool:
        """ "die Union benötige …": a noun phrase right before a Konjunktiv form that is not the last word."""
        tokens = self.tokens
        for at in range(part.first + 1, part.last - 2):
            token = tokens[at]
            if token.lower in subjunctive_first() | subjunctive_second() and not token.capital:
                return True
        return False

    def _verb_second(self, part: Clause) -> bool:
        return any(
            token.lower in AUXILIARIES or token.lower in subjunctive_first()
            for token in self.tokens[part.first : max(part.first + 1, part.last - 2)]
        )

    def _content_end(self, following: int, cue: Cue) -> int:
        """Where the words end that begin with clause `following`: before a clause that goes on reporting."""
        end = self.sentence.end
        for part in self.parts[following + 1 :]:
            opener = self.tokens[part.first].lower
            at = part.first + (opener in {"und", "aber", "sowie", "doch"})
            if any(mask[1] <= part.first for mask in self.masked if mask[0] >= cue.finite):
                return self.tokens[part.first - 1].begin
            for other in self.cues:
                if (
                    other.clause == part
                    and not other.final
                    and not other.subjunctive
                    and other.finite <= at + 1
                    and other.finite != cue.finite
                ):
                    return self.tokens[part.first].begin
            if opener == "so" and part is self.parts[-1]:
                return self.tokens[part.first].begin
            if opener == "wie" and any(other.clause == part and other.final for other in self.cues):
                return self.tokens[part.first].begin
        for other in self.cues:
            if (
                other.finite > cue.last
                and other.clause.first >= cue.clause.first
                and not other.final
                and not other.subjunctive
            ):
                before = self.tokens[other.finite - 1]
                if (
                    before.lower in {"und", "sowie"}
                    and other.finite > other.clause.first + 1
                    and other.clause.first >= self.parts[following].first
                ):
                    return before.begin
        return end

    def _around(self, cue: Cue, index: int) -> QuoteCandidate | None:
        """Content before a cue, or on both sides of it: "…, sagte X", "Wie X mitteilte, …", "…, so X, …"."""
        first = cue.clause.first
        last = cue.clause.last
        if cue.speaker and cue.speaker[-1][1] > last:
            last = cue.speaker[-1][1]
        candidate = self._split_content(first, last, 0.8)
        return None if candidate is None else with_roles(self.analysed, candidate, cue)

    def _split_content(self, first: int, last: int, confidence: float) -> QuoteCandidate | None:
        """The sentence without the frame in tokens `first` to `last`, and without clauses that belong to the frame."""
        tokens, text = self.tokens, self.analysed.text
        if any(self.sentence.first <= mask[0] < first for mask in self.masked):
            return None
        frame_end = last
        while frame_end < self.sentence.last and tokens[frame_end].text in ",–":
            part = next((p for p in self.parts if p.first == frame_end + 1), None)
            if (
                part is None
                or not (self._is_relative(part) or tokens[part.first].lower in _NOT_CONTENT)
                or first == self.sentence.first
            ):
                break
            frame_end = part.last
        begin = (
            tokens[first - 1].begin
            if first > self.sentence.first and tokens[first - 1].text in ",–-"
            else tokens[first].begin
        )
        final = tokens[frame_end - 1].end
        if tokens[frame_end - 1].text in ".!?":
            final = tokens[frame_end - 1].begin
        if frame_end < self.sentence.last and tokens[frame_end].text in ",–":
            final = tokens[frame_end].end
        spans = [
            span
            for span in (
                _stripped(text, self.sentence.begin, begin),
                _stripped(text, final, self.sentence.end),
            )
            if span is not None
        ]
        if not spans:
            return None
        return self._candidate(spans, confidence, [(begin, final)])

    def _by_source(self) -> list[QuoteCandidate]:
        found = []
        for part in self.parts:
            phrase = says_so(self.analysed, part.first, part.last, self.sentence.last)
            if phrase is not None and part.first > self.sentence.first:
                candidate = self._split_content(phrase.first, max(phrase.last, part.last), 0.8)
                if candidate is not None:
                    found.append(self._sourced(candidate, phrase))
        for phrase in source_phrases(self.analysed, self.sentence.first, self.sentence.last):
            candidate = self._source_content(phrase)
            if candidate is not None:
                found.append(self._sourced(candidate, phrase))
        return found + self._by_adverb()

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
        if part is not None and phrase.first > part.first and self._is_relative(part):
            begin, end = tokens[part.first].begin, tokens[part.last - 1].end
        first, last = tokens[phrase.first].begin, tokens[phrase.last - 1].end
        commas = (phrase.first > self.sentence.first and tokens[phrase.first - 1].text == ",") and (
            phrase.last < self.sentence.last and tokens[phrase.last].text in ",."
        )
        if commas:
            first = tokens[phrase.first - 1].begin
            last = tokens[phrase.last].end if tokens[phrase.last].text == "," else last
        spans = [s for s in (_stripped(text, begin, first), _stripped(text, last, end)) if s is not None]
        return self._candidate(spans, 0.75, [(first, last)]) if spans else None

    def _by_adverb(self) -> list[QuoteCandidate]:
        """ "Demnach sei …", "…, wonach …"."""
        tokens, text = self.tokens, self.analysed.text
        for part in self.parts:
            opener = tokens[part.first]
            if opener.lower == "wonach" or (
                opener.lower in {"demnach", "demzufolge", "danach"} and part.first == self.sentence.first
            ):
                if opener.lower == "danach" and not is_subjunctive(tokens, part.first, self.sentence.last):
                    continue
                span = _stripped(text, opener.end, self.sentence.end)
                if span is None:
                    continue
                candidate = self._candidate([span], 0.6, [(self.sentence.begin, opener.end)])
                candidate.cue_spans = [(opener.begin, opener.end)]
                candidate.medium = "SW"
                if part.first == self.sentence.first:
                    candidate.speaker_spans = [(opener.begin, opener.end)]
                return [candidate]
        return []


def carried_on(analysed: AnalysedText, sentence: Sentence) -> bool:
    """Whether a sentence's own verb is in the Konjunktiv, so that it goes on with what someone said before."""
    tokens = analysed.tokens
    depth = 0
    for index in range(sentence.first, sentence.last):
        token = tokens[index]
        if token.text in '„»«"“”':
            depth += token.text in "„»" or (token.text in '«"“' and depth == 0)
            depth -= token.text in "“”" and depth > 0
        if token.capital and index > sentence.first:
            continue
        if token.lower in subjunctive_first() or token.lower in subjunctive_second():
            if token.lower in {"würde", "würden"} | BECOME and token.lower not in {"werde", "würde", "würden"}:
                continue
            following = tokens[index + 1] if index + 1 < sentence.last else None
            if token.lower in AUXILIARIES or following is None or not following.capital or index == sentence.first:
                return True
    return False
