"""Quotes in marks with a frame in their midst: "„Das ist“, sagte Obst, „ein guter Tag“" is one quote."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import CLOSING
from pipeline.quotes.text import AnalysedText

_FRAME_MARKS = frozenset(",–—-")
"""What stands before and behind a frame in the middle of speech."""
_ENDS = re.compile(rf"[.!?…]\s?[{''.join(sorted(CLOSING))}]+$")
"""What quoted words end with that are a sentence."""


def joined(analysed: AnalysedText, found: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """The quotes of a sentence, in text order; those that go on behind a frame are one with what they go on with."""
    result: list[QuoteCandidate] = []
    for candidate in found:
        if result and _goes_on_behind_frame(analysed, result[-1], candidate):
            result[-1] = replace(result[-1], spans=[*result[-1].spans, *candidate.spans])
        else:
            result.append(candidate)
    return result


def _goes_on_behind_frame(analysed: AnalysedText, first: QuoteCandidate, second: QuoteCandidate) -> bool:
    """Whether words in marks go on behind the frame of others, whose sentence has not ended."""
    text = analysed.text
    framed = first.rule == second.rule == "marks-framed" and _is_same_speaker(analysed, first, second)
    between = text[first.end : second.begin].strip()
    parted = between[:1] in _FRAME_MARKS and between[-1:] in _FRAME_MARKS and len(between) > 1
    return framed and parted and not _ENDS.search(text, first.begin, first.end)


def _is_same_speaker(analysed: AnalysedText, first: QuoteCandidate, second: QuoteCandidate) -> bool:
    """Whether the words for the speaker of `second` are those of `first`, or fewer ("Rau"), or a pronoun."""
    if first.speaker_spans == second.speaker_spans:
        return True
    known, again = (
        [
            token
            for begin, end in one.speaker_spans
            for token in analysed.tokens[slice(*analysed.token_range(begin, end))]
        ]
        for one in (first, second)
    )
    named = {token.text for token in again if token.capital}
    fewer = bool(named) and named <= {token.text for token in known}
    return fewer or [token.lower for token in again] in (["er"], ["sie"])
