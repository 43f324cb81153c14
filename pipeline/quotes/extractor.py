"""The third stage: who said what in an article."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from pipeline.config import PipelineConfig
from pipeline.entities.gazetteer_file import GazetteerFile
from pipeline.entities.name_forms import with_full_stop
from pipeline.errors import ConfigurationError
from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import PREPOSITIONS, SUBORDINATORS
from pipeline.models.catalogue import QUOTE_MODELS, reader_folder
from pipeline.quotes.answers import interview_answers
from pipeline.quotes.attribution import KIND_OF_TYPE, Attribution
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.combination import combine, weigh
from pipeline.quotes.linking import Linker
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.reader_quotes import reader_quotes
from pipeline.quotes.registry import LINK_RULES
from pipeline.quotes.rules import RuleQuotes
from pipeline.quotes.segmentation import (
    drop_repeats,
    lines_apart,
    merge_sentences,
    split_sentences,
    without_lines_apart,
    without_questions,
)
from pipeline.quotes.speaker_names import name_of_words
from pipeline.quotes.text import AnalysedText
from pipeline.reader.model import Reader, shared_reader
from pipeline.reader.reading import Reading
from pipeline.spans import CharOffset, CharRange
from schemas.records import (
    Block,
    Entity,
    EntityArticle,
    Quote,
    QuoteArticle,
    QuotePart,
    QuotePerson,
    Speaker,
    SpeakerKind,
)
from schemas.spans import Span, joined

_BEHIND_DATELINE = re.compile(r"(?:,? ?\([^)\n]{1,60}\))? ?[–—.:-]")
_NOBODY = (
    frozenset({"danach", "demnach", "demzufolge", "das", "dies", "was", "es", "wonach"}) | PREPOSITIONS | SUBORDINATORS
)
"""Words that annotated data has for speakers, or the model takes for some, but that stand for nobody."""
_NEAR = 200
"""Code points around a fragment in which its own frame can stand."""


class QuoteExtractor:
    """Makes a QuoteArticle of an EntityArticle; loads its models once, when it is made.

    Raises:
        ConfigurationError: if the configuration names a quote model that there is not, or its weights are missing.
    """

    def __init__(self, config: PipelineConfig) -> None:
        self._rules = RuleQuotes()
        self._reader = _load_reader(config.quote_model)
        self._gazetteer = GazetteerFile(config.gazetteer)

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
        linker = Linker(article, self._gazetteer(), reading.layout.text_words if reading is not None else None)
        if self._reader is None:
            said = [(_speaker_by_rule(article, linker, candidate), candidate.addressee_spans) for candidate in found]
        else:
            said = Attribution(article, analysed, self._reader, linker).speakers(found)
        quotes = [
            _quote(article, linker, candidate, number, speaker, addressee)
            for number, (candidate, (speaker, addressee)) in enumerate(zip(found, said, strict=True))
        ]
        fields = {name: getattr(article, name) for name in EntityArticle.model_fields if name != "schema_"}
        return QuoteArticle(**fields, quotes=with_frames_of_wholes(article.text, with_parts(quotes)))

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
        rules = self._by_rules(analysed, reading, blocks)
        if self._reader is None or reading is None:
            return drop_repeats(analysed.text, without_questions(analysed.text, rules, blocks))
        read = self._read(analysed, reading, blocks)
        found = combine(reading, self._reader.calibration, rules, read)
        return drop_repeats(analysed.text, without_questions(analysed.text, found, blocks))

    def _by_rules(
        self, analysed: AnalysedText, reading: Reading | None, blocks: Sequence[Block]
    ) -> list[QuoteCandidate]:
        """What rules find, carried-on speech sentence by sentence; answers of an interview that has no labels too."""
        found = split_sentences(analysed, merge_sentences(analysed.text, self._rules(analysed)))
        if reading is not None and not any(candidate.rule == "turn" for candidate in found):
            found += interview_answers(analysed, reading, blocks)
        return sorted(found, key=lambda candidate: (candidate.begin, -candidate.end))

    def _read(self, analysed: AnalysedText, reading: Reading, blocks: Sequence[Block]) -> list[QuoteCandidate]:
        """What the reader finds, carried-on speech sentence by sentence."""
        apart = lines_apart(analysed.text, blocks)
        return split_sentences(analysed, without_lines_apart(analysed.text, reader_quotes(reading), apart))


def _load_reader(name: str) -> Reader | None:
    """The trained reader that finds quotes besides the rules: the shipped one, or one by its folder."""
    if name == "rules":
        return None
    folder = reader_folder(name)
    if folder is None:
        names = " and ".join(QUOTE_MODELS)
        raise ConfigurationError(f"quote_model: {name!r} is none of the quote models {names}, nor a folder with one")
    return shared_reader(folder)


def _spans(ranges: Sequence[CharRange]) -> list[Span]:
    return [Span(begin=begin, end=end) for begin, end in ranges]


def _part(text: str, ranges: Sequence[CharRange]) -> QuotePart | None:
    spans = _spans(ranges)
    return QuotePart(spans=spans, text=joined(text, spans)) if spans else None


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
        if (text[begin:end].lower() not in _NOBODY or not LINK_RULES["nobody"].on)
        and not _is_dateline(article, begin, end)
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
        cue=_part(text, candidate.cue_spans),
        frame=_part(text, told_by),
        addressee=_person(text, addressee, linker.person(addressee, own)),
        confidence=round(candidate.confidence, 3),
    )


def with_parts(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes, of which those that lie within another one are marked as parts of it."""
    sizes = [sum(span.end - span.begin for span in quote.spans) for quote in quotes]
    begun = sorted((span.begin, -span.end, number) for number, quote in enumerate(quotes) for span in quote.spans)
    marked = list(quotes)
    open_: list[tuple[int, int]] = []
    at = 0
    for number in sorted(range(len(quotes)), key=lambda number: quotes[number].spans[0].begin):
        quote = quotes[number]
        first = quote.spans[0]
        while at < len(begun) and begun[at][0] <= first.begin:
            open_.append((-begun[at][1], begun[at][2]))
            at += 1
        open_ = [(end, other) for end, other in open_ if end > first.begin]
        around = {
            other
            for end, other in open_
            if end >= first.end
            and other != number
            and quotes[other].spans != quote.spans
            and _all_within(quote.spans, quotes[other].spans)
        }
        if around:
            smallest = min(around, key=lambda other: (sizes[other], other))
            marked[number] = quote.model_copy(update={"part_of": quotes[smallest].id})
    return marked


def with_frames_of_wholes(text: str, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes, of which words in quotation marks within other speech have the speaker and the frame of that speech.

    What somebody else says within it is left as it is: "Obst sagte, Reif habe von einem „Skandal“ gesprochen".
    """
    by_id = {quote.id: quote for quote in quotes}
    return [
        _as_its_whole(text, quote, by_id[quote.part_of]) if quote.part_of is not None else quote for quote in quotes
    ]


def _as_its_whole(text: str, quote: Quote, whole: Quote) -> Quote:
    spoken = quote.type == "Direct" and whole.type != "Direct"
    if not spoken or whole.speaker is None or _cue_within(quote, whole) or _says_within(text, quote, whole):
        return quote
    taken = {name: getattr(whole, name) for name in ("speaker", "cue", "frame", "addressee")}
    return quote.model_copy(update=taken)


def _cue_within(quote: Quote, whole: Quote) -> bool:
    """Whether a cue of its own stands within the speech around a quote."""
    if quote.cue is None or quote.cue == whole.cue:
        return False
    return any(_all_within([span], whole.spans) for span in quote.cue.spans)


def _says_within(text: str, quote: Quote, whole: Quote) -> bool:
    """Whether the words around a quote say that somebody else says it: "hält Reif für „Unfug“"."""
    speaker, own = whole.speaker, quote.speaker
    if speaker is None or own is None or own.name == speaker.name or not _all_within(own.spans, whole.spans):
        return False
    first, last = whole.spans[0].begin, whole.spans[-1].end
    begin, end = quote.spans[0].begin, quote.spans[-1].end
    around = text[max(first, begin - _NEAR) : begin] + text[end : min(last, end + _NEAR)]
    before = text[max(first, own.spans[0].begin - _NEAR) : own.spans[0].begin].split()[-1:]
    behind = text[own.spans[-1].end : own.spans[-1].end + _NEAR].split()[:1]
    return any(map(_finite, before + behind)) or any(map(_participle, re.findall(r"\w+", around)))


def _finite(word: str) -> bool:
    return any(form.kind == "finite" and not form.verb.apart for form in reporting_forms().get(word, ()))


def _participle(word: str) -> bool:
    return any(form.kind == "participle" and not form.verb.apart for form in reporting_forms().get(word, ()))


def _all_within(inner: Sequence[Span], outer: Sequence[Span]) -> bool:
    """Whether each of `inner` lies within one of `outer`, which are in text order and do not overlap."""
    for span in inner:
        before = bisect_right(outer, span.begin, key=lambda other: other.begin)
        if not before or outer[before - 1].end < span.end:
            return False
    return True
