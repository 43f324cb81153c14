"""How a line is worded, by the lexicon in `data/wording.toml`."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from pipeline.cleaning.lines import Line

WORDING_COLUMNS = ("connective", "reporting", "past", "captions", "you", "year", "function_words")
_YEAR = re.compile(r"\b\d{1,2}\. ?(?:\w{3,9}|\d{1,2}\.) ?(?:19|20)\d\d\b")
_LONGEST_SHORT = 600
# Every kind counts in bits of its own, so that one sum over a line's words counts them all.
_COUNTER_BITS = 24
_SHIFTS = {
    name: number * _COUNTER_BITS
    for number, name in enumerate(("reporting", "past", "captions", "you", "connectives", "function"))
}


def wording(line: Line) -> list[float]:
    """`WORDING_COLUMNS` of a line.

    Whether it begins with a connective, how many of its words are in the lexicons
    (shares for "you" and function words), and whether it holds a date with a year.
    """
    words, text = line.words, line.text
    kinds = _kinds()
    counts = sum(filter(None, map(kinds.get, words)))
    count = max(1, len(words))
    short = len(text) < _LONGEST_SHORT
    first = kinds.get(words[0], 0) if words and text[0] not in '„"»“' else 0
    return [
        _count(first, "connectives") > 0,
        min(3, _count(counts, "reporting")),
        min(4, _count(counts, "past")),
        _count(counts, "captions") if short else 0,
        _count(counts, "you") / count if short else 0,
        short and ("19" in text or "20" in text) and _YEAR.search(text) is not None,
        _count(counts, "function") / count,
    ]


def _count(counts: int, kind: str) -> int:
    return counts >> _SHIFTS[kind] & (1 << _COUNTER_BITS) - 1


@cache
def _kinds() -> dict[str, int]:
    """Of every word of the lexicons, a one for each of the kinds that it is of."""
    folder = files(__package__) / "data"
    source = tomllib.loads((folder / "wording.toml").read_text(encoding="utf-8"))
    functions = (folder / "function_words.txt").read_text(encoding="utf-8").splitlines()
    source["function"] = " ".join(line for line in functions if not line.startswith("#"))
    kinds: dict[str, int] = {}
    for name, shift in _SHIFTS.items():
        for word in source[name].split():
            kinds[word] = kinds.get(word, 0) | 1 << shift
    return kinds
