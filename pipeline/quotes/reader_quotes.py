"""The quotes that the trained reader sees, as candidates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.lexicon.words import ABBREVIATIONS
from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import CLOSERS, CLOSING, closed
from pipeline.reader.layout import Layout
from pipeline.reader.reading import Reading
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange, trimmed
from schemas.records import Medium, QuoteType

_WORD = re.compile(r"\w+")
_JOINTS = frozenset(" ,;:–-")
_LEAST_INDIRECT = 2
"""Words of indirect speech; single ones are mostly what is left of a clause."""
_CUE = 0.5
_PERHAPS = 0.15
"""The mean probability from which the rest of a clause goes on with the indirect speech that its beginning is."""
_ENDS = frozenset(".,;:!?…–—-()[]") | CLOSERS.keys() | CLOSING
_ABBREVIATED = re.compile(
    rf"(?:(?:\b|\.)[^\W\d_]|\b(?:{'|'.join(map(re.escape, sorted(ABBREVIATIONS)))})|\.\.)\.$", re.IGNORECASE
)
_COORDINATING = frozenset({"und", "oder", "sowie"})
_NEAR = 40
"""Tokens around a quote among which its cue is looked for."""


def reader_quotes(reading: Reading) -> list[QuoteCandidate]:
    """Candidates in text order; `confidence` is the mean probability of their tags."""
    found = []
    ends = {quoted.begin: quoted.end for quoted in reading.layout.quoted}
    for quote, medium in zip(reading.quotes, reading.media, strict=True):
        text = reading.layout.text
        pieces = quote.spans if quote.type == "Direct" else _with_whole_clause(reading, quote.spans)
        spans = [closed(text, reading.layout.range(span)) for span in pieces]
        if quote.type == "Direct":
            behind = text[ends.get(spans[0].begin, spans[0].begin) : spans[0].end]
            if not any(map(str.isalnum, behind)):  # nothing is his that stands outside of the marks
                marked = [reading.layout.depth[piece.first] > 0 for piece in pieces]
                spans = [span for span, inside in zip(spans, marked, strict=True) if inside]
            spans = _cut(text, spans, ends)
            spans = [*spans[:-1], _without_broken_line(text, spans[-1])] if spans else spans
        else:
            spans = [solid for span in spans if (solid := _without_joint(text, span)).begin < solid.end]
            if quote.type == "Indirect" and spans:
                spans[-1] = _without_full_stop(text, spans[-1])
        words = sum(len(_WORD.findall(text, begin, end)) for begin, end in spans)
        if words < (1 if quote.type == "Direct" else _LEAST_INDIRECT):
            continue
        kind: QuoteType = quote.type  # type: ignore[assignment]
        said: Medium = medium  # type: ignore[assignment]
        cue = _cue(reading, quote.spans)
        found.append(
            QuoteCandidate(
                spans,
                kind,
                said,
                cue_spans=cue,
                frame_spans=_rest(reading.layout, quote.spans) if cue else [],
                confidence=quote.probability,
            )
        )
    return found


def _with_whole_clause(reading: Reading, spans: Sequence[TokenRange]) -> Sequence[TokenRange]:
    """The spans of a quote, of which the last goes on to the end of its clause if it would break off within it.

    The reader must not be sure that the rest is nobody's speech; and what follows "und" may be told beside it.
    """
    layout, (first, last) = reading.layout, spans[-1]
    if layout.words[last - 1] in _ENDS or _COORDINATING & set(layout.words[last - 1 : last + 1]):
        return spans
    end = last
    while end < len(layout) and layout.words[end] not in _ENDS and layout.sentence[end] == layout.sentence[first]:
        end += 1
    if end == last or reading.inside[last:end, 1].mean() < _PERHAPS:
        return spans
    return [*spans[:-1], TokenRange(first, end)]


def _without_joint(text: str, span: CharRange) -> CharRange:
    """The span without what joins it to what follows: a comma, colon or dash at its end, a mark that opens there."""
    begin, end = span
    while end > begin and (text[end - 1] in _JOINTS or (text[end - 1] in CLOSERS and text[end - 2].isspace())):
        end = CharOffset(end - 1)
    return CharRange(begin, end)


def _without_full_stop(text: str, span: CharRange) -> CharRange:
    """The span without the full stop that ends its sentence, but with that of an abbreviation or initial."""
    if text[span.end - 1] != "." or _ABBREVIATED.search(text, span.begin, span.end) is not None:
        return span
    return CharRange(span.begin, CharOffset(span.end - 1))


def _without_broken_line(text: str, span: CharRange) -> CharRange:
    """The span without its last line, of several, if it breaks off within a clause there: somebody else has begun."""
    line = text.rfind("\n", span.begin, span.end)
    breaks_off = text[span.end - 1].isalnum() and re.match(r" \w", text[span.end : span.end + 2]) is not None
    return trimmed(text, span.begin, CharOffset(line)) if line >= 0 and breaks_off else span


def _cut(text: str, spans: list[CharRange], ends: Mapping[CharOffset, CharOffset]) -> list[CharRange]:
    """The spans of direct speech without what stands behind their closing marks.

    Words there may go on with a turn that has no marks and began with words of somebody else, if there is but one span.
    """
    marked = len(spans) > 1 and all(begin in ends for begin, _ in spans)
    cut = [CharRange(begin, min(end, ends.get(begin, end))) for begin, end in spans]
    return [
        inner if marked or not any(map(str.isalnum, text[inner.end : outer.end])) else outer
        for inner, outer in zip(cut, spans, strict=True)
    ]


def _rest(layout: Layout, spans: tuple[TokenRange, ...]) -> list[CharRange]:
    """What is left of the quote's sentences without it and without the full stop: what introduces it."""
    first, last = layout.sentence[spans[0][0]], layout.sentence[spans[-1][1] - 1]
    begin = TokenIndex(np.searchsorted(layout.sentence, first, side="left"))
    end = TokenIndex(np.searchsorted(layout.sentence, last, side="right"))
    if layout.words[end - 1] in {".", "!", "?"} and end > spans[-1][1]:
        end -= 1
    bounds = [begin, *(at for span in spans for at in span), end]
    pieces = [TokenRange(bounds[at], bounds[at + 1]) for at in range(0, len(bounds), 2)]
    return [layout.range(piece) for piece in pieces if piece.first < piece.last]


def _cue(reading: Reading, spans: tuple[TokenRange, ...]) -> list[CharRange]:
    """The words in the quote's sentences, outside of it, that show speech."""
    layout = reading.layout
    begin, end = spans[0][0], spans[-1][1]
    first, last = layout.sentence[begin], layout.sentence[end - 1]
    near = np.arange(max(0, begin - _NEAR), min(len(layout), end + _NEAR))
    inside = np.zeros(len(near), dtype=bool)
    for span_first, span_last in spans:
        inside[span_first - near[0] : span_last - near[0]] = True
    same = (layout.sentence[near] >= first) & (layout.sentence[near] <= last)
    marked = near[same & ~inside & (reading.cues[near] > _CUE)]
    runs = np.split(marked, np.flatnonzero(np.diff(marked) > 1) + 1) if len(marked) else []
    return [layout.range(TokenRange(TokenIndex(run[0]), TokenIndex(run[-1] + 1))) for run in runs]
