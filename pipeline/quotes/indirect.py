"""Indirect speech that a verb reports: "Sie sagte, dass …", "Er sei krank, sagte sie", "bat, zu kommen"."""

from pipeline.lexicon.words import (
    ADVERBS,
    CONTENT_OPENERS,
    COORDINATORS,
    DETERMINERS,
    PREPOSITIONS,
    RELATIVES,
    SAYING,
    SUBJECT_PRONOUNS,
)
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.clauses import Clause
from pipeline.quotes.content_finder import BEFORE_MAIN, NOT_CONTENT, ContentFinder, stripped
from pipeline.quotes.cues import Cue
from pipeline.quotes.direct import with_roles
from pipeline.quotes.inserted_frames import breaks_off
from pipeline.quotes.mood import has_infinitive, is_relative, is_subjunctive, looks_subjunctive, verb_second
from pipeline.quotes.nouns import noun_cue
from pipeline.quotes.phrases import apposition, noun_phrase
from pipeline.spans import CharOffset, CharRange, TokenIndex, token_indices

_NEGATABLE = frozenset({"bestätigen", "sagen", "bekanntgeben", "bekannt geben", "glauben", "erklären", "mitteilen"})
_LEAST_AFTER_COLON = 4
_OF_OTHERS = frozenset({"asked", "rejected"})
"""Rules for what others say than whoever the sentence is about."""


class VerbSpeech(ContentFinder):
    """Finds what the reporting verbs of a sentence report."""

    def find(self, used: set[int]) -> None:
        """Adds the sentence's candidates to `found`; `used` holds the verbs that direct speech has taken."""
        for cue in sorted(self.cues, key=lambda cue: (self.in_subjunctive(cue), cue.finite)):
            if cue.finite in used or self.within_found(cue.finite) or self.is_denied(cue) or self.is_carried_on(cue):
                continue
            candidate = self._by_verb(cue)
            if candidate is not None:
                used.add(cue.finite)
                self._add(candidate, cue)

    def _add(self, candidate: QuoteCandidate, cue: Cue) -> None:
        """Adds a candidate to `found`; of two for the same words the one whose verb is nearer and names its speaker."""
        same = next((at for at, other in enumerate(self.found) if other.spans == candidate.spans), None)
        if same is None:
            self.found.append(candidate)
        elif self._names(cue, candidate) and _distance(candidate) < _distance(self.found[same]):
            self.found[same] = candidate

    def _names(self, cue: Cue, candidate: QuoteCandidate) -> bool:
        """Whether a verb has a speaker that is no pronoun, and does not only say more of him in a relative clause."""
        first = self.analysed.token_range(candidate.begin, candidate.end).first
        told = cue.final and self.tokens[first - 1].text == ":"
        lower = [self.tokens[at].lower for at, _ in cue.speaker]
        return not told and bool(lower) and lower[0] not in SUBJECT_PRONOUNS - DETERMINERS

    def is_carried_on(self, cue: Cue) -> bool:
        """ "Er gehe davon aus, dass …" goes on with what somebody said before; it reports nothing anew."""
        leads = self._opens_main_clause(cue.clause) and not self.masked and not cue.final and not cue.passive
        return leads and self.in_subjunctive(cue)

    def _opens_main_clause(self, clause: Clause) -> bool:
        """Whether nothing but clauses of time and reason stands before: "Als sie ging, habe er beschlossen, …"."""
        before = [part for part in self.parts if part.last <= clause.first]
        return all(self.tokens[part.first].lower in BEFORE_MAIN for part in before)

    def is_denied(self, cue: Cue) -> bool:
        """ "wollte nicht bestätigen, dass …": nobody said it. First persons outside quotes are no reports either."""
        words = {token.lower for token in self.tokens[cue.finite : cue.clause.last]}
        if cue.verb.lemma in _NEGATABLE and words & {"nicht", "niemand", "kein", "keine"}:
            return True
        nobody = {"ich", "wir", "man"} if cue.final else {"ich", "wir"}
        return any(self.tokens[first].lower in nobody and last == first + 1 for first, last in cue.speaker)

    def _by_verb(self, cue: Cue) -> QuoteCandidate | None:
        if cue.final and self.tokens[cue.clause.first].lower in {"wie", "so"}:
            return self._around(cue, "as-said")
        if self.tokens[cue.clause.first].lower == "so" and cue.finite == cue.clause.first + 1:
            return self._around(cue, "so-said")
        if cue.verb.lemma == "stehen" and not cue.speaker:
            return None
        index = self.index(cue.clause)
        goes_on = breaks_off(self.tokens, self.sentence.first, cue.clause.first)
        behind = None if goes_on else self.content_behind(cue, index)
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
        answers = any(other.rule in _OF_OTHERS and other.end == tokens[first - 2].end for other in self.found)
        if answers or (cue.speaker and cue.speaker[0][0] < first):
            return None
        report = is_subjunctive(tokens, self.sentence.first, first)
        if cue.passive and not report:
            return None
        if not (report or cue.verb.lemma in SAYING or "e" in cue.verb.takes):
            return None
        if self._only_names(self.sentence.first, first - 1):
            return None
        return self._around(cue, "said-behind" if report else "said-behind-plain")

    def _only_names(self, first: TokenIndex, last: TokenIndex) -> bool:
        """Whether the tokens are a noun phrase with appositions and relative clauses: no statement of their own."""
        end = noun_phrase(self.tokens, first, last)
        while end is not None and end < last:
            part = self.part_from(end + 1)
            further = apposition(self.tokens, end, last)
            if further is None and part is not None and is_relative(self.tokens, part.first, part.last):
                further = part.last
            end = further
        return end is not None

    def content_behind(self, cue: Cue, index: int) -> QuoteCandidate | None:
        """The clauses behind a cue, if they are what was said."""
        if any(c.last > cue.last and not c.subjunctive for c in self.cues_in(cue.clause)):
            return None
        within = self._content_within(cue)
        if within is not None:
            return self.candidate([within], "verb-that")
        spoken = max((last for _, last in cue.speaker), default=0)
        before_main = cue.final and self.tokens[cue.clause.first].lower in BEFORE_MAIN
        adjacent = True
        for following in range(index + 1, len(self.parts)):
            part = self.parts[following]
            masked = any(self.parts[index].last <= mask[0] < part.first for mask in self.masked)
            # "Während Obst lobt, warnt Reif, es …"
            main = before_main and any(other.finite == part.first for other in self.cues)
            if masked or main or (part.first >= spoken and self._turns_to_another(cue, part)):
                return None
            if part.first < spoken:
                continue
            kind = self._content_kind(cue, part, adjacent)
            if kind is not None:
                end = min([self._content_end(following, cue), *self._quotes_announced(part.first)])
                span = stripped(self.analysed.text, self.tokens[part.first].begin, end)
                return None if span is None else self.candidate([span], kind)
            opener = self.tokens[part.first].lower
            skippable = (
                opener in NOT_CONTENT
                or is_relative(self.tokens, part.first, part.last)
                or self._is_apposition(part)
                or not adjacent
            )
            if opener in COORDINATORS or not skippable or following > index + 3:
                return None
            adjacent = False
        return None

    def _turns_to_another(self, cue: Cue, part: Clause) -> bool:
        """ "Obst lobte den Plan, Reif sagte, er sei gut": a clause has a speaker of its own, and is not said itself."""
        separator = self.tokens[part.first - 1].text
        apart = separator == ";" or (separator == "," and cue.verb.lemma not in SAYING)
        return apart and any(map(self.says_anew, self.cues_in(part)))

    def _quotes_announced(self, behind: TokenIndex) -> list[CharOffset]:
        """Where quoted speech begins behind a colon: "er habe es gehört: „…“"."""
        return [
            self.tokens[first].begin
            for first, _ in self.masked
            if first > behind and self.tokens[first - 1].text == ":"
        ]

    def _is_apposition(self, part: Clause) -> bool:
        return apposition(self.tokens, part.first - 1, part.last) == part.last

    def _content_within(self, cue: Cue) -> CharRange | None:
        """Content that follows its verb without a comma: "Er sagte dass …"."""
        for at in token_indices(cue.finite + 1, cue.clause.last):
            if self.tokens[at].lower in {"dass", "daß"} and "s" in cue.verb.takes and not cue.final:
                end = self._content_end(self.index(cue.clause), cue)
                return stripped(self.analysed.text, self.tokens[at].begin, end)
        return None

    def _content_kind(self, cue: Cue, part: Clause, adjacent: bool) -> str | None:
        """The rule by which a clause is what `cue` reports; None if it is not."""
        tokens, takes = self.tokens, cue.verb.takes
        first = part.first
        opener = tokens[first].lower
        if any(other.rule in _OF_OTHERS and other.begin == tokens[first].begin for other in self.found):
            return None  # "Obst antwortete auf die Frage, ob sie gehe, …"
        if opener in {"dass", "daß", "ob"}:
            return self._dependent_kind(cue, first, opener)
        joins = opener in COORDINATORS and first + 1 < part.last
        if joins or opener in NOT_CONTENT or is_relative(tokens, first, part.last):
            return None
        kind: str | None = None
        if self._announces(cue, first) and adjacent:
            return "verb-colon" if self.sentence.last - first > _LEAST_AFTER_COLON else None
        if opener in CONTENT_OPENERS - RELATIVES:
            return None
        if has_infinitive(tokens, first, self.sentence.last) and not verb_second(tokens, first, part.last):
            kind = "verb-infinitive" if "z" in takes and adjacent else None
        elif "s" in takes or "D" in takes or ("q" in takes and tokens[first - 1].text == ":"):
            plain = adjacent and not cue.passive and cue.verb.lemma in SAYING
            loosely = plain and looks_subjunctive(tokens, first, part.last)
            if loosely or is_subjunctive(tokens, first, self.sentence.last):
                kind = "verb-subjunctive"
        return kind

    def _announces(self, cue: Cue, first: TokenIndex) -> bool:
        """ "Die Stadt warnt: …": a verb of speech, its subject and a colon, with no object between them."""
        if self.tokens[first - 1].text != ":" or "s" not in cue.verb.takes or cue.final or cue.passive:
            return False
        if len(cue.tokens) > 1 or not cue.speaker:
            return False
        end = max(cue.last + 1, cue.speaker[-1][1])
        return end >= first - 1 or self.tokens[end].lower in PREPOSITIONS | ADVERBS

    def _dependent_kind(self, cue: Cue, first: TokenIndex, opener: str) -> str | None:
        """The same for a clause with dass or ob, which may belong to a noun before it instead."""
        takes = cue.verb.takes
        owned = noun_cue(self.tokens, cue.clause) if cue.clause.last == first - 1 else None
        if owned is not None and owned.speaker is not None:
            return None
        if "s" in takes or ("D" in takes and opener != "ob"):
            return "verb-that"
        return None

    def _content_end(self, following: int, cue: Cue) -> CharOffset:
        """Where the words end that begin with clause `following`: before a clause that goes on reporting."""
        tokens = self.tokens
        quoted = min((last for first, last in self.masked if first >= cue.finite), default=self.sentence.last)
        for part in self.parts[following + 1 :]:
            opener = tokens[part.first].lower
            at = part.first + (opener in {"und", "aber", "sowie", "doch"})
            if quoted <= part.first:
                return tokens[part.first - 1].begin
            goes_on = any(self._goes_on(other, cue, at) for other in self.cues_in(part))
            if goes_on or (at > part.first and any(map(self.says_anew, self.cues_in(part)))):
                return tokens[part.first].begin
            so_said = opener == "so" and part is self.parts[-1] and not is_subjunctive(tokens, part.first, part.last)
            if so_said or (opener == "wie" and any(other.final for other in self.cues_in(part))):
                return tokens[part.first].begin
        for other in self.cues:
            joined = tokens[other.finite - 1].lower in {"und", "sowie"} and other.finite > other.clause.first + 1
            behind = other.finite > cue.last and other.clause.first >= self.parts[following].first
            if joined and behind and not other.final and not other.subjunctive:
                return tokens[other.finite - 1].begin
        return self.sentence.end

    def _goes_on(self, other: Cue, cue: Cue, at: TokenIndex) -> bool:
        return other.finite != cue.finite and not other.final and not other.subjunctive and other.finite <= at + 1

    def _around(self, cue: Cue, rule: str) -> QuoteCandidate | None:
        """Content before a cue, or on both sides of it: "…, sagte X", "Wie X mitteilte, …"."""
        last = cue.clause.last
        if cue.speaker and cue.speaker[-1][1] > last:
            last = cue.speaker[-1][1]
        candidate = self.split_content(cue.clause.first, last, rule)
        return None if candidate is None else with_roles(self.analysed, candidate, cue)


def _distance(candidate: QuoteCandidate) -> int:
    """Code points between what is said and the nearest word that shows speech."""
    said = [bound for span in candidate.spans for bound in span]
    return min((abs(bound - cue) for bound in said for span in candidate.cue_spans for cue in span), default=0)
