"""How far two annotations of the same articles agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.corpus.files import read_folder
from pipeline.corpus.model import AnnotatedArticle, AnnotatedMention, AnnotatedQuote, Part
from pipeline.errors import ConfigurationError
from pipeline.evaluation.assignment import best_assignment
from pipeline.evaluation.coreference import CoreferenceScore, LinkCounts, score, without_singletons

SAME_QUOTE = 0.5
"""F1 of two quotes' characters, without white space, from which they are one quote."""

Place = tuple[int, int]
"""Half-open, in the article's signs that are no white space: breaks and spaces may differ between two annotations."""


@dataclass
class Agreement:
    """What was counted over some twice-annotated articles; `+=` adds another.

    Attributes:
        quotes: quotes of the same words, as precision and recall of the second annotation against the first.
        exact: those with exactly the same spans.
        speakers: of the quotes found by both, in how many the chains that speak are the same.
        types: the types of the quotes found by both, as (first, second).
        mentions: mentions with the same bounds.
        chains: scores of the chains.
        longer: scores of the chains of two mentions or more.
    """

    articles: int = 0
    quotes: LinkCounts = field(default_factory=LinkCounts)
    exact: LinkCounts = field(default_factory=LinkCounts)
    speakers: int = 0
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    mentions: LinkCounts = field(default_factory=LinkCounts)
    chains: CoreferenceScore = field(default_factory=lambda: score([]))
    longer: CoreferenceScore = field(default_factory=lambda: score([]))

    def __iadd__(self, other: Agreement) -> Agreement:
        self.articles += other.articles
        self.quotes += other.quotes
        self.exact += other.exact
        self.speakers += other.speakers
        self.types.update(other.types)
        self.mentions += other.mentions
        self.chains += other.chains
        self.longer += other.longer
        return self

    @property
    def kappa(self) -> float:
        """Cohen's κ of the types of the quotes that both have; 1 where all are of one type, 0 where there are none."""
        both = self.types.total()
        if not both:
            return 0.0
        first, second = Counter[str](), Counter[str]()
        for (one, other), number in self.types.items():
            first[one] += number
            second[other] += number
        observed = sum(number for (one, other), number in self.types.items() if one == other) / both
        expected = sum(first[name] * second[name] for name in first) / both**2
        return 1.0 if expected == 1 else (observed - expected) / (1 - expected)

    def as_row(self) -> dict[str, float]:
        """The figures by name; all but the number of articles and of quotes from 0 to 1."""
        both = self.types.total()
        return {
            "articles": self.articles,
            "quotes": int(self.quotes.gold),
            "quotes_f1": self.quotes.f1,
            "quotes_exact_f1": self.exact.f1,
            "speakers": self.speakers / both if both else 0.0,
            "type_kappa": self.kappa,
            "mentions_f1": self.mentions.f1,
            "chains_conll_f1": self.chains.conll,
            "chains_lea_f1": self.chains.counts["lea"].f1,
            "longer_chains_conll_f1": self.longer.conll,
            "longer_chains_lea_f1": self.longer.counts["lea"].f1,
        }


@dataclass(frozen=True)
class AgreementReport:
    """Agreement over all articles and by what the first annotation's heads name as their difficulty.

    `alone` are the ids that only one of the two has.
    """

    total: Agreement
    by_difficulty: Mapping[str, Agreement]
    alone: Sequence[str]

    def as_rows(self) -> dict[str, dict[str, float]]:
        """The figures over all, then by difficulty."""
        return {"all": self.total.as_row(), **{name: one.as_row() for name, one in self.by_difficulty.items()}}


def compare_folders(first: Path, second: Path) -> AgreementReport:
    """The agreement of the articles below two folders that have the same id.

    Raises:
        ConfigurationError: a file cannot be read, no id is in both, or the text of an article differs.
    """
    ones, others = _by_id(first), _by_id(second)
    both = [key for key in ones if key in others]
    if not both:
        raise ConfigurationError(f"{first} and {second} have no article in common")
    return compare(((ones[key], others[key]) for key in both), alone=sorted(ones.keys() ^ others.keys()))


def _by_id(folder: Path) -> dict[str, AnnotatedArticle]:
    found: dict[str, AnnotatedArticle] = {}
    for article in read_folder(folder):
        if article.id in found:
            raise ConfigurationError(f"{folder}: two files have the same id, here comes the id {article.id!r} again")
        found[article.id] = article
    return found


def compare(
    pairs: Iterable[tuple[AnnotatedArticle, AnnotatedArticle]], *, alone: Sequence[str] = ()
) -> AgreementReport:
    """The agreement over `pairs` of annotations of one article each."""
    total = Agreement()
    by_difficulty: dict[str, Agreement] = {}
    for first, second in pairs:
        one = _compare_one(first, second)
        total += one
        group = by_difficulty.setdefault(first.head.get("difficulty") or "none", Agreement())
        group += one
    return AgreementReport(
        total, dict(sorted(by_difficulty.items(), key=lambda item: (-item[1].articles, item[0]))), alone
    )


def _compare_one(first: AnnotatedArticle, second: AnnotatedArticle) -> Agreement:
    one, other = _FlatArticle(first), _FlatArticle(second)
    if one.text != other.text:
        at = next((i for i, (a, b) in enumerate(zip(one.text, other.text, strict=False)) if a != b), None)
        at = min(len(one.text), len(other.text)) if at is None else at
        raise ConfigurationError(
            f"{first.id}: the texts differ at sign {at}, white space not counted: "
            f"{one.text[at : at + 20]!r} and {other.text[at : at + 20]!r}"
        )
    pairs = _paired(one.quotes, other.quotes)
    aligned = _aligned(one, other)
    same = len(pairs)
    exact = sum(mine.places == theirs.places for mine, theirs in pairs)
    speakers = sum({aligned.get(key) for key in m.quote.speakers} == set(t.quote.speakers) for m, t in pairs)
    shared = len(one.places & other.places)
    chains, others = list(one.chains.values()), list(other.chains.values())
    return Agreement(
        articles=1,
        quotes=LinkCounts(same, len(other.quotes), same, len(one.quotes)),
        exact=LinkCounts(exact, len(other.quotes), exact, len(one.quotes)),
        speakers=speakers,
        types=Counter((mine.quote.type, theirs.quote.type) for mine, theirs in pairs),
        mentions=LinkCounts(shared, len(other.places), shared, len(one.places)),
        chains=score([(chains, others)]),
        longer=score([(without_singletons(chains), without_singletons(others))]),
    )


@dataclass(frozen=True)
class _PlacedQuote:
    quote: AnnotatedQuote
    places: tuple[Place, ...]
    signs: frozenset[int]


class _FlatArticle:
    """An article as one run of signs without white space, with what is annotated at places in it."""

    def __init__(self, article: AnnotatedArticle) -> None:
        self.article = article
        self.text = ""
        self.quotes: list[_PlacedQuote] = []
        self.chains: dict[str, set[Place]] = {}
        self.places: set[Place] = set()
        for part in article.parts:
            self._add(part)

    def _add(self, part: Part) -> None:
        solid = np.array([not sign.isspace() for sign in part.text] + [False])
        before = np.concatenate([[0], np.cumsum(solid)]) + len(self.text)
        self.text += "".join(part.text.split())

        def place(begin: int, end: int) -> Place:
            return int(before[begin]), int(before[end])

        for quote in part.quotes:
            places = tuple(place(begin, end) for begin, end in quote.spans)
            signs = frozenset(sign for begin, end in places for sign in range(begin, end))
            self.quotes.append(_PlacedQuote(quote, places, signs))
        for mention in part.mentions:
            self._add_mention(mention, place(mention.begin, mention.end))

    def _add_mention(self, mention: AnnotatedMention, place: Place) -> None:
        """Of two mentions in the same place the first counts: a place belongs to one chain."""
        if place not in self.places:
            self.places.add(place)
            self.chains.setdefault(mention.chain, set()).add(place)


def _paired(ones: Sequence[_PlacedQuote], others: Sequence[_PlacedQuote]) -> list[tuple[_PlacedQuote, _PlacedQuote]]:
    """The quotes of both that are the same by their words, paired so that they overlap as much as they can."""
    if not ones or not others:
        return []
    overlap = np.zeros((len(ones), len(others)))
    for i, one in enumerate(ones):
        for j, other in enumerate(others):
            shared = 2 * len(one.signs & other.signs) / (len(one.signs) + len(other.signs))
            overlap[i, j] = shared + 0.001 * (one.quote.type == other.quote.type) if shared >= SAME_QUOTE else 0.0
    return [(ones[i], others[j]) for i, j in best_assignment(overlap) if overlap[i, j]]


def _aligned(one: _FlatArticle, other: _FlatArticle) -> dict[str, str]:
    """The second annotation's chain for one of the first: those that share most mentions, or at least their name."""
    mine, theirs = list(one.article.chains.values()), list(other.article.chains.values())
    alike = np.zeros((len(mine), len(theirs)))
    for i, first in enumerate(mine):
        for j, second in enumerate(theirs):
            places, others = one.chains.get(first.key, set()), other.chains.get(second.key, set())
            shared = 2 * len(places & others) / (len(places) + len(others)) if places or others else 0.0
            alike[i, j] = shared + 0.1 * (first.name.casefold() == second.name.casefold())
    return {mine[i].key: theirs[j].key for i, j in best_assignment(alike) if alike[i, j] > 0}
