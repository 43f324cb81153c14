"""Stretches of a text between quotation marks, found in a time that grows with the text and no faster."""

import re
from bisect import bisect_left

from pipeline.spans import CharOffset, CharRange, char_span

_BEGIN = re.compile(r"[„»“«\"]")
_LOW_PAIR = re.compile(r"[„“”]")
_OTHER_PAIRS = re.compile(r"»[^»«\n]*«|“[^“”]*”|«[^«»\n]*»|(?<!\w)\"[^\"\n]*\"")


def quoted_stretches(text: str) -> list[CharRange]:
    """Begin and end of each, in code points, the marks included; one in low marks may hold others of its kind."""
    pairs = _LowPairs(text)
    found: list[CharRange] = []
    at = CharOffset(0)
    while begin := _BEGIN.search(text, at):
        start, _ = char_span(begin)
        if begin.group() == "„":
            end = pairs.end(start)
        else:
            other = _OTHER_PAIRS.match(text, start)
            end = char_span(other)[1] if other else None
        if end is not None:
            found.append(CharRange(start, end))
        at = start + 1 if end is None else end
    return found


class _LowPairs:
    """Where stretches that begin with a low mark end; what is found from one place on holds for all that come there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._marks = [char_span(mark)[0] for mark in _LOW_PAIR.finditer(text)]
        self._closing = [at for at in self._marks if text[at] != "„"]
        self._known: dict[CharOffset, CharOffset | None] = {}

    def end(self, opening: CharOffset) -> CharOffset | None:
        """Behind the mark that closes; None where none does."""
        place: CharOffset | None = opening + 1
        passed: list[CharOffset] = []
        end: CharOffset | None = None
        while place is not None:
            if place in self._known:
                end = self._known[place]
                break
            passed.append(place)
            mark = _first(self._marks, place)
            if mark is not None and self._text[mark] != "„":
                end = mark + 1
                break
            closing = None if mark is None else _first(self._closing, mark)
            place = None if closing is None else closing + 1  # behind a stretch within
        self._known.update(dict.fromkeys(passed, end))
        return end


def _first(places: list[CharOffset], begin: CharOffset) -> CharOffset | None:
    index = bisect_left(places, begin)
    return places[index] if index < len(places) else None
