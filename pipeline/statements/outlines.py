"""The outlines of the open statements of a speaker: which of them a quote could touch, and which is the oldest."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pipeline.statements.outline import (
    Outline,
    Wordings,
    articles_of,
    changed_at,
    fewest_terms,
    name_hash,
    terms_in,
    weight,
    wordings_in,
)
from pipeline.statements.same_statement import ComparedQuote
from pipeline.statements.wording_graph import MOST_COMPARED, shared_enough

FEW = 30
"""Statements that are sooner looked through than entered in indexes."""
_Index = dict[int, str | list[str]]
"""Ids of statements by a hash; most have one, for which a list would be large."""


class _Indexes:
    """Ids of statements by what stands in their outlines.

    Attributes:
        by_article: by the hash of an article that a statement stands in.
        by_term: by that of a term of one of its wordings.
        by_figure: by that of a figure in one of them.
        open: those that need not share a figure with a wording that has some: one of theirs has none, or some have
            several sentences.
    """

    def __init__(self, outlines: Mapping[str, Outline]) -> None:
        self.by_article: _Index = {}
        self.by_term: _Index = {}
        self.by_figure: _Index = {}
        self.open: set[str] = set()
        for name, outline in outlines.items():
            self.add(name, outline)

    def add(self, name: str, outline: Outline) -> None:
        for index, key in self._entries(outline):
            names = index.get(key)
            if names is None:
                index[key] = name
            elif isinstance(names, str):
                index[key] = [names, name]
            else:
                names.append(name)
        wordings = wordings_in(outline)
        if wordings.sentences or not all(wordings.figures):
            self.open.add(name)

    def remove(self, name: str, outline: Outline) -> None:
        self.open.discard(name)
        for index, key in self._entries(outline):
            names = index[key]
            if isinstance(names, str):
                del index[key]
            else:
                names.remove(name)
                if len(names) == 1:
                    index[key] = names[0]

    def _entries(self, outline: Outline) -> Iterator[tuple[_Index, int]]:
        for article in articles_of(outline):
            yield self.by_article, article
        wordings = wordings_in(outline)
        for term in wordings.terms:
            yield self.by_term, term
        for figure in {figure for figures in wordings.figures for figure in figures}:
            yield self.by_figure, figure


class Outlines:
    """Outlines by the ids of their statements.

    Args:
        outlines: those that are there from the beginning.
    """

    def __init__(self, outlines: Mapping[str, Outline]) -> None:
        self._known = dict(outlines)
        self._weight = sum(map(weight, self._known.values()))
        self._numbers = sum(map(len, self._known.values()))
        self._indexes: _Indexes | None = None
        self._index_many()
        self._order()

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def get(self, name: str) -> "Outline | None":
        """That of a statement, if it is known."""
        return self._known.get(name)

    @property
    def weight(self) -> int:
        """How many quotes there are in them, a long one counting as several."""
        return self._weight

    @property
    def numbers(self) -> int:
        """How many numbers they are made of, which is what their memory grows with."""
        return self._numbers

    def put(self, name: str, outline: Outline) -> None:
        """Know a statement as it is now."""
        self.remove(name)
        self._known[name] = outline
        self._weight += weight(outline)
        self._numbers += len(outline)
        if self._indexes is not None:
            self._indexes.add(name, outline)
        else:
            self._index_many()
        heapq.heappush(self._by_age, (changed_at(outline), name))
        if len(self._by_age) > 2 * len(self._known) + 10:  # most have been replaced
            self._order()

    def remove(self, name: str) -> None:
        """Forget a statement, if it is known."""
        outline = self._known.pop(name, None)
        if outline is not None:
            self._weight -= weight(outline)
            self._numbers -= len(outline)
            if self._indexes is not None:
                self._indexes.remove(name, outline)

    def oldest(self) -> tuple[int, str] | None:
        """When that was given out which was longest ago, and its id, the first of several; None: there are none."""
        while self._by_age:
            instant, name = self._by_age[0]
            known = self._known.get(name)
            if known is not None and changed_at(known) == instant:
                return instant, name
            heapq.heappop(self._by_age)
        return None

    def in_article(self, article: str) -> list[str]:
        """Those with quotes from an article."""
        key = name_hash(article)
        if self._indexes is None:
            return [name for name, outline in self._known.items() if key in articles_of(outline)]
        return list(_names(self._indexes.by_article, key))

    def near(self, compared: ComparedQuote) -> list[str]:
        """Those with wordings that may say the same as this one; of very many, those that share most words with it."""
        own, known = Wordings.of([compared]), self._known
        enough = shared_enough(own.fewest)
        shared = self._shared(own)
        found = [
            (count, name)
            for name, count in shared.items()
            if (count >= enough or count >= shared_enough(fewest_terms(known[name])))
            and own.agree(wordings_in(known[name]))
        ]
        if len(found) > MOST_COMPARED:
            least = heapq.nlargest(MOST_COMPARED, found)[-1][0]
            found = [each for each in found if each[0] >= least]
        return [name for _, name in found]

    def _shared(self, own: Wordings) -> Mapping[str, int]:
        """Ids with how many terms they share with a wording, but for those whose figures cannot agree with it."""
        if self._indexes is None:
            wanted = set(own.terms)
            return {name: len(wanted.intersection(terms_in(outline))) for name, outline in self._known.items()}
        shared: Counter[str] = Counter()
        for term in own.terms:
            shared.update(_names(self._indexes.by_term, term))
        (figures,) = own.figures
        if not figures or own.sentences:
            return shared
        agreeing = self._indexes.open.union(*(_names(self._indexes.by_figure, figure) for figure in figures))
        return {name: shared[name] for name in agreeing & shared.keys()}

    def _index_many(self) -> None:
        if len(self._known) > FEW:
            self._indexes = _Indexes(self._known)

    def _order(self) -> None:
        self._by_age = [(changed_at(outline), name) for name, outline in self._known.items()]
        heapq.heapify(self._by_age)


def _names(index: _Index, key: int) -> Iterable[str]:
    names = index.get(key, ())
    return (names,) if isinstance(names, str) else names
