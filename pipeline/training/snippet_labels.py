"""Labels of lines by the snippets that a page's article is known to have or not to have."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.evaluation.snippets import letters

Floats = npt.NDArray[np.float64]

_WORD = re.compile(r"\w+")
_SHORT_SNIPPET = 15
_MUCH_LONGER = 6
_MOST_LINES_OF_UNWANTED = 3


class SnippetPage:
    """A page with snippets.

    Args:
        page: with the snippets `with` and `without`.
    """

    def __init__(self, page: Mapping[str, Any]) -> None:
        self._wanted = [key for snippet in page["with"] if (key := letters(snippet))]
        self._unwanted = [(key, _words_of(snippet)) for snippet in page["without"] if (key := letters(snippet))]

    def labels(self, texts: Sequence[str], likely: Floats) -> Floats:
        """Of lines with these texts 1 or 0 if a snippet says so, else not a number.

        Of several places where a wanted snippet stands, the one is meant whose lines are `likely` the article's.
        """
        keys = [letters(text) for text in texts]
        known = np.full(len(keys), np.nan)
        begins = np.cumsum([0, *map(len, keys)])
        whole = "".join(keys)
        for snippet in self._wanted:
            runs = list(_runs(whole, snippet, begins))
            if runs:
                first, last = max(runs, key=lambda run: likely[run[0] : run[1] + 1].mean())
                known[first : last + 1] = 1
        for snippet, words in self._unwanted:
            for first, last in _runs(whole, snippet, begins):
                if last - first > _MOST_LINES_OF_UNWANTED or (
                    first == last and not _is_meant(texts[first], keys[first], snippet, words)
                ):
                    continue
                known[first : last + 1] = np.where(known[first : last + 1] == 1, np.nan, 0)
        return known


def _runs(whole: str, snippet: str, begins: npt.NDArray[np.int_]) -> Iterator[tuple[int, int]]:
    """The first and last line of each place where a snippet stands."""
    at = whole.find(snippet)
    while at >= 0:
        first, last = begins.searchsorted((at, at + len(snippet) - 1), side="right") - 1
        yield int(first), int(last)
        at = whole.find(snippet, at + 1)


def _is_meant(text: str, key: str, snippet: str, words: re.Pattern[str]) -> bool:
    """Whether an unwanted snippet is what the line is about, and no word within one of its sentences."""
    if len(snippet) < _SHORT_SNIPPET and len(key) > _MUCH_LONGER * len(snippet):
        return False
    return words.search(text.lower()) is not None


def _words_of(snippet: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + r"\W*".join(map(re.escape, _WORD.findall(snippet.lower()))) + r"(?!\w)")
