"""What the model reads in an article: names, other mentions, quotes, and the vectors that later decisions need."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention, describe
from pipeline.reader.schema import BEGINS, MEDIA, NAMES, NOMINAL_LAYERS, NOMINALS
from pipeline.reader.scorers import Floats, Scorers, Vectors, log_softmax, quote_vectors
from pipeline.reader.tagged_quotes import TaggedQuote, tagged_quotes
from pipeline.spans import TokenIndex

if TYPE_CHECKING:
    from pipeline.reader.chains import Resolution


@dataclass(frozen=True)
class FoundName:
    """A name: tokens `first` to `last` (excluded), its type, its probability (0 to 1)."""

    first: TokenIndex
    last: TokenIndex
    type: str
    certainty: float


@dataclass(frozen=True)
class Reading:
    """An article as the model sees it.

    Attributes:
        states: (tokens, width) vectors of the tokens.
        names: in text order, not overlapping.
        named: (tokens, types) probability that a token belongs to a name of each type.
        others: nominals and pronouns, in text order.
        quotes: in text order, from tags alone.
        media: of each quote.
        inside: (tokens, 2) probability that a token is in direct and in other speech.
        cues: (tokens,) probability that a token belongs to the words that show speech.
        begins: (tokens, 2) probability that direct or other speech, or a further piece of it, begins with a token.
        resolutions: the last result of `pipeline.reader.chains.resolve`, by what it was asked.
    """

    layout: Layout
    states: Vectors
    names: tuple[FoundName, ...]
    others: tuple[ReaderMention, ...]
    quotes: tuple[TaggedQuote, ...]
    media: tuple[str, ...]
    inside: Floats
    cues: Floats
    named: Floats
    begins: Floats
    resolutions: dict[Hashable, Resolution] = field(default_factory=dict, compare=False, repr=False)


def decode(layout: Layout, states: Vectors, scorers: Scorers) -> Reading:
    """The reading of a text whose tokens have `states`."""
    heads = {name: head(states.values) for name, head in scorers.heads.items()}
    labels = log_softmax(heads["names"])
    names = tuple(FoundName(first, last, kind, certainty) for first, last, kind, certainty in NAMES.decode(labels))
    direct, other = log_softmax(heads["direct"]), log_softmax(heads["other"])
    quotes = tuple(tagged_quotes(direct, other))
    return Reading(
        layout,
        states,
        names,
        tuple(_others(layout, heads, names)),
        quotes,
        _media(states, scorers, quotes),
        1 - np.exp(np.stack([direct[:, 0], other[:, 0]], axis=1)),
        np.exp(log_softmax(heads["cues"])[:, 1]),
        NAMES.of_types(labels),
        np.stack([np.exp(direct[:, 1:3]).sum(axis=1), np.exp(other[:, BEGINS]).sum(axis=1)], axis=1),
    )


def _media(states: Vectors, scorers: Scorers, quotes: tuple[TaggedQuote, ...]) -> tuple[str, ...]:
    if not quotes:
        return ()
    outer = np.array([(quote.spans[0][0], quote.spans[-1][1]) for quote in quotes], dtype=np.int64)
    return tuple(MEDIA[number] for number in scorers.medium(quote_vectors(states, outer)).argmax(1).tolist())


def _others(layout: Layout, heads: dict[str, Floats], names: tuple[FoundName, ...]) -> list[ReaderMention]:
    taken = {(name.first, name.last) for name in names}
    found: dict[tuple[TokenIndex, TokenIndex], ReaderMention] = {}
    scores = heads["nominals"].reshape(len(layout), NOMINAL_LAYERS, len(NOMINALS))
    for layer in range(NOMINAL_LAYERS):
        for first, last, _, _ in NOMINALS.decode(log_softmax(scores[:, layer])):
            if (first, last) not in taken and layout.sentence[first] == layout.sentence[last - 1]:
                found[first, last] = describe(layout, first, last, "nominal")
    pronouns = heads["pronouns"]
    for token in map(TokenIndex, np.flatnonzero(pronouns[:, 1] > pronouns[:, 0]).tolist()):
        if layout.words[token].isalpha() and (token, token + 1) not in taken and (token, token + 1) not in found:
            found[token, token + 1] = describe(layout, token, token + 1, "pronoun")
    return sorted(found.values(), key=lambda mention: (mention.first, -mention.last))
