"""Who says the quotes of an article, decided over the whole of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from pipeline.entities.name_forms import with_full_stop
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.chain_names import ChainNames
from pipeline.quotes.linking import Linker, enumerated
from pipeline.quotes.quote_tokens import quote_in_tokens
from pipeline.quotes.registry import is_carried, is_certain, is_of_others
from pipeline.quotes.speaker_names import informant, name_of_words
from pipeline.quotes.speaker_phrases import Appositions, Hearers, whole_phrase, whose_information, with_apposition
from pipeline.quotes.text import AnalysedText
from pipeline.reader.calibration import logit
from pipeline.reader.chains import NOBODY, Resolution, SpeakerChoice, resolve, speakers
from pipeline.reader.model import Reader
from pipeline.reader.reading import Reading
from pipeline.reader.speaker_pairs import QuoteSpan
from pipeline.reader.strangers import strangers
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange
from schemas.records import EntityArticle, Speaker, SpeakerKind
from schemas.spans import Span, joined

_TRUSTED = 0.85
"""A less likely speaker (0 to 1) of the reader gives way to another one that a rule names beside the quote."""
KIND_OF_TYPE: dict[str, SpeakerKind] = {
    "PER": "person",
    "ORG": "organisation",
    "LOC": "place",
    "GRP": "group",
    "DOC": "document",
    "MISC": "document",
    "THG": "unknown",
}


class Attribution:
    """The speakers of one article's quotes.

    Args:
        article: with the entities.
        analysed: its text as the rules look at it.
        reader: of the text.
        linker: of words to its entities.
        foreign: whether another model than a reader has found its names: the reader may see more of them.
    """

    def __init__(
        self, article: EntityArticle, analysed: AnalysedText, reader: Reader, linker: Linker, *, foreign: bool = False
    ) -> None:
        self._article = article
        self._foreign = foreign
        self._analysed = analysed
        self._reader = reader
        self._linker = linker
        self.reading: Reading = reader(article.text)
        self._resolution = Resolution([], [], [], [], [])
        self._apposed: dict[int, Appositions] = {}
        self._told = Hearers([])
        self._named: list[CharRange] | None = None
        self._chains = self._chain_names()

    def _chain_names(self) -> ChainNames:
        return ChainNames(self._article, self.reading.layout, self._resolution, self._linker, self._told)

    def _names(self) -> list[tuple[TokenIndex, TokenIndex, int]]:
        layout = self.reading.layout
        found: dict[TokenRange, int] = {}
        for number, entity in enumerate(self._article.entities):
            for mention in entity.mentions:
                span = layout.span(mention.begin, mention.end)
                if mention.kind == "name" and span.first < span.last:
                    found[span] = number
        names = [(first, last, number) for (first, last), number in sorted(found.items())]
        return names + (strangers(self.reading, found, len(self._article.entities)) if self._foreign else [])

    def speakers(self, candidates: Sequence[QuoteCandidate]) -> list[tuple[Speaker | None, list[CharRange]]]:
        """For each of `candidates` its speaker, and the words that name whom it is said to."""
        return [(speaker, hearing) for speaker, hearing, _ in self._all(candidates)]

    def weighed(self, candidates: Sequence[QuoteCandidate]) -> list[tuple[Speaker | None, dict[str, float]]]:
        """For each of `candidates` its speaker, and the evidence for and against this choice."""
        return [(speaker, evidence) for speaker, _, evidence in self._all(candidates)]

    def _all(
        self, candidates: Sequence[QuoteCandidate]
    ) -> list[tuple[Speaker | None, list[CharRange], dict[str, float]]]:
        layout = self.reading.layout
        quotes = [quote_in_tokens(layout, candidate.spans, candidate.type, candidate) for candidate in candidates]
        known = [number for number, quote in enumerate(quotes) if quote is not None]
        found: list[tuple[Speaker | None, list[CharRange], dict[str, float]]] = [(None, [], {}) for _ in candidates]
        if not known:
            return found
        phrases = [self._somebody(quote.hint) for quote in quotes if quote is not None and quote.hint is not None]
        self._apposed = {}
        self._told = Hearers(span for candidate in candidates for span in candidate.addressee_spans)
        self._resolution = resolve(self.reading, self._reader.scorers, self._names(), phrases)
        self._chains = self._chain_names()
        choices = speakers(self.reading, self._reader.scorers, self._resolution, [q for q in quotes if q is not None])
        for number, chosen in zip(known, choices, strict=True):
            choice = self._writing(candidates[number], quotes[number], chosen)
            if is_of_others(candidates[number]) and not candidates[number].speaker_spans:
                continue
            speaker = self._speaker(candidates[number], choice)
            ruled = self._ruled(candidates[number], choice, speaker)
            if ruled is not None:
                certain = is_certain(candidates[number])
                sure = _TRUSTED if certain else 1 - choice.probability
                speaker, choice = ruled, replace(choice, chain=NOBODY, probability=sure)
            evidence = self._evidence(candidates[number], choice, speaker)
            if speaker is not None:
                confidence = self._reader.calibration.speaker(evidence)
                speaker = speaker.model_copy(update={"confidence": round(confidence, 3)})
            found[number] = (speaker, self._addressee(choice) or self._told_by(candidates[number], choice), evidence)
        return found

    def _evidence(self, candidate: QuoteCandidate, choice: SpeakerChoice, speaker: Speaker | None) -> dict[str, float]:
        """What speaks for and against the chosen speaker: the model's probability, and what the rules would say.

        The mention that the quote points at may itself be unsure to mean the speaker ("der Leiter").
        """
        found = {"probability": logit(choice.probability), f"type {candidate.type}": 1.0}
        if speaker is not None:
            found[f"kind {speaker.kind}"] = 1.0
        if choice.chain == NOBODY:
            found["nobody"] = 1.0
            found["meant"] = logit(1.0 if speaker is not None and speaker.entity is not None else 0.5)
        elif choice.mention is not None:
            kind = self._resolution.mentions[choice.mention].kind
            named = self._chains.entity(choice.chain) is not None
            found[f"by {kind}{' of a name' if named else ''}"] = 1.0
            found["meant"] = logit(self._resolution.certainty[choice.mention])
        carried = is_carried(candidate)
        if not candidate.speaker_spans:
            found["no rule"] = 1.0
        elif speaker is not None:
            entity, name = self._linker.person(candidate.speaker_spans)
            agrees = (entity is not None and entity.id == speaker.entity) or (entity is None and name == speaker.name)
            found[f"rule {'agrees' if agrees else 'disagrees'}{', carried' if carried else ''}"] = 1.0
        return found

    def _somebody(self, hint: TokenRange) -> TokenRange:
        """Who gives the information that a rule takes for the speaker: "der Wirtin" of "Angaben der Wirtin"."""
        begin = hint.first + informant(self.reading.layout.words[hint.first : hint.last])
        return TokenRange(TokenIndex(begin), hint.last)

    def _writing(self, candidate: QuoteCandidate, quote: QuoteSpan | None, choice: SpeakerChoice) -> SpeakerChoice:
        """The choice, but of words that stand "darin" the writing that a rule says is meant."""
        if not candidate.written or quote is None or quote.hint is None:
            return choice
        mentions, (first, last) = self._resolution.mentions, quote.hint
        at = bisect_left(mentions, first, key=lambda mention: mention.first)
        within = range(at, bisect_left(mentions, last, key=lambda mention: mention.first))
        writing = next((n for n in within if mentions[n].kind == "nominal" and mentions[n].last <= last), None)
        if writing is None or self._resolution.chain[writing] == choice.chain:
            return choice
        chain, sure = self._resolution.chain[writing], _TRUSTED
        return replace(choice, chain=chain, mention=writing, probability=sure, beside=None)

    def _addressee(self, choice: SpeakerChoice) -> list[CharRange]:
        if choice.addressee is None or self._resolution.chain[choice.addressee] == choice.chain:
            return []
        told, mentions = self._chains.place_of(choice.addressee), self._resolution.mentions
        if choice.mention is not None and mentions[choice.addressee].kind == "pronoun":
            says = self._chains.place_of(choice.mention)
            return [] if says.begin <= told.begin and told.end <= says.end else [told]  # "ihr Verteidiger"
        return [told]

    def _told_by(self, candidate: QuoteCandidate, choice: SpeakerChoice) -> list[CharRange]:
        """Whom a rule takes off the end of the words for the speaker: "ein Polizeisprecher der dpa"."""
        if choice.mention is None:
            return []
        begin, end = self._chains.place_of(choice.mention)
        return [span for span in candidate.addressee_spans if begin < span.begin and span.end <= end]

    def _speaker(self, candidate: QuoteCandidate, choice: SpeakerChoice) -> Speaker | None:
        if choice.chain == NOBODY or choice.mention is None:
            return self._by_rule(candidate, choice.probability)
        begin, end = self._chains.place_of(choice.mention)
        given = [span for span in candidate.speaker_spans if self._chains.known(choice.chain).meets(span)]
        appositions = self._appositions(choice.chain)
        whole = [with_apposition(self._analysed, span, appositions) for span in given] or [self._whole(choice)]
        spans = self._spans(whole)
        entity, name = self._chains.entity(choice.chain), self._chains.name(choice.chain, given)
        kind = KIND_OF_TYPE[entity.type if entity is not None else self._chains.known(choice.chain).type]
        several = self._linker.several(_of_own_frame(candidate, given))
        if entity is not None and entity.name in several:
            entity, name, kind = None, enumerated(several), "group"
        elif choice.beside is not None:
            first, second = sorted((choice.mention, choice.beside))
            spans = self._spans([CharRange(self._chains.place_of(first)[0], self._chains.place_of(second)[1])])
            names = [self._chains.name(self._resolution.chain[mention]) for mention in (first, second)]
            entity, name, kind = None, " und ".join(name for name in names if name) or None, "group"
        elif entity is None:
            sources = (self._linker.owner_of_source(*words) for words in (CharRange(begin, end), *given))
            owner, called = next((source for source in sources if source[1] is not None), (None, None))
            if called is not None:
                entity, name = owner, called
                kind = KIND_OF_TYPE[owner.type] if owner is not None else "organisation"
        return Speaker(
            spans=spans,
            text=joined(self._article.text, spans),
            entity=entity.id if entity is not None else None,
            name=name,
            kind=kind,
            confidence=choice.probability,
        )

    def _whole(self, choice: SpeakerChoice) -> CharRange:
        """The chosen mention with what belongs to it, unless it is a pronoun."""
        assert choice.mention is not None
        mentions = self._resolution.mentions
        span = self._told.off(self._article.text, self._chains.place_of(choice.mention))
        if mentions[choice.mention].kind == "pronoun":
            return whose_information(self._analysed, span)
        entity = self._chains.entity(choice.chain)
        named = entity.type if entity is not None and mentions[choice.mention].kind == "name" else None
        appositions = self._appositions(choice.chain)
        return whole_phrase(self._analysed, span, appositions, person=named == "PER", organisation=named == "ORG")

    def _appositions(self, chain: int) -> Appositions:
        if chain not in self._apposed:
            members, mentions = self._resolution.chains[chain].mentions, self._resolution.mentions
            self._apposed[chain] = Appositions(
                self._chains.place_of(m) for m in members if mentions[m].kind != "pronoun"
            )
        return self._apposed[chain]

    def _spans(self, ranges: Sequence[CharRange]) -> list[Span]:
        whole = [CharRange(begin, self._end_of_name(begin, end)) for begin, end in ranges]
        return [Span(begin=begin, end=with_full_stop(self._article.text, begin, end)) for begin, end in whole]

    def _end_of_name(self, begin: CharOffset, end: CharOffset) -> CharOffset:
        """Where words end that break off within a name: "der Chef der Obst" of "der Chef der Obst & Söhne AG"."""
        if self._named is None:
            mentions = (mention for entity in self._article.entities for mention in entity.mentions)
            self._named = sorted(CharRange(m.begin, m.end) for m in mentions if m.kind == "name")
        at = bisect_left(self._named, end, key=lambda name: name.begin) - 1
        cut = at >= 0 and begin <= self._named[at].begin and end < self._named[at].end
        return self._named[at].end if cut else end

    def _ruled(self, candidate: QuoteCandidate, choice: SpeakerChoice, speaker: Speaker | None) -> Speaker | None:
        """The speaker that a rule names beside the quote, where the reader says another and is unsure of it.

        What a certain rule names holds in any case.
        """
        unsure = choice.probability < _TRUSTED or is_certain(candidate)
        if not unsure or is_carried(candidate) or not candidate.speaker_spans:
            return None
        entity, _ = self._linker.person(candidate.speaker_spans)
        if entity is None or (speaker is not None and speaker.entity == entity.id):
            return None
        return self._by_rule(candidate, choice.probability)

    def _by_rule(self, candidate: QuoteCandidate, nobody: float) -> Speaker | None:
        """What the rules say where the model finds nobody, as unsure as the model is sure of that."""
        if not candidate.speaker_spans:
            return None
        spans = self._spans(candidate.speaker_spans)
        entity, name = self._linker.person(candidate.speaker_spans)
        text = joined(self._article.text, spans)
        return Speaker(
            spans=spans,
            text=text,
            entity=entity.id if entity is not None else None,
            name=name or name_of_words(text),
            kind=KIND_OF_TYPE[entity.type] if entity is not None else "unknown",
            confidence=1 - nobody,
        )


def _of_own_frame(candidate: QuoteCandidate, spans: Sequence[CharRange]) -> list[CharRange]:
    """Those of `spans` that stand in the frame of the quote itself, not of an earlier one that it goes on."""
    if is_carried(candidate):
        return []
    return [span for span in spans if any(b <= span.begin and span.end <= e for b, e in candidate.frame_spans)]
