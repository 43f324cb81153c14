"""The places of cues in all lines of an article, found at once: lines without a cue need no costlier rule."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

_BEGIN = 4
_HASHES = 1 << 16


class Cues:
    """Kinds of cues, each a few lower-case strings of four characters and more.

    All places of a text are looked at together, by a hash of the four characters
    there; that leaves few for a closer look.
    """

    def __init__(self, *kinds: tuple[str, ...]) -> None:
        self._kinds = len(kinds)
        self._by_begin: dict[str, list[tuple[int, str]]] = {}
        self._begins = np.zeros(_HASHES, dtype=bool)
        for number, cue in ((number, cue) for number, kind in enumerate(kinds) for cue in kind):
            begin = cue[:_BEGIN]
            self._by_begin.setdefault(begin, []).append((number, cue))
            self._begins[_hashes(begin)] = True

    def lines_with(self, lowered: Sequence[str]) -> list[tuple[bool, ...]]:
        """Of each line, in lower case, whether it has cues of each kind."""
        text = "\n".join(lowered)
        ends = list(accumulate(len(line) + 1 for line in lowered))
        found = [[False] * len(lowered) for _ in range(self._kinds)]
        for place in self._begins.take(_hashes(text)).nonzero()[0].tolist():
            for kind, cue in self._by_begin.get(text[place : place + _BEGIN], ()):
                if text.startswith(cue, place):
                    found[kind][bisect_right(ends, place)] = True
        return list(zip(*found, strict=True))


def _hashes(text: str) -> npt.NDArray[np.uint32]:
    """A hash of every four characters in a row."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    pairs = codes[:-1] * 31 + codes[1:]
    hashes: npt.NDArray[np.uint32] = pairs[:-2] * 961 + pairs[2:] & _HASHES - 1
    return hashes
