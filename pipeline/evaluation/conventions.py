"""Published quotes by the conventions of the German news quotation dataset, which are not those of the records.

The dataset (Petersen-Frey and Biemann 2024) is the one that annotates frames. What it marks otherwise than records:

- Direct speech has quotation marks; turns of an interview without them are no quotes.
- Acts of speech that are only reported, and free indirect speech, are whole sentences with their full stop, and have no
  cue and no frame. Nor have words in quotation marks within a reported act of speech.
- Other words in quotation marks have a frame: the rest of their sentence if it names who says them, else the frame of
  the speech that they go on with ("„Ja“, sagte Obst. „Es reicht.“").
- What a source says ("nach Angaben der Polizei") is all of its sentence but the source. The cue is the preposition.
- What a speaker reports of others, in quotation marks or in an answer of an interview, is no quote of its own.
- The speaker is the mention that stands in the frame. If none does, indirect speech has no speaker. "Demnach" speaks
  itself, and "man" is nobody.
- How much of a phrase is marked, says `pipeline/evaluation/marked_phrases.py`, and how many words of a cue,
  `pipeline/evaluation/marked_words.py`.

All of this is decided by the record and the text, and never by what is annotated.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.evaluation.marked_phrases import whole_phrase
from pipeline.evaluation.marked_words import as_marked, whole_cue, with_role
from pipeline.lexicon import word_list
from pipeline.quotes.candidates import QuoteCandidate, covered, shared
from pipeline.quotes.frames import frame_around
from pipeline.quotes.marks import CLOSERS, quoted_texts
from pipeline.quotes.segmentation import FREE_TYPES
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharOffset, CharRange

_WHOLE = FREE_TYPES | {"Reported"}
_STOPS = frozenset(".!?;")
_SOURCES = word_list("source_prepositions")
_SPEAKING_ADVERBS = word_list("speaking_adverbs")
_NOBODY = frozenset({"es", "man"})
_SIGNS = " ,"


def by_conventions(text: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, which are those of one text in their order, as the dataset would have them.

    A row may have `mentions`, the places in the text that name its speaker.
    """
    analysed = AnalysedText(text, quoted_texts(text))
    quotes = []
    for quote, mentions in _own_words(text, rows):
        _name_in_frame(quote, mentions)
        quotes.append(quote)
    reported = [quote.spans for quote in quotes if quote.type == "Reported"]
    framed = [quote for quote in quotes if quote.frame_spans and quote.type not in _WHOLE]
    for quote in quotes:
        if quote.type in _WHOLE or any(shared(quote.spans, spans) == covered(quote.spans) for spans in reported):
            quote.cue_spans, quote.frame_spans = [], []
        elif quote.type == "Direct" and not quote.frame_spans:
            _find_frame(analysed, quote, framed)
        elif quote.type == "Indirect":
            _take_adverb(analysed, quote)
        if quote.type == "Reported":
            quote.spans[-1] = _with_stop(text, quote.spans[-1])
        _end_speaker_with_frame(text, quote)
        _take_preposition(analysed, quote)
        if quote.type == "Indirect" and quote.frame_spans:
            _end_frame_with_source(text, quote)
            quote.speaker_spans = _speaker_in_frame(text, quote)
        said_by = [span for span in quote.speaker_spans if text[span.begin : span.end].lower() not in _NOBODY]
        quote.speaker_spans = [as_marked(analysed, span) for span in said_by]
        if len(quote.speaker_spans) == 1:
            quote.speaker_spans = [whole_phrase(analysed, quote, quote.speaker_spans[0])]
        quote.addressee_spans = [with_role(analysed, as_marked(analysed, span)) for span in quote.addressee_spans]
        quote.cue_spans = whole_cue(analysed, quote)
    return [_row(quote) for quote in quotes]


def _own_words(text: str, rows: Iterable[dict[str, Any]]) -> Iterator[tuple[QuoteCandidate, Sequence[CharRange]]]:
    """The quotes with the mentions of their speakers, without turns of interviews and what direct speech reports."""
    rows = list(rows)
    quotes = [_quote(row) for row in rows]
    direct = [quote for quote in quotes if quote.type == "Direct"]
    turns = [quote for quote in direct if text[quote.begin] not in CLOSERS]
    for row, quote in zip(rows, quotes, strict=True):
        within = [other for other in direct if other.begin <= quote.begin and quote.end <= other.end]
        told = quote.type != "Direct" and any(shared(quote.frame_spans, other.spans) for other in within)
        if not told and not any(turn in within for turn in turns):
            yield quote, [CharRange(CharOffset(begin), CharOffset(end)) for begin, end in row.get("mentions", ())]


def _name_in_frame(quote: QuoteCandidate, mentions: Sequence[CharRange]) -> None:
    """Has the mention of the speaker that stands in the frame, nearest to the cue, be the speaker."""
    if not quote.speaker_spans or shared(quote.speaker_spans, quote.frame_spans):
        return
    inside = [mention for mention in mentions if _within(mention, quote.frame_spans)]
    if inside:
        cues = quote.cue_spans or quote.spans
        quote.speaker_spans = [min(inside, key=lambda mention: min(abs(mention.begin - cue.begin) for cue in cues))]


def _quote(row: dict[str, Any]) -> QuoteCandidate:
    spans, speaker, cue, frame, addressee = (
        [CharRange(CharOffset(begin), CharOffset(end)) for begin, end in row[role]]
        for role in ("spans", "speaker", "cue", "frame", "addressee")
    )
    return QuoteCandidate(spans, row["type"], row["medium"], speaker, cue, frame, addressee)


def _row(quote: QuoteCandidate) -> dict[str, Any]:
    return {
        "spans": [list(span) for span in quote.spans],
        "speaker": [list(span) for span in quote.speaker_spans],
        "cue": [list(span) for span in quote.cue_spans],
        "frame": [list(span) for span in quote.frame_spans],
        "addressee": [list(span) for span in quote.addressee_spans],
        "type": quote.type,
        "medium": quote.medium,
    }


def _within(span: CharRange, others: Sequence[CharRange]) -> bool:
    return any(other.begin <= span.begin and span.end <= other.end for other in others)


def _find_frame(analysed: AnalysedText, quote: QuoteCandidate, framed: Sequence[QuoteCandidate]) -> None:
    """Gives words in quotation marks the rest of their sentence, or the nearest frame that their speaker stands in."""
    if not quote.speaker_spans:
        return
    sentence, speaker = analysed.sentences[analysed.sentence_at(quote.begin)], quote.speaker_spans[0]
    if sentence.begin <= speaker.begin and speaker.end <= sentence.end:
        quote.frame_spans = frame_around(analysed, sentence, quote.spans)
        return
    others = [other for other in framed if _within(speaker, other.frame_spans)]
    if others:
        nearest = min(others, key=lambda other: abs(other.begin - quote.begin))
        quote.frame_spans, quote.cue_spans = list(nearest.frame_spans), list(nearest.cue_spans)


def _take_adverb(analysed: AnalysedText, quote: QuoteCandidate) -> None:
    """Has an adverb right before indirect speech that has no frame introduce it: "Danach sei der Bau sicher"."""
    first = analysed.token_range(*quote.spans[0]).first
    before = analysed.tokens[first - 1] if first else None
    if not quote.frame_spans and before is not None and before.lower in _SPEAKING_ADVERBS:
        adverb = CharRange(before.begin, before.end)
        quote.speaker_spans, quote.cue_spans, quote.frame_spans = [adverb], [adverb], [adverb]


def _with_stop(text: str, span: CharRange) -> CharRange:
    return CharRange(span.begin, CharOffset(span.end + 1)) if text[span.end : span.end + 1] in _STOPS else span


def _end_speaker_with_frame(text: str, quote: QuoteCandidate) -> None:
    """Leaves of a speaker that reaches into the quote what stands in the frame."""
    if len(quote.speaker_spans) != 1 or not shared(quote.speaker_spans, quote.spans):
        return
    speaker = quote.speaker_spans[0]
    for piece in quote.frame_spans:
        inner = _solid(text, max(piece.begin, speaker.begin), min(piece.end, speaker.end))
        if inner.begin < inner.end:
            quote.speaker_spans = [inner]
            return


def _solid(text: str, begin: CharOffset, end: CharOffset) -> CharRange:
    """The range without the spaces and commas at its ends; empty if it has nothing else."""
    while begin < end and text[begin] in _SIGNS:
        begin = CharOffset(begin + 1)
    while begin < end and text[end - 1] in _SIGNS:
        end = CharOffset(end - 1)
    return CharRange(begin, end)


def _take_preposition(analysed: AnalysedText, quote: QuoteCandidate) -> None:
    """Leaves of a cue like "nach dem Wunsch" or "Meinung nach" the preposition: the rest names the speaker."""
    for number, cue in enumerate(quote.cue_spans):
        first, last = analysed.token_range(*cue)
        words = analysed.tokens[first:last]
        if len(words) < 2 or not {words[0].lower, words[-1].lower} & _SOURCES:
            continue
        preposition = words[0] if words[0].lower in _SOURCES else words[-1]
        quote.cue_spans[number] = CharRange(preposition.begin, preposition.end)
        for speaker in quote.speaker_spans[:1]:
            if preposition is words[0] and analysed.token_range(*speaker).first == last:
                quote.speaker_spans[0] = CharRange(words[1].begin, speaker.end)


def _end_frame_with_source(text: str, quote: QuoteCandidate) -> None:
    """Makes the source phrase the frame of what it says, and the rest of the frame a part of that."""
    sources = [span for span in quote.cue_spans if text[span.begin : span.end].lower() in _SOURCES]
    frame = [piece for piece in quote.frame_spans if any(_within(span, [piece]) for span in sources)]
    if not frame:
        return
    told = [piece for piece in quote.frame_spans if not any(_within(span, [piece]) for span in quote.cue_spans)]
    said = sorted([*quote.spans, *told])
    quote.spans = []
    for begin, end in (_solid(text, *piece) for piece in said):
        goes_on = quote.spans and not any(map(str.isalnum, text[quote.spans[-1].end : begin]))
        quote.spans.append(CharRange(quote.spans.pop().begin if goes_on else begin, end))
    for speaker in quote.speaker_spans[:1]:
        beside = frame[-1].end < speaker.end and speaker.begin <= frame[-1].end + 1
        if beside and not shared([speaker], quote.spans):
            frame[-1] = CharRange(frame[-1].begin, speaker.end)
    quote.frame_spans = frame


def _speaker_in_frame(text: str, quote: QuoteCandidate) -> list[CharRange]:
    if any(_within(span, quote.frame_spans) for span in quote.speaker_spans):
        return quote.speaker_spans
    return [span for span in quote.cue_spans if text[span.begin : span.end].lower() in _SPEAKING_ADVERBS]
