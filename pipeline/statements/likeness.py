"""Which wordings of one speaker say the same: a graph that is looked up by words, not searched."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NewType

from pipeline.statements.same import Rendering, same_statement

_SHARED = 3
"""Words of content that two wordings share before they are compared, or _SHARE of the lesser."""
_SHARE = 0.6


Words = NewType("Words", str)
"""Names all renderings that nothing tells apart; the same in every process."""


def words_of(rendering: Rendering) -> Words:
    """The name of a rendering's words, of their being in quotation marks or not, and of a short one's surroundings."""
    parts = [*rendering.wording.words, "1" if rendering.verbatim else "0", *sorted(rendering.surroundings)]
    return Words(hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest())


class Likeness:
    """Wordings as nodes, joined where two say the same; it depends on the wordings alone, not on their order."""

    def __init__(self) -> None:
        self._renderings: dict[Words, Rendering] = {}
        self._neighbours: dict[Words, set[Words]] = {}
        self._by_term: dict[str, set[Words]] = {}

    def __contains__(self, words: Words) -> bool:
        return words in self._renderings

    def __len__(self) -> int:
        return len(self._renderings)

    def add(self, words: Words, rendering: Rendering) -> None:
        """Take a wording in that is not there yet."""
        terms = _terms(rendering)
        shared = Counter(other for term in terms for other in self._by_term.get(term, ()))
        neighbours = set()
        for other, count in shared.items():
            fewest = min(len(terms), len(_terms(self._renderings[other])))
            if (count >= _SHARED or count >= _SHARE * fewest) and same_statement(rendering, self._renderings[other]):
                neighbours.add(other)
                self._neighbours[other].add(words)
        self._renderings[words] = rendering
        self._neighbours[words] = neighbours
        for term in terms:
            self._by_term.setdefault(term, set()).add(words)

    def remove(self, words: Words) -> None:
        """Forget a wording."""
        for term in _terms(self._renderings.pop(words)):
            self._by_term[term].discard(words)
            if not self._by_term[term]:
                del self._by_term[term]
        for other in self._neighbours.pop(words):
            self._neighbours[other].discard(words)

    def neighbours(self, words: Words) -> frozenset[Words]:
        """The wordings that say the same, by themselves."""
        return frozenset(self._neighbours[words])

    def weight(self, words: Words) -> tuple[float, int]:
        """How much a wording says: by content, then by words."""
        wording = self._renderings[words].wording
        return wording.weight, len(wording.words)

    def component(self, start: Iterable[Words]) -> set[Words]:
        """All wordings that hang together with those given, over however many others."""
        found = {words for words in start if words in self}
        new = list(found)
        while new:
            for other in self._neighbours[new.pop()]:
                if other not in found:
                    found.add(other)
                    new.append(other)
        return found

    def components(self, among: Iterable[Words]) -> Iterator[set[Words]]:
        """The separate groups that `among`, which is closed, falls into."""
        left = set(among)
        while left:
            group = self.component([min(left)])
            left -= group
            yield group


def _terms(rendering: Rendering) -> frozenset[str]:
    """What a wording is found by: its content, or all of it where it has none."""
    return rendering.wording.content or frozenset([" ".join(rendering.wording.words)])
