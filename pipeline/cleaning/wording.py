"""How lines are worded, by the lexicon in `data/wording.toml`."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.lines import Line

WORDING_COLUMNS = ("connective", "reporting", "past", "captions", "you", "year", "function_words")
# At a word's start; the look behind comes last, so that only digits are looked at.
_YEAR = re.compile(r"\d(?<!\w\d)\d?\. ?(?:\w{3,9}|\d{1,2}\.) ?(?:19|20)\d\d\b")
_LONGEST_SHORT = 600
_KINDS = ("connectives", "reporting", "past", "captions", "you", "function")
_SETS = 1 << len(_KINDS)
# For each set of kinds, given as bits, a one for each kind that is in it.
_MEMBERS = np.arange(_SETS)[:, None] >> np.arange(len(_KINDS)) & 1
_CONNECTIVE = 1 << _KINDS.index("connectives")


def wording_rows(lines: Sequence[Line]) -> npt.NDArray[np.float32]:
    """`WORDING_COLUMNS` of each line.

    Whether it begins with a connective, how many of its words are in the lexicons
    (shares for "you" and function words), and whether it holds a date with a year.
    """
    lexicon = _lexicon()
    sizes = [len(line.words) for line in lines]
    words = chain.from_iterable([line.words for line in lines])
    kinds = np.frombuffer(bytes(map(lexicon.get, words, repeat(0))), dtype=np.uint8)
    # One count for the sets of kinds in all lines, each of which has a range of numbers of its own.
    sets = np.bincount(np.repeat(np.arange(len(lines)) * _SETS, sizes) + kinds, minlength=len(lines) * _SETS)
    _, reporting, past, captions, you, function = (sets.reshape(-1, _SETS) @ _MEMBERS).T
    count = np.maximum(1, sizes)
    short = [len(line.text) < _LONGEST_SHORT for line in lines]
    rows = np.empty((len(lines), len(WORDING_COLUMNS)), dtype=np.float32)
    rows[:, 0] = [_begins_with_connective(line, lexicon) for line in lines]
    rows[:, 1] = np.minimum(3, reporting)
    rows[:, 2] = np.minimum(4, past)
    rows[:, 3] = captions * short
    rows[:, 4] = you / count * short
    rows[:, 5] = [is_short and _holds_a_year(line.text) for line, is_short in zip(lines, short, strict=True)]
    rows[:, 6] = function / count
    return rows


def _begins_with_connective(line: Line, lexicon: dict[str, int]) -> bool:
    words = line.words
    return bool(words) and line.text[0] not in '„"»“' and lexicon.get(words[0], 0) & _CONNECTIVE > 0


def _holds_a_year(text: str) -> bool:
    return ("19" in text or "20" in text) and _YEAR.search(text) is not None


@cache
def _lexicon() -> dict[str, int]:
    """Of every word of the lexicons, the kinds that it is of, as bits."""
    folder = files(__package__) / "data"
    source = tomllib.loads((folder / "wording.toml").read_text(encoding="utf-8"))
    functions = (folder / "function_words.txt").read_text(encoding="utf-8").splitlines()
    source["function"] = " ".join(line for line in functions if not line.startswith("#"))
    lexicon: dict[str, int] = {}
    for bit, name in enumerate(_KINDS):
        for word in source[name].split():
            lexicon[word] = lexicon.get(word, 0) | 1 << bit
    return lexicon
