"""What the role decoder sees of a quote, and how its scores become speaker, cue, frame and addressee."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.quotes.learned.tags import Segment
from pipeline.quotes.learned.words import Words

ROLES = ("speaker", "cue", "frame", "addressee")
POINTED = ("speaker", "addressee")
MEDIA = ("Speech", "Writing", "Thought", "SW", "ST", "TW", "none")
WORDS_BEFORE, WORDS_AFTER, QUOTE_HEAD, QUOTE_TAIL = 100, 32, 64, 16
PLACES = 6
_STEPS = np.array([-64, -32, -20, -12, -8, -5, -3, -2, -1, 0, 1, 2, 3, 4, 6, 9, 13, 21, 33], dtype=np.int64)
DISTANCES = len(_STEPS) + 1
_SENTENCES = 6
SENTENCES = 2 * _SENTENCES + 1


@dataclass(frozen=True)
class RoleInput:
    """Words around one quote. All arrays have one entry a word seen.

    `words`: indices into the text's words. `place`: 0 elsewhere, 1 the quote's first part, 2 its later parts,
    3 between its parts, 4 in another quote, 5 in another quote around or inside this one. `distance`, `sentence`:
    how far from the quote, in words and sentences, as numbers below DISTANCES and SENTENCES.
    """

    words: NDArray[np.int64]
    place: NDArray[np.int64]
    distance: NDArray[np.int64]
    sentence: NDArray[np.int64]


def role_inputs(segments: Sequence[Segment], others: Sequence[Segment], words: Words) -> list[RoleInput]:
    """What the decoder sees of each of the `segments`, where `others` are taken for the quotes of the text."""
    covered = np.zeros(len(words), dtype=np.int32)
    for other in others:
        covered[list(other.words)] += 1
    equals = Counter(other.words for other in others)
    return [_role_input(segment, covered, equals[segment.words], words) for segment in segments]


def _role_input(segment: Segment, covered: NDArray[np.int32], equals: int, words: Words) -> RoleInput:
    first, last = segment.words[0], segment.words[-1]
    begin, end = max(0, first - WORDS_BEFORE), min(len(words), last + 1 + WORDS_AFTER)
    own = np.array(segment.words, dtype=np.int64) - begin
    elsewhere = covered[begin:end].copy()
    elsewhere[own] -= equals
    place = np.where(elsewhere > 0, 4, 0).astype(np.int64)
    between = place[first - begin : last + 1 - begin]
    between[between == 4] = 5
    between[between == 0] = 3
    parts = np.cumsum(np.diff(own, prepend=own[0]) > 1)
    place[own] = np.where(place[own] == 5, 5, np.where(parts == 0, 1, 2))
    seen = np.arange(begin, end, dtype=np.int64)
    if last - first + 1 > QUOTE_HEAD + QUOTE_TAIL:
        shown = (seen < first + QUOTE_HEAD) | (seen > last - QUOTE_TAIL)
        seen, place = seen[shown], place[shown]
    away = np.where(seen < first, seen - first, np.where(seen > last, seen - last, 0))
    steps = words.sentence[seen] - words.sentence[first]
    after = seen > last
    steps[after] = words.sentence[seen[after]] - words.sentence[last]
    return RoleInput(
        words=seen,
        place=place,
        distance=np.searchsorted(_STEPS, away, side="right").astype(np.int64),
        sentence=np.clip(steps, -_SENTENCES, _SENTENCES).astype(np.int64) + _SENTENCES,
    )


def pointed_span(begins: NDArray[np.float32], ends: NDArray[np.float32], longest: int = 40) -> tuple[int, int] | None:
    """The best half-open span among words, or None where the scores prefer nothing.

    Scores are logits, the first of each for "nothing", then one a word.
    """
    count = len(begins) - 1
    best: tuple[int, int] | None = None
    best_score = float(begins[0] + ends[0])
    for length in range(min(longest, count)):
        scores = begins[1 : count + 1 - length] + ends[1 + length :]
        at = int(scores.argmax())
        if scores[at] > best_score:
            best_score, best = float(scores[at]), (at, at + length + 1)
    return best
