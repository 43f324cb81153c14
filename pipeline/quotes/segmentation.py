"""Candidates as annotated data has them, and as records have them: every sentence and everybody's words once."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from pipeline.quotes.candidates import QuoteCandidate, covered, shared
from pipeline.quotes.marks import CLOSERS, CLOSING
from pipeline.quotes.text import AnalysedText
from pipeline.spans import CharOffset, CharRange, char_span, trimmed
from schemas.records import Block

_NEIGHBOURS = 4
"""How many quotes before one are looked at for one that holds it."""
_APART = frozenset({"heading", "question"})
_QUESTION = re.compile(r"^[^.!?…\n]{1,300}\?$", re.MULTILINE)
FREE_TYPES = frozenset({"IndirectFreeIndirect", "FreeIndirect"})


def split_sentences(analysed: AnalysedText, candidates: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """Carried-on speech with a quote for every sentence, so that each can be found and counted by itself."""
    result: list[QuoteCandidate] = []
    for candidate in candidates:
        if candidate.type not in FREE_TYPES or len(candidate.spans) != 1:
            result.append(candidate)
            continue
        first = analysed.sentence_at(candidate.begin)
        last = analysed.sentence_at(candidate.end - 1)
        for sentence in analysed.sentences[first : last + 1]:
            begin, end = max(sentence.begin, candidate.begin), min(sentence.end, candidate.end)
            if begin < end:
                result.append(replace(candidate, spans=[CharRange(begin, end)]))
    return sorted(result, key=lambda candidate: (candidate.begin, -candidate.end))


def lines_apart(text: str, blocks: Sequence[Block]) -> list[CharRange]:
    """The headings and questions of an article: by their blocks, and lines of one sentence that asks."""
    marked = [CharRange(block.begin, block.end) for block in blocks if block.kind in _APART]
    asked = [CharRange(*char_span(line)) for line in _QUESTION.finditer(text)]
    return sorted({*marked, *asked})


def without_lines_apart(
    text: str, candidates: Sequence[QuoteCandidate], apart: Sequence[CharRange]
) -> list[QuoteCandidate]:
    """The candidates without the lines `apart` that they run over: what stands before and behind are two quotes.

    Speech in quotation marks is left as it is: they show where it ends.
    """
    result: list[QuoteCandidate] = []
    for candidate in candidates:
        begin, end = candidate.begin, candidate.end
        lines = [line for line in _meeting(apart, begin, end) if line.begin > begin or line.end < end]
        marked = candidate.type == "Direct" and text[begin] in CLOSERS
        if not lines or marked or len(candidate.spans) > 1 or "\n" not in text[begin:end]:
            result.append(candidate)
            continue
        bounds = [begin, *(bound for line in lines for bound in line), end]
        pieces = [trimmed(text, *piece) for piece in zip(bounds[::2], bounds[1::2], strict=True)]
        result += [replace(candidate, spans=[piece]) for piece in pieces if piece.begin < piece.end]
    return result


def without_questions(text: str, candidates: Sequence[QuoteCandidate], blocks: Sequence[Block]) -> list[QuoteCandidate]:
    """The candidates without what an interviewer asks: nobody's statement, unless in quotation marks."""
    asked = [CharRange(block.begin, block.end) for block in blocks if block.kind == "question"]
    return [
        candidate
        for candidate in candidates
        if candidate.type != "Direct"
        or text[candidate.begin] in CLOSERS
        or not any(
            line.begin <= candidate.begin and candidate.end <= line.end
            for line in _meeting(asked, candidate.begin, candidate.end)
        )
    ]


def _meeting(ranges: Sequence[CharRange], begin: CharOffset, end: CharOffset) -> Sequence[CharRange]:
    """Those of `ranges`, which are sorted and apart, that share a code point with `begin` to `end`."""
    first = bisect_left(ranges, begin, key=lambda span: span.end - 1)
    return ranges[first : bisect_left(ranges, end, key=lambda span: span.begin)]


def drop_repeats(text: str, candidates: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """`candidates`, in text order, without those that repeat another one.

    These give words of a quote to whoever only passes them on ("so Obst laut Nordpress"), or are what the same speaker
    says already, or are one half of speech around a frame, or some sentences of direct speech.
    """
    seen: set[CharRange] = set()
    said = [candidate for candidate in candidates if candidate.rule == "so-said"]
    begins = [other.begin for other in said]
    pieces = {span for other in candidates if other.type == "Indirect" and len(other.spans) > 1 for span in other.spans}
    longest: QuoteCandidate | None = None
    result: list[QuoteCandidate] = []
    for candidate in candidates:
        if candidate.rule == "source":
            inside = said[bisect_left(begins, candidate.begin) : bisect_left(begins, candidate.end)]
            if any(_holds(candidate, other) for other in inside):
                continue
        if candidate.type == "Direct":
            piece = longest is not None and _holds(longest, candidate) and not _has_marks(text, candidate)
            repeats = piece or all(span in seen for span in candidate.spans)
            seen.update(candidate.spans)
            if longest is None or candidate.end > longest.end:
                longest = candidate
        else:
            piece = len(candidate.spans) == 1 and candidate.spans[0] in pieces
            repeats = piece or any(_part(candidate, other) for other in result[-_NEIGHBOURS:])
        if not repeats:
            result.append(candidate)
    return result


def _has_marks(text: str, candidate: QuoteCandidate) -> bool:
    """Whether quotation marks of its own make it a quote within the quote around it."""
    words = text[candidate.begin : candidate.end].rstrip(" .,;:!?…")
    return bool(words) and words[0] in CLOSERS and words[-1] in CLOSING


def _holds(candidate: QuoteCandidate, other: QuoteCandidate) -> bool:
    return shared(candidate.spans, other.spans) == covered(other.spans)


def _part(candidate: QuoteCandidate, other: QuoteCandidate) -> bool:
    if candidate.type != "Indirect" or candidate.speaker_spans != other.speaker_spans:
        return False
    if other.type == "Direct":
        return candidate.spans == other.spans
    return other.type == "Indirect" and shared(candidate.spans, other.spans) == covered(candidate.spans)
