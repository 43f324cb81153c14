"""The quotes of one speaker that are held: by article, by version of it, by words, by what they are part of."""

from collections.abc import Iterable
from typing import TypeVar

from pipeline.statements.occurrence import Occurrence
from pipeline.statements.wording_graph import WordingId

ORDINARY_CHARACTERS = 1000
"""Of a quote; longer ones take more memory."""
_Key = TypeVar("_Key")


class HeldQuotes:
    """Quotes by their ids."""

    def __init__(self) -> None:
        self._quotes: dict[str, Occurrence] = {}
        self._size = 0
        self._of_article: dict[str, set[str]] = {}
        self._of_version: dict[tuple[str, str | None], set[str]] = {}
        self._alike: dict[tuple[str, WordingId], set[str]] = {}
        self._fragments: dict[str, set[str]] = {}

    def __len__(self) -> int:
        """How many there are, of up to `ORDINARY_CHARACTERS`; a longer one counts as several."""
        return self._size

    def get(self, quote: str) -> Occurrence | None:
        """The quote of that id, if it is held."""
        return self._quotes.get(quote)

    def add(self, occurrence: Occurrence) -> None:
        """Hold a quote whose id is not held."""
        self._quotes[occurrence.quote] = occurrence
        self._size += weight_of(occurrence)
        self._of_article.setdefault(occurrence.article, set()).add(occurrence.quote)
        self._of_version.setdefault((occurrence.article, occurrence.version_hash), set()).add(occurrence.quote)
        self._alike.setdefault((occurrence.article, occurrence.words), set()).add(occurrence.quote)
        if occurrence.part_of is not None:
            self._fragments.setdefault(occurrence.part_of, set()).add(occurrence.quote)

    def remove(self, occurrence: Occurrence) -> None:
        """Let a quote go that is held."""
        del self._quotes[occurrence.quote]
        self._size -= weight_of(occurrence)
        _discard(self._of_article, occurrence.article, occurrence.quote)
        _discard(self._of_version, (occurrence.article, occurrence.version_hash), occurrence.quote)
        _discard(self._alike, (occurrence.article, occurrence.words), occurrence.quote)
        if occurrence.part_of is not None:
            _discard(self._fragments, occurrence.part_of, occurrence.quote)

    def of(self, quotes: Iterable[str]) -> list[Occurrence]:
        """Those of the given ids that are held."""
        return [self._quotes[quote] for quote in sorted(quotes) if quote in self._quotes]

    def in_article(self, article: str) -> list[Occurrence]:
        """Those of an article."""
        return self.of(self._of_article.get(article, ()))

    def count_in_article(self, article: str) -> int:
        """How many those are."""
        return len(self._of_article.get(article, ()))

    def replaced_by(self, occurrence: Occurrence) -> list[Occurrence]:
        """Those from other versions of its article, and the one that has its id."""
        held = self._of_article.get(occurrence.article, set())
        same = self._of_version.get((occurrence.article, occurrence.version_hash), set())
        other = held - same if len(same) < len(held) else set()
        return self.of(other | {occurrence.quote})

    def alike(self, occurrence: Occurrence) -> list[Occurrence]:
        """Those of its article that have the same words."""
        return self.of(self._alike.get((occurrence.article, occurrence.words), ()))

    def within(self, occurrence: Occurrence) -> list[Occurrence]:
        """Those that say that they are fragments of it, over however many steps."""
        found: set[str] = set()
        new = [occurrence.quote]
        while new:
            fragments = self._fragments.get(new.pop(), set()) - found - {occurrence.quote}
            found |= fragments
            new += fragments
        return self.of(found)

    def whole(self, occurrence: Occurrence) -> Occurrence:
        """The quote that this one is a fragment of, over however many steps, as far as it is held.

        A fragment is shorter than its whole; what claims otherwise stands for itself, so that no two are parts of each
        other.
        """
        while occurrence.part_of is not None:
            around = self._quotes.get(occurrence.part_of)
            if around is None or around.article != occurrence.article or len(around.text) <= len(occurrence.text):
                break
            occurrence = around
        return occurrence

    def parts(self, whole: Occurrence) -> list[Occurrence]:
        """The fragments of a quote, and theirs."""
        return [quote for quote in self.within(whole) if self.whole(quote) is whole]


def _discard(sets: dict[_Key, set[str]], key: _Key, member: str) -> None:
    """Take a member out of the set under `key`, and the set with its last one."""
    members = sets.get(key, set())
    members.discard(member)
    if not members:
        sets.pop(key, None)


def weight_of(occurrence: Occurrence) -> int:
    """How many quotes it counts as: one, and one more for each further `ORDINARY_CHARACTERS`."""
    return 1 + len(occurrence.text) // ORDINARY_CHARACTERS
