"""How much there is in the corpus, of what, and how varied it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from pipeline.corpus.model import AnnotatedArticle
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


def totals(articles: Iterable[AnnotatedArticle]) -> Totals:
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


def by_head(articles: Sequence[AnnotatedArticle], key: str) -> dict[str, Totals]:
    """Counts by what the heads say under `key` ("genre", "region", "difficulty"), the commonest first."""
    groups: dict[str, list[AnnotatedArticle]] = {}
    for article in articles:
        groups.setdefault(article.head.get(key, "") or "none", []).append(article)
    return {name: totals(group) for name, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))}


def quote_types(articles: Iterable[AnnotatedArticle]) -> Counter[str]:
    """How many quotes there are of each type."""
    return Counter(quote.type for article in articles for part in article.parts for quote in part.quotes)


@dataclass(frozen=True)
class Variety:
    """How varied texts are.

    Attributes:
        sentence_words: mean number of words in a sentence.
        sentence_spread: standard deviation of that.
        openings: distinct first words among the texts' first three words, as a share of the texts.
        repeated: share of the runs of five words that stand more than once, in one text or several.
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


def report(
    articles: Sequence[AnnotatedArticle], others: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Tables of rows of figures: counts by what the heads say, quotes by type, chains by type, cues, and variety.

    `others` are texts by the name of their collection; their variety stands beside.
    """
    tables = {"Articles": {"all": asdict(totals(articles))}}
    for key in ("genre", "region", "difficulty"):
        tables[f"By {key}"] = {name: asdict(counts) for name, counts in by_head(articles, key).items()}
    tables["Quotes by type"] = _shares(quote_types(articles))
    tables["Chains by type"] = _shares(Counter(chain.type for one in articles for chain in one.chains.values()))
    cues = _shares(cue_words(articles))
    tables[f"The 20 commonest of {len(cues):,} cues"] = dict(list(cues.items())[:20])
    texts = {"these articles": [one.body.text for one in articles], **others}
    tables["Variety"] = {name: asdict(variety(found)) for name, found in texts.items()}
    return tables


def cue_words(articles: Iterable[AnnotatedArticle]) -> Counter[str]:
    """How often quotes are introduced by which words, in small letters; parts of a separable verb are joined."""
    return Counter(
        " ".join(part.text[begin:end].lower() for begin, end in quote.cue)
        for article in articles
        for part in article.parts
        for quote in part.quotes
        if quote.cue
    )


def _shares(counts: Counter[str]) -> dict[str, dict[str, Any]]:
    return {name: {"number": number, "share": number / counts.total()} for name, number in counts.most_common()}
