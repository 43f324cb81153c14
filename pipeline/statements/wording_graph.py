"""Which wordings of one speaker say the same: a graph that is looked up by words, not searched."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NewType

from pipeline.statements.same_statement import ComparedQuote, same_statement

_SHARED = 3
"""Words of content that two wordings share before they are compared, or _SHARE of the lesser."""
_SHARE = 0.6
MOST_COMPARED = 500
"""Wordings that one is compared with: those that share most words with it."""


WordingId = NewType("WordingId", str)
"""Names all renderings that nothing tells apart; the same in every process."""


def wording_id(compared: ComparedQuote) -> WordingId:
    """The name of what is compared of a rendering: words and marks, whether it is in quotation marks or a question, and
    a short one's surroundings."""
    parts = [
        *compared.wording.words,
        compared.wording.written_form,
        "1" if compared.verbatim else "0",
        "?" if compared.asks else ".",
        *sorted(compared.surroundings),
    ]
    return WordingId(hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest())


class WordingGraph:
    """Wordings as nodes, joined where two say the same.

    It depends on the wordings alone and not on their order, as long as none has more than `MOST_COMPARED` near ones.
    """

    def __init__(self) -> None:
        self._compared_quotes: dict[WordingId, ComparedQuote] = {}
        self._neighbours: dict[WordingId, set[WordingId]] = {}
        self._by_term: dict[str, list[WordingId]] = {}  # most have one, for which a set would be large
        self._to_compare: set[WordingId] = set()

    def __contains__(self, words: WordingId) -> bool:
        return words in self._compared_quotes

    def __len__(self) -> int:
        return len(self._compared_quotes)

    def add(self, words: WordingId, compared: ComparedQuote) -> None:
        """Take a wording in that is not there yet, and compare it with all others."""
        self._index(words, compared)
        self._compare(words, self._compared_quotes.keys())

    def hold(self, words: WordingId, compared: ComparedQuote) -> None:
        """Take a wording in, if it is not there yet, that is compared with others when its neighbours are asked for."""
        if words not in self:
            self._index(words, compared)
            self._to_compare.add(words)

    def compare(self, words: WordingId, look_up: Callable[[ComparedQuote], None]) -> None:
        """Compare a wording that is held with all others, also with those that were compared when it was not there.

        `look_up` is called first, to hold those that may say the same and are not here.
        """
        if words in self._to_compare:
            look_up(self._compared_quotes[words])
            self._to_compare.discard(words)
            self._compare(words, self._compared_quotes.keys())

    def remove(self, words: WordingId) -> None:
        """Forget a wording."""
        self._to_compare.discard(words)
        for term in terms_of(self._compared_quotes.pop(words)):
            self._by_term[term].remove(words)
            if not self._by_term[term]:
                del self._by_term[term]
        for other in self._neighbours.pop(words):
            self._neighbours[other].discard(words)

    def neighbours(self, words: WordingId) -> frozenset[WordingId]:
        """The wordings that say the same, by themselves."""
        if words in self._to_compare:
            self._to_compare.remove(words)
            self._compare(words, self._to_compare)  # the others have been compared with it
        return frozenset(self._neighbours[words])

    def _index(self, words: WordingId, compared: ComparedQuote) -> None:
        self._compared_quotes[words] = compared
        self._neighbours[words] = set()
        for term in terms_of(compared):
            self._by_term.setdefault(term, []).append(words)

    def _compare(self, words: WordingId, among: Collection[WordingId]) -> None:
        """Join a wording with those among others that say the same."""
        compared = self._compared_quotes[words]
        terms = terms_of(compared)
        shared = Counter(other for term in terms for other in self._by_term[term] if other in among)
        del shared[words]
        for other in _most_shared(shared):
            candidate = self._compared_quotes[other]
            fewest = min(len(terms), len(terms_of(candidate)))
            if shared[other] >= shared_enough(fewest) and same_statement(compared, candidate):
                self._neighbours[words].add(other)
                self._neighbours[other].add(words)

    def weight(self, words: WordingId) -> tuple[float, int]:
        """How much a wording says: by content, then by words."""
        wording = self._compared_quotes[words].wording
        return wording.weight, len(wording.words)

    def component(
        self, start: Iterable[WordingId], look_up: Callable[[ComparedQuote], None] | None = None
    ) -> set[WordingId]:
        """All wordings that hang together with those given, over however many others.

        `look_up` is called before a wording is compared, to hold those that may say the same and are not here.
        """
        found = {words for words in start if words in self}
        new = list(found)
        while new:
            words = new.pop()
            if look_up is not None and words in self._to_compare:
                look_up(self._compared_quotes[words])
            for other in self.neighbours(words):
                if other not in found:
                    found.add(other)
                    new.append(other)
        return found

    def components(self, among: Iterable[WordingId]) -> Iterator[set[WordingId]]:
        """The separate groups that `among`, which is closed, falls into."""
        left = set(among)
        while left:
            group = self.component([min(left)])
            left -= group
            yield group


def _most_shared(shared: Counter[WordingId]) -> Iterable[WordingId]:
    if len(shared) <= MOST_COMPARED:
        return shared
    return heapq.nsmallest(MOST_COMPARED, shared, key=lambda other: (-shared[other], other))


def shared_enough(terms: int) -> float:
    """How many terms a wording of so many has to share with one of as many, or of more, to be compared with it."""
    return min(_SHARED, _SHARE * terms)


def terms_of(compared: ComparedQuote) -> frozenset[str]:
    """What a wording is found by: its content, or all of it where it has none."""
    return compared.wording.content or frozenset([" ".join(compared.wording.words)])
