"""The third stage: who said what in an article."""

import re
from collections.abc import Sequence

from pipeline.config import PipelineConfig
from pipeline.entities.name_forms import with_full_stop
from pipeline.entities.words import TextWords
from pipeline.lexicon.words import PREPOSITIONS, SUBORDINATORS
from pipeline.models.catalogue import reader_folder
from pipeline.quotes.answers import interview_answers
from pipeline.quotes.attribution import KIND_OF_TYPE, Attribution
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.combination import combine, weigh
from pipeline.quotes.linking import Linker
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.parts import quote_part, with_frames_of_wholes, with_own_frames, with_parts
from pipeline.quotes.reader_quotes import reader_quotes
from pipeline.quotes.rules import RuleQuotes
from pipeline.quotes.segmentation import (
    drop_repeats,
    lines_apart,
    split_sentences,
    without_lines_apart,
    without_questions,
)
from pipeline.quotes.speaker_names import name_of_words
from pipeline.quotes.text import AnalysedText
from pipeline.reader.model import quote_reader
from pipeline.reader.reading import Reading
from pipeline.spans import CharOffset, CharRange
from schemas.records import (
    Block,
    Entity,
    EntityArticle,
    Quote,
    QuoteArticle,
    QuotePerson,
    Speaker,
    SpeakerKind,
)
from schemas.spans import Span, joined

_BEHIND_DATELINE = re.compile(r"(?:,? ?\([^)\n]{1,60}\))? ?[–—.:-]")
_NOBODY = (
    frozenset({"danach", "demnach", "demzufolge", "das", "dies", "was", "es", "wonach"}) | PREPOSITIONS | SUBORDINATORS
)
"""Words that rules take for the speaker, but that stand for nobody."""


class QuoteExtractor:
    """Makes a QuoteArticle of an EntityArticle; loads its models once, when it is made.

    Raises:
        ConfigurationError: if the configuration names a quote model that there is not, or its weights are missing.
    """

    def __init__(self, config: PipelineConfig) -> None:
        self._rules = RuleQuotes()
        self._reader = quote_reader(config.quote_model)
        self._foreign = reader_folder(config.model_de) is None

    def sentences(self, text: str) -> list[QuoteCandidate]:
        """The quotes of `text` as records have them, not linked to entities."""
        return self._sentences(*self._analysed(text))

    def weighed(self, text: str) -> list[tuple[QuoteCandidate, dict[str, float]]]:
        """What rules or reader take for a quote in `text`, repeats left out, with what speaks for and against it."""
        analysed, reading = self._analysed(text)
        assert reading is not None
        found = weigh(reading, self._by_rules(analysed, reading, ()), self._read(analysed, reading, ()))
        found.sort(key=lambda pair: (pair[0].begin, -pair[0].end))
        kept = {id(candidate) for candidate in drop_repeats(text, [candidate for candidate, _ in found])}
        return [pair for pair in found if id(pair[0]) in kept]

    def __call__(self, article: EntityArticle) -> QuoteArticle:
        analysed, reading = self._analysed(article.text)
        found = self._sentences(analysed, reading, article.blocks)
        linker = Linker(article, reading.layout.text_words if reading is not None else TextWords(article.text, ()))
        if self._reader is None:
            said = [(_speaker_by_rule(article, linker, candidate), candidate.addressee_spans) for candidate in found]
        else:
            said = Attribution(article, analysed, self._reader, linker, foreign=self._foreign).speakers(found)
        quotes = [
            _quote(article, linker, candidate, number, speaker, addressee)
            for number, (candidate, (speaker, addressee)) in enumerate(zip(found, said, strict=True))
        ]
        fields = {name: getattr(article, name) for name in EntityArticle.model_fields if name != "schema_"}
        quotes = with_own_frames(analysed, with_frames_of_wholes(article.text, with_parts(quotes)))
        return QuoteArticle(**fields, quotes=quotes)

    def _analysed(self, text: str) -> tuple[AnalysedText, Reading | None]:
        """The text as the rules look at it, and what the reader reads in it, if there is one."""
        if self._reader is None:
            return AnalysedText(text, quoted_texts(text)), None
        reading = self._reader(text)
        return AnalysedText(text, reading.layout.quoted), reading

    def _sentences(
        self, analysed: AnalysedText, reading: Reading | None, blocks: Sequence[Block] = ()
    ) -> list[QuoteCandidate]:
        """The quotes as records have them: carried-on speech sentence by sentence, everybody's words once."""
        found = self._by_rules(analysed, reading, blocks)
        if self._reader is not None and reading is not None:
            found = combine(reading, self._reader.calibration, found, self._read(analysed, reading, blocks))
        return drop_repeats(analysed.text, without_questions(analysed.text, found, blocks))

    def _by_rules(
        self, analysed: AnalysedText, reading: Reading | None, blocks: Sequence[Block]
    ) -> list[QuoteCandidate]:
        """What rules find, carried-on speech sentence by sentence; answers of an interview that has no labels too."""
        found = self._rules(analysed)
        if reading is not None and not any(candidate.rule == "turn" for candidate in found):
            found += interview_answers(analysed, reading, blocks)
        return sorted(found, key=lambda candidate: (candidate.begin, -candidate.end))

    def _read(self, analysed: AnalysedText, reading: Reading, blocks: Sequence[Block]) -> list[QuoteCandidate]:
        """What the reader finds, carried-on speech sentence by sentence."""
        apart = lines_apart(analysed.text, blocks)
        return split_sentences(analysed, without_lines_apart(analysed.text, reader_quotes(reading), apart))


def _spans(ranges: Sequence[CharRange]) -> list[Span]:
    return [Span(begin=begin, end=end) for begin, end in ranges]


def _person(text: str, ranges: Sequence[CharRange], meant: tuple[Entity | None, str | None]) -> QuotePerson | None:
    spans = _spans(ranges)
    if not spans:
        return None
    entity, name = meant
    return QuotePerson(
        spans=spans, text=joined(text, spans), entity=entity.id if entity is not None else None, name=name
    )


def _is_dateline(article: EntityArticle, begin: CharOffset, end: CharOffset) -> bool:
    """Whether the words are the place that a line begins with: the model takes it for who speaks now and then."""
    text = article.text
    placed = text[begin:end] == article.dateline and (begin == 0 or text[begin - 1] == "\n")
    return placed and _BEHIND_DATELINE.match(text, end) is not None


def _speaker_by_rule(article: EntityArticle, linker: Linker, candidate: QuoteCandidate) -> Speaker | None:
    text = article.text
    said_by = [
        CharRange(begin, with_full_stop(text, begin, end))
        for begin, end in candidate.speaker_spans
        if text[begin:end].lower() not in _NOBODY and not _is_dateline(article, begin, end)
    ]
    entity, name = linker.person(said_by)
    said = _person(text, said_by, (entity, name))
    if said is None:
        return None
    several: SpeakerKind = "group" if linker.several(said_by) else "unknown"
    kind = KIND_OF_TYPE[entity.type] if entity is not None else several
    return Speaker(**dict(said) | {"name": name or name_of_words(said.text), "kind": kind})


def _quote(
    article: EntityArticle,
    linker: Linker,
    candidate: QuoteCandidate,
    number: int,
    speaker: Speaker | None,
    addressee: Sequence[CharRange],
) -> Quote:
    text = article.text
    spans = _spans(candidate.spans)
    told_by = [
        CharRange(begin, with_full_stop(text, begin, end))
        for begin, end in candidate.frame_spans
        if not _is_dateline(article, begin, end)
    ]
    own = linker.entity(speaker.entity) if speaker is not None and speaker.entity is not None else None
    return Quote(
        id=f"{article.id}#{number}",
        type=candidate.type,
        medium=candidate.medium,
        spans=spans,
        text=joined(text, spans),
        speaker=speaker,
        cue=quote_part(text, _spans(candidate.cue_spans)),
        frame=quote_part(text, _spans(told_by)),
        addressee=_person(text, addressee, linker.person(addressee, own)),
        confidence=round(candidate.confidence, 3),
    )
