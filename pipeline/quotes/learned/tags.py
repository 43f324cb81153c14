"""Quotes as tags of words, in two layers, so that a direct quote inside an indirect one survives.

The first layer holds direct quotes, the second all others with their type in the tag. B begins a quote, I continues it
without a gap, C takes it up again after the words that introduce or interrupt it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUOTE_TYPES = ("Direct", "Indirect", "Reported", "FreeIndirect", "IndirectFreeIndirect")
LAYER_TYPES = (("Direct",), QUOTE_TYPES[1:])
LAYERS = len(LAYER_TYPES)
OUTSIDE, BEGIN, INSIDE, CONTINUED = 0, 0, 1, 2
TAGS = 1 + 3 * len(QUOTE_TYPES[1:])
"""Tags of a layer: 0 outside, then B, I and C of each of the layer's types. The direct layer uses the first four."""
_LONGEST_GAP = 60


@dataclass(frozen=True)
class Segment:
    """A quote as the indices of its words, ascending, with its type and the layer it was found in."""

    words: tuple[int, ...]
    type: str
    layer: int


def layer_of(quote_type: str) -> int:
    """The layer that holds quotes of this type."""
    return 0 if quote_type == "Direct" else 1


def tag(layer: int, quote_type: str, position: int) -> int:
    """The number of a tag; `position` is BEGIN, INSIDE or CONTINUED."""
    return 1 + 3 * LAYER_TYPES[layer].index(quote_type) + position


def allowed() -> NDArray[np.bool_]:
    """Which tag may follow which: LAYERS x (TAGS + 1) x TAGS, the last row standing for the start of the text."""
    may = np.zeros((LAYERS, TAGS + 1, TAGS), dtype=bool)
    for layer, types in enumerate(LAYER_TYPES):
        used = 1 + 3 * len(types)
        rows = [*range(used), TAGS]
        may[layer, rows, OUTSIDE] = True
        for number in range(len(types)):
            begin, inside, continued = 1 + 3 * number, 2 + 3 * number, 3 + 3 * number
            may[layer, rows, begin] = True
            may[layer, [begin, inside, continued], inside] = True
            may[layer, OUTSIDE, continued] = True
    return may


def to_tags(segments: Iterable[Segment], length: int) -> NDArray[np.int64]:
    """Tags of the words, LAYERS x length. Of quotes that overlap in a layer the longest is kept."""
    tags = np.zeros((LAYERS, length), dtype=np.int64)
    for segment in sorted(segments, key=lambda s: (-len(s.words), s.words)):
        row = tags[segment.layer]
        words = list(segment.words)
        if not words or row[words].any():
            continue
        for number, run in enumerate(runs(words)):
            row[run[0]] = tag(segment.layer, segment.type, CONTINUED if number else BEGIN)
            row[run[1:]] = tag(segment.layer, segment.type, INSIDE)
    return tags


def from_tags(tags: NDArray[np.int64]) -> list[Segment]:
    """The quotes that tags (LAYERS x length) stand for, in the order of the text."""
    segments: list[Segment] = []
    for layer in range(LAYERS):
        found: list[tuple[list[int], str]] = []
        inside = np.flatnonzero(tags[layer])
        for word, numbered in zip(inside.tolist(), tags[layer, inside].tolist(), strict=True):
            number, position = divmod(numbered - 1, 3)
            quote_type = LAYER_TYPES[layer][number]
            joins = bool(found) and found[-1][1] == quote_type and word - found[-1][0][-1] <= _LONGEST_GAP
            if position == BEGIN or not joins:
                found.append(([word], quote_type))
            else:
                found[-1][0].append(word)
        segments += [Segment(words=tuple(words), type=quote_type, layer=layer) for words, quote_type in found]
    return sorted(segments, key=lambda s: (s.words[0], -len(s.words), s.layer))


def runs(words: Sequence[int]) -> list[list[int]]:
    """Ascending indices cut into runs without a gap."""
    found: list[list[int]] = []
    for word in words:
        if found and word == found[-1][-1] + 1:
            found[-1].append(word)
        else:
            found.append([word])
    return found


def viterbi(emissions: NDArray[np.float32], transitions: NDArray[np.float32]) -> NDArray[np.int64]:
    """The best tags, LAYERS x length.

    `emissions` are LAYERS x length x TAGS, `transitions` LAYERS x (TAGS + 1) x TAGS, both log scores; forbidden
    transitions are very low.
    """
    layers, length, count = emissions.shape
    tags = np.zeros((layers, length), dtype=np.int64)
    if not length:
        return tags
    back = np.zeros((length, layers, count), dtype=np.int8)
    score = transitions[:, -1] + emissions[:, 0]
    between = np.ascontiguousarray(transitions[:, :-1].transpose(0, 2, 1))
    for step in range(1, length):
        options = between + score[:, None, :]
        back[step] = options.argmax(axis=2)
        score = options.max(axis=2) + emissions[:, step]
    rows = np.arange(layers)
    tags[:, -1] = score.argmax(axis=1)
    for step in range(length - 1, 0, -1):
        tags[:, step - 1] = back[step, rows, tags[:, step]]
    return tags
