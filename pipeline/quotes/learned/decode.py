"""From the network's scores to quotes with their roles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.quotes.learned.roles import MEDIA, POINTED, ROLES, RoleInput, pointed_span, role_inputs
from pipeline.quotes.learned.tags import LAYER_TYPES, OUTSIDE, QUOTE_TYPES, Segment, from_tags, viterbi
from pipeline.quotes.learned.words import Words

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class RoleBatch:
    """Inputs of the role decoder for several quotes, padded: each (quotes, seen); `mask` is 1 for words, float32."""

    words: Integers
    place: Integers
    distance: Integers
    sentence: Integers
    mask: Floats


RoleScores = tuple[Floats, Floats, Floats]
"""Logits of the roles' words, of the pointers and of the quotes as a whole, as the role decoder gives them."""


@dataclass(frozen=True)
class DecodeSettings:
    """What was tuned on held-out training documents. Log-odds, all of them."""

    outside_bias: tuple[float, float] = (0.0, 0.0)
    least_sound: float = 0.0
    member_bias: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class DecodedQuote:
    """A quote in words: its segment, medium, soundness (log-odds) and the words of each role."""

    segment: Segment
    medium: str
    soundness: float
    roles: dict[str, list[int]]


def batch(inputs: Sequence[RoleInput]) -> RoleBatch:
    """The inputs padded to the longest."""
    longest = max((len(one.words) for one in inputs), default=0)
    shape = (len(inputs), longest)
    arrays = [np.zeros(shape, dtype=np.int64) for _ in range(4)]
    mask = np.zeros(shape, dtype=np.float32)
    for row, one in enumerate(inputs):
        for array, values in zip(arrays, (one.words, one.place, one.distance, one.sentence), strict=True):
            array[row, : len(values)] = values
        mask[row, : len(one.words)] = 1.0
    numbers, place, distance, sentence = arrays
    return RoleBatch(words=numbers, place=place, distance=distance, sentence=sentence, mask=mask)


def decode(
    emissions: Floats,
    transitions: Floats,
    words: Words,
    decode_roles: Callable[[RoleBatch], RoleScores],
    settings: DecodeSettings,
) -> list[DecodedQuote]:
    """The quotes of a text in its order.

    `emissions` are LAYERS x words x TAGS, `transitions` LAYERS x (TAGS + 1) x TAGS; `decode_roles` runs the role
    decoder.
    """
    biased = emissions.copy()
    biased[:, :, OUTSIDE] += np.array(settings.outside_bias, dtype=np.float32)[:, None]
    segments = from_tags(viterbi(biased, transitions))
    if not segments:
        return []
    inputs = role_inputs(segments, segments, words)
    scores = decode_roles(batch(inputs))
    quotes = [
        _decoded(segment, one, (members, pointers, whole), settings)
        for segment, one, members, pointers, whole in zip(segments, inputs, *scores, strict=True)
    ]
    return [quote for quote in quotes if quote.soundness >= settings.least_sound]


def _decoded(segment: Segment, seen: RoleInput, scores: RoleScores, settings: DecodeSettings) -> DecodedQuote:
    members, pointers, whole = scores
    roles: dict[str, list[int]] = {}
    for number, role in enumerate(ROLES):
        if role in POINTED:
            column = POINTED.index(role)
            span = pointed_span(
                pointers[: len(seen.words) + 1, column], pointers[: len(seen.words) + 1, len(POINTED) + column]
            )
            roles[role] = seen.words[span[0] : span[1]].tolist() if span else []
        else:
            bias = settings.member_bias[ROLES.index(role) - 1]
            roles[role] = seen.words[members[: len(seen.words), number] > bias].tolist()
    types = LAYER_TYPES[segment.layer]
    best = max(types, key=lambda name: float(whole[QUOTE_TYPES.index(name)]))
    media = whole[len(QUOTE_TYPES) : len(QUOTE_TYPES) + len(MEDIA)]
    return DecodedQuote(
        segment=Segment(words=segment.words, type=best, layer=segment.layer),
        medium=MEDIA[int(media.argmax())],
        soundness=float(whole[-1]),
        roles=roles,
    )
