"""Counting what counts once: a statement in however many papers, an article with however many quotes.

Places are those of quotes in the columns; a thing is a number that several quotes can share.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.integer]
Places = NDArray[np.int64]
MOST_CELLS = 1_000_000
"""Of a table of values by things: up to that it is faster to tick cells than to sort pairs."""


class FirstOfEach:
    """The quotes at some places, of which those of the same thing count once.

    Most things have one quote, or one value that all of their quotes share: these are counted by their first quote, and
    what remains is little.

    Args:
        places: in the order in which one of them is the first.
        things: for each of all quotes a number, not negative and without great gaps; None: each quote is one thing.

    Attributes:
        places: of the places of each thing the first, in their order.
    """

    def __init__(self, places: Places, things: Numbers | None) -> None:
        self.places: Places = places
        self._all, self._all_things = places, things
        self._again: Places = places[:0]
        self._before: Places = places[:0]
        self._things: Numbers = places[:0]
        if things is None:
            return
        here, order = things[places], np.arange(len(places), dtype=np.int32)
        first = np.empty(int(here.max(initial=-1)) + 1, dtype=np.int32)
        first[here[::-1]] = order[::-1]  # the last that is written is the first in their order
        before = first[here]
        again = before != order
        self.places, self._again, self._before = places[~again], places[again], places[before[again]]
        self._things = here[again]

    def __len__(self) -> int:
        return len(self.places)

    def among(self, kept: NDArray[np.bool_]) -> "FirstOfEach":
        """The same of those quotes alone for which, of all quotes, `kept` is true."""
        return FirstOfEach(self._all[kept[self._all]], self._all_things)

    def share_things(self, places: Places, others: Places) -> NDArray[np.bool_]:
        """For each of `places` whether its thing is that of one of the `others`, too."""
        if self._all_things is None or not len(places):
            return np.zeros(len(places), dtype=bool)
        theirs = np.zeros(int(self._all_things.max()) + 1, dtype=bool)
        theirs[self._all_things[others]] = True
        shared: NDArray[np.bool_] = theirs[self._all_things[places]]
        return shared

    def of_each_value(self, values: Numbers) -> Places:
        """The first place of each thing with each of its values.

        Args:
            values: for each of all quotes a number, not negative.
        """
        more, pairs = self._more(values)
        return np.concatenate([self.places, more[np.unique(pairs, return_index=True)[1]]])

    def count(self, values: Numbers) -> NDArray[np.int64]:
        """For each value from 0 on, how many things have it.

        Args:
            values: for each of all quotes a number, not negative.
        """
        counts: NDArray[np.int64] = np.bincount(values[self.places])
        more, pairs = self._more(values)
        if len(more):
            pairs.sort()  # np.unique hashes, which is ten times as slow
            others = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] // self._width, minlength=len(counts))
            others[: len(counts)] += counts
            return others
        return counts

    @property
    def _width(self) -> int:
        return int(self._things.max(initial=0)) + 1

    def _more(self, values: Numbers) -> tuple[Places, NDArray[np.int64]]:
        """The places whose value is not the one of the first of their thing, and a number for each pair of the two."""
        other = values[self._again] != values[self._before]
        more = self._again[other]
        return more, values[more].astype(np.int64) * self._width + self._things[other]


def commonest(counts: NDArray[np.int64], most: int | None = None) -> list[int]:
    """The values that are counted at all, the commonest first, and of equals the least."""
    counted = np.flatnonzero(counts)
    found: list[int] = counted[np.argsort(-counts[counted], kind="stable")][:most].tolist()
    return found


def distinct(things: Numbers) -> int:
    """How many different numbers there are, none negative and without great gaps."""
    return int(np.count_nonzero(np.bincount(things)))


def count_distinct(values: Numbers, things: Numbers) -> NDArray[np.int64]:
    """For each value from 0 on, how many different things have it; both not negative, `things` without great gaps."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    width, height = int(things.max()) + 1, int(values.max()) + 1
    if width * height > MOST_CELLS:
        return FirstOfEach(np.arange(len(values)), things).count(values)
    cells = np.zeros(width * height, dtype=bool)
    cells[values.astype(np.int64) * width + things] = True
    counts: NDArray[np.int64] = cells.reshape(height, width).sum(axis=1, dtype=np.int64)
    return counts
