"""The same article in several papers: near copies by their simhash, of which the earliest stands for all."""

import sqlite3
from collections.abc import Iterable

from pipeline.cleaning.fingerprint import distance

MOST_BITS = 5
"""So many of the 64 bits may differ: an agency's text with a changed sentence, not another one on the same subject."""
WITHIN_SECONDS = 7 * 86400.0
"""What is printed again later is another article, and so are the lists that come every week."""
_BANDS = MOST_BITS + 1
_WIDTH = -(-64 // _BANDS)
_NOTHING = "0" * 16
"""The simhash of a text with hardly a word; it tells nothing."""


def join_same(connection: sqlite3.Connection, seq: int, simhash: str, at: float) -> int:
    """Note the article `seq` among those of the same text.

    Args:
        simhash: 16 hex digits.
        at: when it was published, or else came.

    Returns:
        The number that all articles of that text share.
    """
    same = seq
    if simhash != _NOTHING:
        same = _same(connection, simhash, at) or seq
        bands = [(band, bits, seq) for band, bits in enumerate(_bands(simhash))]
        connection.executemany("INSERT OR IGNORE INTO fingerprints (band, bits, article) VALUES (?, ?, ?)", bands)
    return same


def leave_same(connection: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Forget the fingerprints of articles."""
    connection.executemany("DELETE FROM fingerprints WHERE article = ?", [(seq,) for seq in seqs])


def mark_first(connection: sqlite3.Connection, same: int) -> None:
    """Let the earliest of the articles of one text stand for all."""
    connection.execute(
        "UPDATE articles SET first = (seq = (SELECT seq FROM articles WHERE same = ?1 ORDER BY at, seq LIMIT 1))"
        " WHERE same = ?1",
        (same,),
    )


def _same(connection: sqlite3.Connection, simhash: str, at: float) -> int | None:
    """The number of the nearest text. Two that differ in few bits agree in all bits of one band at the least."""
    nearest: tuple[int, int] | None = None
    for band, bits in enumerate(_bands(simhash)):
        for same, other, when in connection.execute(
            "SELECT a.same, a.simhash, a.at FROM fingerprints f JOIN articles a ON a.seq = f.article"
            " WHERE f.band = ? AND f.bits = ?",
            (band, bits),
        ):
            bits_apart = distance(simhash, other)
            if bits_apart <= MOST_BITS and abs(when - at) <= WITHIN_SECONDS:
                nearest = min(nearest or (bits_apart, same), (bits_apart, same))
    return None if nearest is None else nearest[1]


def _bands(simhash: str) -> list[int]:
    value = int(simhash, 16)
    return [value >> band * _WIDTH & (1 << _WIDTH) - 1 for band in range(_BANDS)]
