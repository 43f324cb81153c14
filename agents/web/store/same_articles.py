"""The same article in several papers: near copies by their simhash, of which the earliest stands for all."""

import sqlite3
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MOST_BITS = 5
"""So many of the 64 bits may differ: an agency's text with a changed sentence, not another one on the same subject."""
WITHIN_SECONDS = 7 * 86400.0
"""What is printed again later is another article, and so are the lists that come every week."""
_NOTHING = 0
"""The simhash of a text with hardly a word; it tells nothing."""
_TEXT = np.dtype([("seq", "<i8"), ("same", "<i8"), ("at", "<f8"), ("simhash", "<u8")])
_LEAST_ROOM = 1024


class KnownTexts:
    """The texts of all articles in the store, in memory: each new one is compared with all of them at once.

    Args:
        connection: to the store, whose articles are read.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT seq, same, at, simhash FROM articles ORDER BY seq")
        found = [(seq, same, at, int(simhash, 16)) for seq, same, at, simhash in rows]
        self._count = len(found)
        self._room = np.zeros(max(_LEAST_ROOM, 2 * self._count), dtype=_TEXT)
        self._room[: self._count] = np.array(found, dtype=_TEXT)

    def __len__(self) -> int:
        return self._count

    def same(self, simhash: str, at: float, *, but: int | None = None) -> int | None:
        """The number that the articles of this text share; None: there is no copy of it.

        Args:
            simhash: 16 hex digits.
            at: when it was published, or else came, in seconds since 1970 UTC.
            but: an article that does not count.

        Raises:
            ValueError, OverflowError: `simhash` is none.
        """
        value = np.uint64(int(simhash, 16))
        if value == _NOTHING:
            return None
        known = self._known
        bits_apart = np.bitwise_count(known["simhash"] ^ value)
        near = np.flatnonzero((bits_apart <= MOST_BITS) & (known["simhash"] != _NOTHING))
        near = near[(np.abs(known["at"][near] - at) <= WITHIN_SECONDS) & (known["seq"][near] != (but or 0))]
        return min(((int(bits_apart[one]), int(known["same"][one])) for one in near), default=(0, None))[1]

    def add(self, seq: int, same: int, simhash: str, at: float) -> None:
        """Take in the article `seq`, whose text has the number `same`."""
        if self._count == len(self._room):
            self._room = np.concatenate([self._room, np.zeros_like(self._room)])
        self._room[self._count] = (seq, same, at, int(simhash, 16))
        self._count += 1

    def remove(self, seqs: Iterable[int]) -> None:
        """Forget articles."""
        left = self._known[~np.isin(self._known["seq"], np.fromiter(seqs, dtype=np.int64))]
        self._room[: len(left)] = left
        self._count = len(left)

    @property
    def _known(self) -> NDArray[np.void]:
        return self._room[: self._count]


def mark_first(connection: sqlite3.Connection, same: int) -> None:
    """Let the earliest of the articles of one text stand for all."""
    earliest = "SELECT seq FROM articles WHERE same = ? ORDER BY at, seq LIMIT 1"
    for (seq,) in connection.execute(earliest, (same,)).fetchall():
        connection.execute("UPDATE articles SET first = 0 WHERE same = ? AND seq <> ? AND first <> 0", (same, seq))
        connection.execute("UPDATE articles SET first = 1 WHERE seq = ? AND first <> 1", (seq,))
