"""What the role decoder sees of a quote, and how its scores become speaker, cue, frame and addressee."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
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
_LONGEST_POINTED, _LIKELY = 40, 12
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


def pointed_span(begins: NDArray[np.float32], ends: NDArray[np.float32], nothing: float) -> tuple[int, int] | None:
    """The half-open span among words that agrees best with all likely ones, or None where nothing is likelier.

    Scores are logits, the first of each for "nothing", to which `nothing` is added, then one a word. As with quotes,
    the single best span is not the best answer where the scores hesitate between "Minister X" and "X".
    """
    if len(begins) == 1:
        return None
    # Row by row the spans that begin with a word, the shortest first.
    beyond = np.full(_LONGEST_POINTED - 1, -np.inf, dtype=ends.dtype)
    scores = begins[1:, None] + sliding_window_view(np.concatenate([ends[1:], beyond]), _LONGEST_POINTED)
    least = np.partition(scores, -_LIKELY, axis=None)[-_LIKELY]
    at, longer = np.nonzero((scores >= least) & np.isfinite(scores))
    best = np.argsort(-scores[at, longer], kind="stable")[:_LIKELY]
    bounds = np.stack([at, at + longer + 1], axis=1)[best]
    none = float(begins[0] + ends[0]) + nothing
    given = scores[at, longer][best].astype(np.float64)
    highest = max(none, float(given[0]))
    weights = np.exp(given - highest)
    if np.exp(none - highest) > weights.sum():
        return None
    lengths = bounds[:, 1] - bounds[:, 0]
    shared = np.minimum(bounds[:, None, 1], bounds[None, :, 1]) - np.maximum(bounds[:, None, 0], bounds[None, :, 0])
    agreement = (2 * np.maximum(shared, 0) / (lengths[:, None] + lengths[None, :])) @ weights
    begin, end = bounds[int(agreement.argmax())]
    return int(begin), int(end)
