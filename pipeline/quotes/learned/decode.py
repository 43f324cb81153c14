"""From the network's scores to quotes with their roles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.quotes.learned.posterior import candidates, select
from pipeline.quotes.learned.roles import MEDIA, POINTED, ROLES, RoleInput, pointed_span, role_inputs
from pipeline.quotes.learned.tags import LAYER_TYPES, QUOTE_TYPES, Segment
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
    """What was tuned on held-out training documents.

    `temperature` divides the tags' scores before readings are drawn. `least_agreement` is what a quote of each layer
    needs to be kept, 0 to 1. `least_member` is what a word needs to belong to cue or frame, in log-odds.
    `nothing` is added to the score of there being no speaker and no addressee, likewise.
    """

    temperature: float = 1.0
    least_agreement: tuple[float, ...] = (0.3, 0.3)
    least_member: float = -1.0
    nothing: tuple[float, ...] = (0.0, -2.0)


@dataclass(frozen=True)
class DecodedQuote:
    """A quote in words: its segment, medium and the words of each role, and what speaks for it: its agreement with the
    readings (0 to 1) and its soundness to the role decoder (log-odds)."""

    segment: Segment
    medium: str
    agreement: float
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
    kept = select(candidates(emissions, transitions, settings.temperature), settings.least_agreement)
    if not kept:
        return []
    segments = [segment for segment, _ in kept]
    inputs = role_inputs(segments, segments, words)
    scores = decode_roles(batch(inputs))
    return [
        _decoded(segment, agreement, one, (members, pointers, whole), settings)
        for (segment, agreement), one, members, pointers, whole in zip(kept, inputs, *scores, strict=True)
    ]


def _decoded(
    segment: Segment, agreement: float, seen: RoleInput, scores: RoleScores, settings: DecodeSettings
) -> DecodedQuote:
    members, pointers, whole = scores
    roles: dict[str, list[int]] = {}
    for number, role in enumerate(ROLES):
        if role in POINTED:
            column = POINTED.index(role)
            scored = pointers[: len(seen.words) + 1]
            span = pointed_span(scored[:, column], scored[:, len(POINTED) + column], settings.nothing[column])
            roles[role] = seen.words[span[0] : span[1]].tolist() if span else []
        else:
            roles[role] = seen.words[members[: len(seen.words), number] > settings.least_member].tolist()
    types = LAYER_TYPES[segment.layer]
    best = max(types, key=lambda name: float(whole[QUOTE_TYPES.index(name)]))
    media = whole[len(QUOTE_TYPES) : len(QUOTE_TYPES) + len(MEDIA)]
    return DecodedQuote(
        segment=Segment(words=segment.words, type=best, layer=segment.layer),
        medium=MEDIA[int(media.argmax())],
        agreement=agreement,
        soundness=float(whole[-1]),
        roles=roles,
    )
