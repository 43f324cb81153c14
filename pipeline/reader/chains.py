"""Which mentions of an article mean the same: names in clusters are given, nominals and pronouns join them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from pipeline.coverage import Coverage
from pipeline.reader.antecedent_pairs import antecedent_pairs
from pipeline.reader.distinct import in_turn, owners, unlike
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import FIRST_PERSON, ReaderMention, describe, of_one_bearer
from pipeline.reader.reading import Reading
from pipeline.reader.schema import CHAIN_TYPES
from pipeline.reader.scorers import Floats, Scorers, mention_vectors, quote_vectors
from pipeline.reader.speaker_pairs import QuoteSpan, speaker_pairs
from pipeline.spans import TokenIndex, TokenRange

NOBODY = -1


@dataclass
class Chain:
    """Mentions (indices) that mean the same; `entity` is the number of their cluster of names, if they have names."""

    entity: int | None
    mentions: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Resolution:
    """All mentions of an article in text order, the chain (index) of each, and how likely it is its (0 to 1)."""

    mentions: list[ReaderMention]
    chain: list[int]
    certainty: list[float]
    chains: list[Chain]
    types: list[str]
    """The type of each mention by itself."""


def resolve(
    reading: Reading,
    scorers: Scorers,
    names: Sequence[tuple[TokenIndex, TokenIndex, int]],
    phrases: Sequence[TokenRange] = (),
) -> Resolution:
    """The chains of an article whose `names` are known: (first token, last token excluded, cluster).

    `phrases` are tokens that rules take for somebody; they count as nominals where the reader sees nobody.

    Nominals and pronouns are taken in text order; each joins the chain that all of its possible antecedents together
    make the likeliest, or begins one of its own. A noun with "ein" begins one of its own if nobody before is called so.

    The reading remembers the last result, since the stage `quotes` asks the same as the stage `entities`, as a rule.
    """
    layout = reading.layout
    named = {TokenRange(first, last): cluster for first, last, cluster in names}
    others = [mention for mention in reading.others if (mention.first, mention.last) not in named]
    taken = Coverage(len(layout))
    for first, last in (*named, *((mention.first, mention.last) for mention in others)):
        taken.add(first, last)
    further: list[TokenRange] = []
    for phrase in sorted(set(phrases)):
        if not taken.meets(*phrase):
            taken.add(*phrase)
            further.append(phrase)
    numbers: dict[int, int] = {}
    bearers = tuple((span, numbers.setdefault(named[span], len(numbers))) for span in sorted(named))
    found = reading.resolutions.get((bearers, *further))
    if found is None:
        mentions = [describe(layout, *span, "name") for span in named]
        mentions += [*others, *(describe(layout, *phrase, "nominal") for phrase in further)]
        found = _resolution(reading, scorers, mentions, dict(bearers))
        reading.resolutions.clear()
        reading.resolutions[bearers, *further] = found
    clusters = list(numbers)
    chains = [Chain(clusters[c.entity] if c.entity is not None else None, c.mentions) for c in found.chains]
    return replace(found, chains=chains)


def _resolution(
    reading: Reading, scorers: Scorers, mentions: list[ReaderMention], bearers: Mapping[TokenRange, int]
) -> Resolution:
    """The chains of `mentions`; `bearers` says whose the names are."""
    layout = reading.layout
    mentions = sorted(mentions, key=lambda m: (m.first, -m.last))
    bearer = [bearers.get(TokenRange(m.first, m.last)) for m in mentions]
    mentions = of_one_bearer(mentions, bearer)
    if not mentions:
        return Resolution([], [], [], [], [])
    chains, chain = _chains_of_names(mentions, bearer)
    certainty = [1.0] * len(mentions)
    spans = np.array([(m.first, m.last) for m in mentions], dtype=np.int64)
    vectors = mention_vectors(reading.states, spans)
    types = [CHAIN_TYPES[number] for number in scorers.mention(vectors)[:, : len(CHAIN_TYPES)].argmax(1).tolist()]
    pairs = antecedent_pairs(layout, mentions)
    scores, nothing = scorers.antecedents(vectors, vectors, (pairs.left, pairs.right), pairs.features)
    bounds = np.searchsorted(pairs.left, np.arange(len(mentions) + 1))
    spoken = _spoken(reading)
    writers: set[int] = set()
    persons = {number for number, named in enumerate(chains) if types[named.mentions[0]] == "PER"}
    whose = owners(mentions)
    for index in in_turn(mentions):
        mention = mentions[index]
        if mention.kind == "name":
            continue
        rows = slice(bounds[index], bounds[index + 1])
        candidates = pairs.right[rows].tolist()
        others = [chain[other] for other in candidates]
        by_writer = " ".join(mention.words).lower() in FIRST_PERSON and not spoken[mention.first]
        unfit = (persons if by_writer else writers) | unlike(layout, mentions, types, chain, candidates, index)
        if index in whose:
            unfit.add(chain[whose[index]])
        others = [NOBODY if other in unfit else other for other in others]
        shares = _shares(others, scores[rows, 0], float(nothing[index, 0]))
        best = _likeliest(shares)
        sure = shares[best]
        if best == NOBODY:
            best = len(chains)
            chains.append(Chain(None))
            if by_writer:
                writers.add(best)
        chain[index], certainty[index] = best, sure
        chains[best].mentions.append(index)
    return Resolution(mentions, chain, certainty, chains, types)


def _chains_of_names(mentions: Sequence[ReaderMention], bearer: Sequence[int | None]) -> tuple[list[Chain], list[int]]:
    """A chain for each bearer of a name, and the chain of each mention: of what is no name NOBODY."""
    chains: list[Chain] = []
    of_bearer: dict[int | None, int] = {}
    chain = [NOBODY] * len(mentions)
    for index, mention in enumerate(mentions):
        if mention.kind == "name":
            if bearer[index] not in of_bearer:
                of_bearer[bearer[index]] = len(chains)
                chains.append(Chain(bearer[index]))
            chain[index] = of_bearer[bearer[index]]
            chains[chain[index]].mentions.append(index)
    return chains, chain


def _spoken(reading: Reading) -> npt.NDArray[np.bool_]:
    """Which tokens stand in quotation marks or in a quote.

    Elsewhere "ich" is the writer, and no person who is named; and nobody else is the writer.
    """
    layout = reading.layout
    spoken = np.zeros(len(layout), dtype=np.bool_)
    quoted = [layout.span(begin, end) for quoted in layout.quoted for begin, end in quoted.spans]
    for first, last in (*quoted, *(span for quote in reading.quotes for span in quote.spans)):
        spoken[first:last] = True
    return spoken


def _likeliest(shares: Mapping[int, float]) -> int:
    """The chain with the greatest share of probability, or NOBODY."""
    return max(shares, key=lambda chain: (shares[chain], -chain))


def _shares(chains: Sequence[int], scores: Floats, nothing: float) -> dict[int, float]:
    """The share of probability of each chain and of NOBODY; `chains` and `scores` are those of the candidates."""
    highest = float(scores.max(initial=nothing))
    weights = np.exp(scores.astype(np.float64) - highest)
    shares = {NOBODY: float(np.exp(nothing - highest))}
    for chain, weight in zip(chains, weights.tolist(), strict=True):
        if chain != NOBODY:
            shares[chain] = shares.get(chain, 0.0) + weight
    total = sum(shares.values())
    return {chain: share / total for chain, share in shares.items()}


@dataclass(frozen=True)
class SpeakerChoice:
    """Who says a quote.

    Attributes:
        chain: index of the chain, NOBODY where the text does not tell.
        mention: index of the mention of it that the quote's words point at most, or None.
        probability: that it is this chain (0 to 1).
        addressee: index of the mention of whom it is said to, or None.
        beside: the mention of another chain that says it together with the first ("Verdi und Komba"), or None.
    """

    chain: int
    mention: int | None
    probability: float
    addressee: int | None
    beside: int | None = None


_JOINED = (frozenset({"und", "sowie", "&"}), frozenset({"der", "die", "das", "den", "dem", "des"}))
"""The words that may stand between two who speak together, the second of them or not."""
_TOGETHER = 0.05
"""The share of probability from which a chain beside the likeliest one speaks with it."""


class _Edges:
    """The mentions (indices) of an article by the tokens that they begin with, and by those behind them."""

    def __init__(self, mentions: Sequence[ReaderMention]) -> None:
        self._first: dict[int, list[int]] = {}
        self._last: dict[int, list[int]] = {}
        for index, mention in enumerate(mentions):
            self._first.setdefault(mention.first, []).append(index)
            self._last.setdefault(mention.last, []).append(index)

    def beside(self, mention: ReaderMention) -> list[int]:
        """Those that as many tokens part from `mention` as may join two, in text order."""
        gaps = range(1, len(_JOINED) + 1)
        behind = (index for gap in gaps for index in self._first.get(mention.last + gap, ()))
        before = (index for gap in gaps for index in self._last.get(mention.first - gap, ()))
        return sorted({*behind, *before})


def _beside(resolution: Resolution, layout: Layout, edges: _Edges, first: int, shares: dict[int, float]) -> int | None:
    """The mention that only a joining word parts from the mention `first` and that is likely enough itself."""
    mention = resolution.mentions[first]
    for index in edges.beside(mention):
        other = resolution.mentions[index]
        left, right = (mention, other) if mention.last <= other.first else (other, mention)
        between = [word.lower() for word in layout.words[left.last : right.first]]
        chain = resolution.chain[index]
        joined = all(word in words for word, words in zip(between, _JOINED, strict=False))
        if joined and chain != resolution.chain[first] and shares.get(chain, 0.0) > _TOGETHER:
            return index
    return None


def speakers(
    reading: Reading, scorers: Scorers, resolution: Resolution, quotes: Sequence[QuoteSpan]
) -> list[SpeakerChoice]:
    """Who says each of `quotes`, in their order."""
    if not quotes:
        return []
    layout = reading.layout
    outer = np.array([(quote.spans[0][0], quote.spans[-1][1]) for quote in quotes], dtype=np.int64)
    if not resolution.mentions:
        return [SpeakerChoice(NOBODY, None, 1.0, None) for _ in quotes]
    spans = np.array([(m.first, m.last) for m in resolution.mentions], dtype=np.int64)
    pairs = speaker_pairs(layout, resolution.mentions, quotes)
    scores, nothing = scorers.speakers(
        quote_vectors(reading.states, outer),
        mention_vectors(reading.states, spans),
        (pairs.left, pairs.right),
        pairs.features,
    )
    bounds = np.searchsorted(pairs.left, np.arange(len(quotes) + 1))
    edges = _Edges(resolution.mentions)
    chosen = []
    for index in range(len(quotes)):
        rows = slice(bounds[index], bounds[index + 1])
        others = pairs.right[rows].tolist()
        chains = [resolution.chain[other] for other in others]
        speaking, hearing = scores[rows].T
        shares = _shares(chains, speaking, float(nothing[index, 0]))
        best = _likeliest(shares)
        own = [row for row, chain in enumerate(chains) if chain == best]
        mention = others[max(own, key=speaking.tolist().__getitem__)] if own else None
        heard = hearing.max(initial=-np.inf) > nothing[index, 1]
        addressee = others[hearing.argmax()] if heard else None
        beside = _beside(resolution, layout, edges, mention, shares) if mention is not None else None
        chosen.append(SpeakerChoice(best, mention, shares[best], addressee, beside))
    return chosen
