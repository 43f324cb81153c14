"""Quotes within others: which is a part of which, and whose words its cue and its frame are."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from pipeline.lexicon.verbs import reporting_forms
from pipeline.quotes.marks import CLOSING
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharOffset, trimmed
from schemas.records import Quote, QuotePart
from schemas.spans import Span, joined

_NEAR = 200
"""Code points around a fragment in which its own frame can stand."""


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


def with_own_frames(analysed: AnalysedText, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes, whose frames have no halves of other quotes in quotation marks, and none behind a colon at the end.

    The cue and the frame of what is introduced within other speech have nothing outside of that: in „Er hat gesagt, es
    reiche“, meinte Obst, "er hat gesagt" is all that introduces that it reaches.
    """
    by_id = {quote.id: quote for quote in quotes}
    said = frozenset(quote.spans[0].begin for quote in quotes if quote.type == "Direct")
    return [
        _with_own_frame(analysed, quote, by_id[quote.part_of] if quote.part_of is not None else None, said)
        for quote in quotes
    ]


def _with_own_frame(analysed: AnalysedText, quote: Quote, whole: Quote | None, said: frozenset[int]) -> Quote:
    if quote.cue is None or quote.frame is None:
        return quote
    cue = [span for span in quote.cue.spans if whole is not None and _all_within([span], whole.spans)]
    pieces = quote.frame.spans
    if whole is not None and cue:
        pieces = [
            Span(begin=max(piece.begin, other.begin), end=min(piece.end, other.end))
            for piece in pieces
            for other in whole.spans
            if piece.begin < other.end and other.begin < piece.end
        ]
    frame = [piece for piece in (_without_others(analysed, piece, said) for piece in pieces) if piece is not None]
    parts = {"cue": quote_part(analysed.text, cue or quote.cue.spans), "frame": quote_part(analysed.text, frame)}
    return quote.model_copy(update=parts)


def quote_part(text: str, spans: Sequence[Span]) -> QuotePart | None:
    """What `spans` hold, as records have it; None if there are none."""
    return QuotePart(spans=list(spans), text=joined(text, spans)) if spans else None


def _without_others(analysed: AnalysedText, piece: Span, said: frozenset[int]) -> Span | None:
    """A piece of a frame without half a quote at its begin or end, and marks around it; None if it has only signs.

    Nor has it what somebody says next behind a colon; `said` is where direct speech begins.
    """
    text, begin, end = analysed.text, CharOffset(piece.begin), CharOffset(piece.end)
    first, last = analysed.quoted_at(begin), analysed.quoted_at(CharOffset(end - 1))
    if first is not None and first == last:
        begin = CharOffset(begin + (begin == first.begin))
        end = CharOffset(end - (end == first.end and text[end - 1] in CLOSING))
    if first is not None and first.begin < begin and first.end < end:
        begin = first.end
    if last is not None and begin < last.begin:
        introduced = last.begin in said and text[begin : last.begin].rstrip().endswith(":")
        end = last.begin if introduced or end < last.end else end
    own = trimmed(text, begin, end)
    return Span(begin=own.begin, end=own.end) if any(map(str.isalnum, text[slice(*own)])) else None


def _as_its_whole(text: str, quote: Quote, whole: Quote) -> Quote:
    spoken = quote.type == "Direct" and whole.type != "Direct"
    if not spoken or whole.speaker is None or _cue_within(quote, whole) or _says_within(text, quote, whole):
        return quote
    taken = {name: getattr(whole, name) for name in ("speaker", "cue", "frame", "addressee")}
    return quote.model_copy(update=taken)


def _cue_within(quote: Quote, whole: Quote) -> bool:
    """Whether a cue of its own stands within the speech around a quote, and not one of who says all of that."""
    said_by = [speaker.name for speaker in (quote.speaker, whole.speaker) if speaker is not None]
    if quote.cue is None or quote.cue == whole.cue or (len(set(said_by)) < len(said_by) and said_by[0] is not None):
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
