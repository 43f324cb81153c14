"""Which quotes a text holds, judged over many readings of it.

The best single sequence of tags is a poor answer where the model hesitates: it drops quotes that are likely and cuts
others in the wrong place. So tags are drawn many times from the model's own distribution, and a quote is kept by how
well it agrees, on average, with the readings.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.quotes.learned.tags import LAYERS, Segment, from_tags, viterbi

Floats = NDArray[np.float32]
READINGS = 24
_SEED = 7


@dataclass(frozen=True)
class Reading:
    """One draw of tags: its quotes, and for each layer and word the number of the quote it is in, or -1."""

    segments: list[Segment]
    owner: NDArray[np.int32]


def draw(emissions: Floats, transitions: Floats, count: int = READINGS) -> NDArray[np.int64]:
    """Tags drawn from the conditional random field, count x LAYERS x length; the same scores give the same draws.

    `emissions` are LAYERS x length x TAGS, `transitions` LAYERS x (TAGS + 1) x TAGS, both log scores.
    """
    layers, length, tags = emissions.shape
    drawn = np.zeros((count, layers, length), dtype=np.int64)
    if not length:
        return drawn
    # Limited, so that a word whose likely tags cannot follow leaves something to draw from.
    likely = np.exp(np.maximum(emissions - emissions.max(axis=2, keepdims=True), -300.0, dtype=np.float64))
    follows = np.exp(transitions.astype(np.float64))
    forward = np.empty((length, layers, tags))
    forward[0] = follows[:, -1] * likely[:, 0]
    for step in range(1, length):
        reached = np.matmul(forward[step - 1][:, None], follows[:, :-1])[:, 0] * likely[:, step]
        forward[step] = reached / reached.sum(axis=1, keepdims=True)
    towards = np.ascontiguousarray(follows[:, :-1].transpose(0, 2, 1))
    chances = np.random.default_rng(_SEED).random((length, layers, count, 1))
    rows = np.arange(layers)[:, None]
    weights = np.repeat(forward[-1][:, None], count, axis=1)
    for step in range(length - 1, -1, -1):
        below = weights.cumsum(axis=2)
        current = (below <= chances[step] * below[:, :, -1:]).sum(axis=2)
        drawn[:, :, step] = current.T
        weights = towards[rows, current] * forward[step - 1][:, None]
    return drawn


def candidates(emissions: Floats, transitions: Floats, temperature: float) -> list[tuple[Segment, float]]:
    """Every quote of any reading with its agreement, 0 to 1.

    That is the mean over the readings of its word F1 with the quote there that is most like it. Scores are divided by
    `temperature` before drawing.
    """
    best = viterbi(emissions, transitions)
    # A forbidden transition stays forbidden at any temperature, since its score is far below all others.
    drawn = draw(emissions / temperature, transitions / temperature)
    readings = [_reading(tags) for tags in [best, *drawn]]
    types: dict[tuple[int, tuple[int, ...]], Counter[str]] = {}
    for reading in readings:
        for segment in reading.segments:
            types.setdefault((segment.layer, segment.words), Counter())[segment.type] += 1
    found = []
    for (layer, words), names in sorted(types.items()):
        segment = Segment(words=words, type=max(sorted(names), key=lambda name: names[name]), layer=layer)
        agreement = sum(_likeness(segment, reading) for reading in readings[1:]) / len(drawn)
        found.append((segment, agreement))
    return found


def _reading(tags: NDArray[np.int64]) -> Reading:
    segments = from_tags(tags)
    owner = np.full((LAYERS, tags.shape[1]), -1, dtype=np.int32)
    for number, segment in enumerate(segments):
        owner[segment.layer, list(segment.words)] = number
    return Reading(segments=segments, owner=owner)


def _likeness(segment: Segment, reading: Reading) -> float:
    owners = Counter(reading.owner[segment.layer, list(segment.words)].tolist())
    return max(
        (
            2 * shared / (len(segment.words) + len(reading.segments[number].words))
            for number, shared in owners.items()
            if number >= 0
        ),
        default=0.0,
    )


def select(found: list[tuple[Segment, float]], least: tuple[float, ...]) -> list[tuple[Segment, float]]:
    """The candidates to keep, in the order of the text.

    Better ones come first: none is kept that shares a word with a better one of its layer, or that is below the `least`
    of its layer.
    """
    taken: list[set[int]] = [set() for _ in range(LAYERS)]
    kept = []
    for segment, agreement in sorted(found, key=lambda one: (-one[1], one[0].words)):
        if agreement >= least[segment.layer] and taken[segment.layer].isdisjoint(segment.words):
            taken[segment.layer].update(segment.words)
            kept.append((segment, agreement))
    return sorted(kept, key=lambda one: (one[0].words[0], -len(one[0].words), one[0].layer))
