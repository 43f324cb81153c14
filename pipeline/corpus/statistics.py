"""How much there is in the corpus, of what, and how varied it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.corpus.model import Article
from pipeline.models.sentences import sentence_starts

_WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")
_GRAM = 5


@dataclass(frozen=True)
class Totals:
    """Counts over some articles; `mentions` are those in chains of two or more, `all_mentions` all."""

    articles: int
    words: int
    quotes: int
    mentions: int
    all_mentions: int


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return _WORD.findall(text)


def totals(articles: Iterable[Article]) -> Totals:
    """Counts over `articles`, headlines included."""
    count = words = quotes = chained = mentions = 0
    for article in articles:
        count += 1
        words += sum(len(words_of(part.text)) for part in article.parts)
        quotes += sum(len(part.quotes) for part in article.parts)
        lengths = Counter(mention.chain for _, mention in article.mentions())
        mentions += lengths.total()
        chained += sum(length for length in lengths.values() if length > 1)
    return Totals(count, words, quotes, chained, mentions)


def by_head(articles: Sequence[Article], key: str) -> dict[str, Totals]:
    """Counts by what the heads say under `key` ("genre", "region", "difficulty"), the commonest first."""
    groups: dict[str, list[Article]] = {}
    for article in articles:
        groups.setdefault(article.head.get(key, "") or "none", []).append(article)
    return {name: totals(group) for name, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))}


def quote_types(articles: Iterable[Article]) -> Counter[str]:
    """How many quotes there are of each type."""
    return Counter(quote.type for article in articles for part in article.parts for quote in part.quotes)


@dataclass(frozen=True)
class Variety:
    """How varied texts are.

    Attributes:
        sentence_words: mean number of words in a sentence.
        sentence_spread: standard deviation of that.
        openings: distinct first words among the texts' first three words, as a share of the texts.
        repeated: share of the runs of five words that stand in more than one text.
    """

    texts: int
    sentence_words: float
    sentence_spread: float
    openings: float
    repeated: float


def variety(texts: Sequence[str]) -> Variety:
    """The variety of `texts`; all zero for none."""
    if not texts:
        return Variety(0, 0.0, 0.0, 0.0, 0.0)
    lengths: list[int] = []
    openings: set[tuple[str, ...]] = set()
    grams: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        starts = [*sentence_starts(text), len(text)]
        found = (len(words_of(text[b:e])) for b, e in pairwise(starts))
        lengths += [length for length in found if length]
        words = [word.lower() for word in words_of(text)]
        openings.add(tuple(words[:3]))
        grams.update({tuple(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1)})
    mean = sum(lengths) / max(1, len(lengths))
    spread = (sum((length - mean) ** 2 for length in lengths) / max(1, len(lengths))) ** 0.5
    repeated = sum(number for number in grams.values() if number > 1) / max(1, grams.total())
    return Variety(len(texts), mean, spread, len(openings) / len(texts), repeated)
