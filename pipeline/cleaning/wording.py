"""How a line is worded, by the lexicon in `data/wording.toml`."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from pipeline.cleaning.lines import Line

WORDING_COLUMNS = ("connective", "reporting", "past", "captions", "you", "year", "function_words")
_YEAR = re.compile(r"\b\d{1,2}\. ?(?:\w{3,9}|\d{1,2}\.) ?(?:19|20)\d\d\b")
_LONGEST_SHORT = 600
_BITS = {"reporting": 1, "past": 2, "captions": 4, "you": 8, "connectives": 16, "function": 32}


def wording(line: Line) -> list[float]:
    """`WORDING_COLUMNS` of a line.

    Whether it begins with a connective, how many of its words are in the lexicons
    (shares for "you" and function words), and whether it holds a date with a year.
    """
    words, text = line.words, line.text
    known = list(filter(None, map(_kinds().get, words)))
    count = max(1, len(words))
    short = len(text) < _LONGEST_SHORT
    first = _kinds().get(words[0], 0) if words and text[0] not in '„"»“' else 0
    return [
        first & _BITS["connectives"] > 0,
        min(3, sum(kind & 1 for kind in known)),
        min(4, sum(kind >> 1 & 1 for kind in known)),
        sum(kind >> 2 & 1 for kind in known) if short else 0,
        sum(kind >> 3 & 1 for kind in known) / count if short else 0,
        short and _YEAR.search(text) is not None,
        sum(kind >> 5 & 1 for kind in known) / count,
    ]


@cache
def _kinds() -> dict[str, int]:
    """Of every word of the lexicons, the bits of the kinds that it is of."""
    folder = files(__package__) / "data"
    source = tomllib.loads((folder / "wording.toml").read_text(encoding="utf-8"))
    functions = (folder / "function_words.txt").read_text(encoding="utf-8").splitlines()
    source["function"] = " ".join(line for line in functions if not line.startswith("#"))
    kinds: dict[str, int] = {}
    for name, bit in _BITS.items():
        for word in source[name].split():
            kinds[word] = kinds.get(word, 0) | bit
    return kinds
