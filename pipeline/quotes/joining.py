"""Quotes in marks with a frame in their midst: "„Das ist“, sagte Obst, „ein guter Tag“" is one quote."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.quotes.marks import CLOSING

_FRAME_MARKS = frozenset(",–—-")
"""What stands before and behind a frame in the middle of speech."""
_ENDS = re.compile(rf"[.!?…]\s?[{''.join(sorted(CLOSING))}]+$")
"""What quoted words end with that are a sentence."""


def joined(text: str, found: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """The quotes of a sentence, in text order; those that go on behind a frame are one with what they go on with."""
    result: list[QuoteCandidate] = []
    for candidate in found:
        if result and _goes_on_behind_frame(text, result[-1], candidate):
            result[-1] = replace(result[-1], spans=[*result[-1].spans, *candidate.spans])
        else:
            result.append(candidate)
    return result


def _goes_on_behind_frame(text: str, first: QuoteCandidate, second: QuoteCandidate) -> bool:
    """Whether words in marks go on behind the frame of others, whose sentence has not ended."""
    framed = first.rule == second.rule == "marks-framed" and _is_same_speaker(text, first, second)
    between = text[first.end : second.begin].strip()
    parted = between[:1] in _FRAME_MARKS and between[-1:] in _FRAME_MARKS and len(between) > 1
    return framed and parted and not _ENDS.search(text, first.begin, first.end)


def _is_same_speaker(text: str, first: QuoteCandidate, second: QuoteCandidate) -> bool:
    """Whether the words for the speaker of `second` are those of `first`, or fewer ("Rau"), or a pronoun."""
    known, again = (" ".join(text[begin:end] for begin, end in one.speaker_spans).split() for one in (first, second))
    named = {word for word in again if word[0].isupper()}
    return known == again or again in (["er"], ["sie"]) or (bool(named) and named <= set(known))
