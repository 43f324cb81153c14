"""The third stage: who said what in an article."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.config import PipelineConfig
from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.names import with_full_stop
from pipeline.errors import ConfigurationError
from pipeline.models.catalogue import DATA, QUOTE_MODELS
from pipeline.quotes.candidates import QuoteCandidate, Range
from pipeline.quotes.combination import combine
from pipeline.quotes.free import by_sentence, merged, once
from pipeline.quotes.linking import Linker
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.rules import RuleQuotes
from pipeline.quotes.text import AnalysedText
from pipeline.quotes.words import PREPOSITIONS, SUBORDINATORS
from schemas.records import Entity, EntityArticle, Quote, QuoteArticle, QuotePart, QuotePerson, Speaker
from schemas.spans import Span, joined

_BEHIND_DATELINE = re.compile(r"(?:,? ?\([^)\n]{1,60}\))? ?[–—.:-]")
_LEAST_SURE = 0.4
"""Records leave out what is wrong more often than right: acts of speech and hearsay that only the rules see."""
_NOBODY = (
    frozenset({"danach", "demnach", "demzufolge", "das", "dies", "was", "es", "wonach"}) | PREPOSITIONS | SUBORDINATORS
)
"""Words that annotated data has for speakers, or the model takes for some, but that stand for nobody."""


class QuoteExtractor:
    """Makes a QuoteArticle of an EntityArticle; loads its models once, when it is made.

    Raises:
        ConfigurationError: if the configuration names a quote model that there is not, or its weights are missing.
    """

    def __init__(self, config: PipelineConfig) -> None:
        self._rules = RuleQuotes()
        self._learned = _load_learned(config.quote_model)
        self._gazetteer = load_gazetteer(config.gazetteer)

    def candidates(self, text: str) -> list[QuoteCandidate]:
        """The quotes of `text` in text order, not linked to entities; carried-on speech of a speaker in one piece.

        Words that somebody quotes of somebody else come twice, the speaker's first; in records they are the speaker's.
        """
        return self._find(AnalysedText(text, quoted_texts(text)))

    def __call__(self, article: EntityArticle) -> QuoteArticle:
        linker = Linker(article, self._gazetteer)
        analysed = AnalysedText(article.text, quoted_texts(article.text))
        sure = [candidate for candidate in self._find(analysed) if candidate.confidence >= _LEAST_SURE]
        found = once(by_sentence(analysed, sure))
        quotes = [_quote(article, linker, candidate, number) for number, candidate in enumerate(found)]
        fields = {name: getattr(article, name) for name in EntityArticle.model_fields if name != "schema_"}
        return QuoteArticle(**fields, quotes=quotes)

    def _find(self, analysed: AnalysedText) -> list[QuoteCandidate]:
        rules = merged(analysed.text, self._rules(analysed))
        return combine(analysed.text, rules, self._learned(analysed.text)) if self._learned is not None else rules


def _load_learned(name: str) -> Callable[[str], list[QuoteCandidate]] | None:
    """What finds quotes besides the rules: the shipped model, or one that was trained, by its folder."""
    if name == "rules":
        return None
    shipped = QUOTE_MODELS["redefluss"]
    folder = DATA / "quotes" if name == shipped.name else Path(name)
    if not (folder / shipped.graph).is_file():
        if name == shipped.name:
            raise ConfigurationError(f"quote_model: {name} needs its weights in {folder}; rules needs none")
        names = " and ".join(QUOTE_MODELS)
        raise ConfigurationError(f"quote_model: {name!r} is none of the quote models {names}, nor a folder with one")
    # Imported here, so that the rules need no onnxruntime.
    from pipeline.quotes.learned.model import LearnedQuotes

    return LearnedQuotes(folder)


def _spans(ranges: Sequence[Range]) -> list[Span]:
    return [Span(begin=begin, end=end) for begin, end in ranges]


def _part(text: str, ranges: Sequence[Range]) -> QuotePart | None:
    spans = _spans(ranges)
    return QuotePart(spans=spans, text=joined(text, spans)) if spans else None


def _person(text: str, ranges: Sequence[Range], meant: tuple[Entity | None, str | None]) -> QuotePerson | None:
    spans = _spans(ranges)
    if not spans:
        return None
    entity, name = meant
    return QuotePerson(
        spans=spans, text=joined(text, spans), entity=entity.id if entity is not None else None, name=name
    )


def _is_dateline(article: EntityArticle, begin: int, end: int) -> bool:
    """Whether the words are the place that a line begins with: the model takes it for who speaks now and then."""
    text = article.text
    placed = text[begin:end] == article.dateline and (begin == 0 or text[begin - 1] == "\n")
    return placed and _BEHIND_DATELINE.match(text, end) is not None


def _quote(article: EntityArticle, linker: Linker, candidate: QuoteCandidate, number: int) -> Quote:
    text = article.text
    spans = _spans(candidate.spans)
    said_by = [
        (begin, with_full_stop(text, begin, end))
        for begin, end in candidate.speaker_spans
        if text[begin:end].lower() not in _NOBODY and not _is_dateline(article, begin, end)
    ]
    told_by = [
        (begin, with_full_stop(text, begin, end))
        for begin, end in candidate.frame_spans
        if not _is_dateline(article, begin, end)
    ]
    speaker = linker.person(said_by)
    said = _person(text, said_by, speaker)
    return Quote(
        id=f"{article.id}#{number}",
        type=candidate.type,
        medium=candidate.medium,
        spans=spans,
        text=joined(text, spans),
        speaker=Speaker(**dict(said)) if said is not None else None,
        cue=_part(text, candidate.cue_spans),
        frame=_part(text, told_by),
        addressee=_person(text, candidate.addressee_spans, linker.person(candidate.addressee_spans, speaker[0])),
        confidence=round(candidate.confidence, 3),
    )
