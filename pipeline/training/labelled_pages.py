"""Labels of pages that were read block by block, for the lines of any reading of such a page.

`labelled_pages.toml` names the blocks of the page's HTML that are its article. The same words stand in the page's
visible text and in what an extractor left of it, cut into other lines: these get the labels of the words that stand in
the same order.
"""

import difflib
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.page import page_lines, parse
from pipeline.evaluation.gold import GoldError
from pipeline.training.further_pages import numbers

Floats = npt.NDArray[np.float64]

_CHOICE = Path(__file__).with_suffix(".toml")
_WORD = re.compile(r"\w+")
_ENOUGH = 0.5


class LabelledTexts:
    """Texts with labels: 1 for the article's, 0 for others, not a number where that is open."""

    def __init__(self, texts: Sequence[str], values: Sequence[float]) -> None:
        self._words, of = _words(texts)
        self._values = np.array(values)[of]

    def labels(self, texts: Sequence[str]) -> Floats:
        """Of each line the share of its words that is the article's, not a number where too little of it is known."""
        words, of = _words(texts)
        known = np.full(len(words), np.nan)
        for here, there, size in _same(self._words, words):
            known[there : there + size] = self._values[here : here + size]
        told = ~np.isnan(known)
        every = np.bincount(of, minlength=len(texts))
        sure = np.bincount(of[told], minlength=len(texts))
        good = np.bincount(of[told], weights=known[told], minlength=len(texts))
        return np.where((sure > 0) & (sure >= _ENOUGH * every), good / np.maximum(sure, 1), np.nan)


class LabelledPage(LabelledTexts):
    """A page whose blocks are labelled.

    Args:
        page: with `name` and `html`.

    Raises:
        GoldError: if nothing is known of the page, or it is read into other blocks than those that were labelled.
    """

    def __init__(self, page: Mapping[str, Any]) -> None:
        chosen = _choice().get(page["name"])
        if chosen is None:
            raise GoldError(f"{page['name']} is not among the pages of {_CHOICE.name}")
        texts = [line.text for line in page_lines(parse(page["html"]))]
        article, undecided = set(numbers(chosen["blocks"])), set(numbers(chosen["open"]))
        read = sorted(article | undecided)
        if (read and read[-1] >= len(texts)) or fingerprint([texts[number] for number in read]) != chosen["read"]:
            raise GoldError(f"{page['name']} is read into other blocks than those that {_CHOICE.name} counts")
        values = [1.0 if n in article else np.nan if n in undecided else 0.0 for n in range(len(texts))]
        super().__init__(texts, values)


def fingerprint(texts: Sequence[str]) -> str:
    """The beginning of the SHA-256 of some blocks' texts."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


@cache
def _choice() -> dict[str, dict[str, str]]:
    return tomllib.loads(_CHOICE.read_text(encoding="utf-8"))


def _words(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int_]]:
    """All words of some lines, and which line each stands in."""
    found = [_WORD.findall(text.lower()) for text in texts]
    return [word for line in found for word in line], np.repeat(np.arange(len(texts)), [len(line) for line in found])


def _same(first: list[str], second: list[str]) -> list[difflib.Match]:
    return difflib.SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
