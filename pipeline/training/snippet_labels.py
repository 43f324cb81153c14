"""Labels for the lines of pages of which only some snippets are known to be of the article, or not to be.

A line with a snippet has that one's label. For the others a small model says how
likely they are the article's, by how many extractors take them and by where they
stand between the snippets. It learns from the lines that have snippets, and is
asked about hosts that it has not learnt from. Needs LightGBM and resiliparse.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import trafilatura

from pipeline.evaluation.snippets import letters

Floats = npt.NDArray[np.float64]
LabelArray = npt.NDArray[np.int_]
UNKNOWN = -1

_WORD = re.compile(r"\w+")
_WHOLE = 25
_PIECES = 60
_PIECE = 20
_SHORT_SNIPPET = 15
_MUCH_LONGER = 6
_MOST_LINES_OF_UNWANTED = 3
_PARAMETERS = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 8, "min_data_in_leaf": 30, "feature_fraction": 0.6,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5, "verbose": -1, "num_threads": 1, "deterministic": True,
}  # fmt: skip
_ROUNDS = 150


@dataclass(frozen=True)
class SnippetLines:
    """What is known of the lines of one reading of a page.

    Attributes:
        known: of each line 1 or 0 if a snippet says so, else `UNKNOWN`.
        rows: of each line what the model of the others sees.
    """

    known: LabelArray
    rows: Floats


class SnippetPage:
    """A page with snippets, as extractors see it.

    Args:
        page: with `html`, `with` and `without`.
    """

    def __init__(self, page: Mapping[str, Any]) -> None:
        texts = [extract(page["html"]) for extract in _extractors()]
        self._texts = [(letters(text), {letters(line) for line in text.split("\n")}) for text in texts]
        self._wanted = [key for snippet in page["with"] if (key := letters(snippet))]
        self._unwanted = [(key, _words_of(snippet)) for snippet in page["without"] if (key := letters(snippet))]

    def lines(self, texts: Sequence[str]) -> SnippetLines:
        """What is known of lines with these texts."""
        keys = [letters(text) for text in texts]
        votes = np.array([[_share(key, *text) for text in self._texts] for key in keys]).reshape(len(keys), -1)
        mean = votes.mean(axis=1)
        known = np.full(len(keys), UNKNOWN)
        begins = np.cumsum([0, *map(len, keys)])
        whole = "".join(keys)
        places: list[int] = []
        for snippet in self._wanted:
            runs = list(_runs(whole, snippet, begins))
            if runs:
                first, last = max(runs, key=lambda run: mean[run[0] : run[1] + 1].mean())
                known[first : last + 1] = 1
                places += [first, last]
        for snippet, words in self._unwanted:
            for first, last in _runs(whole, snippet, begins):
                if last - first > _MOST_LINES_OF_UNWANTED or (
                    first == last and not _is_meant(texts[first], keys[first], snippet, words)
                ):
                    continue
                known[first : last + 1] = np.where(known[first : last + 1] == 1, UNKNOWN, 0)
        numbers = np.arange(len(keys))
        low, high = (min(places), max(places)) if places else (-1, -1)
        side = np.sign(numbers - low) + np.sign(numbers - high)
        away = np.minimum(np.abs(numbers - low), np.abs(numbers - high)) / 5
        inside = (low <= numbers) & (numbers <= high)
        rows = [
            *votes.T,
            mean,
            inside,
            np.where(inside, 0, np.minimum(away, 9)),
            np.where(inside, 0, side),
            np.log1p([len(key) for key in keys]),
            numbers / max(1, len(keys)),
        ]
        return SnippetLines(known, np.stack(rows, axis=1).astype(np.float64))


def likelihoods(lines: Sequence[SnippetLines], folds: Sequence[int]) -> list[Floats]:
    """How likely each line is the article's: by its snippet, else by a model that has not seen its fold."""
    import lightgbm

    found: dict[int, Floats] = {}
    for fold in sorted(set(folds)):
        others = [entry for entry, own in zip(lines, folds, strict=True) if own != fold]
        rows = np.concatenate([entry.rows[entry.known != UNKNOWN] for entry in others])
        known = np.concatenate([entry.known[entry.known != UNKNOWN] for entry in others])
        model = lightgbm.train(_PARAMETERS, lightgbm.Dataset(rows, known), _ROUNDS)
        for number, (entry, own) in enumerate(zip(lines, folds, strict=True)):
            if own == fold:
                guessed = np.asarray(model.predict(entry.rows)) if len(entry.rows) else np.zeros(0)
                found[number] = np.where(entry.known == UNKNOWN, guessed, entry.known)
    return [found[number] for number in range(len(lines))]


def _extractors() -> list[Callable[[str], str]]:
    from resiliparse.extract.html2text import extract_plain_text

    return [
        lambda html: trafilatura.extract(html, include_comments=False) or "",
        lambda html: trafilatura.extract(html, include_comments=False, favor_precision=True) or "",
        lambda html: trafilatura.extract(html, include_comments=False, favor_recall=True) or "",
        lambda html: extract_plain_text(html, main_content=True),
        _justext,
    ]


def _justext(html: str) -> str:
    import justext

    try:
        paragraphs = justext.justext(html.encode(), justext.get_stoplist("German"), encoding="utf-8")
    except ValueError:  # nothing to parse
        return ""
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def _share(key: str, text: str, lines: set[str]) -> float:
    """How much of a line, given by its letters, an extractor has taken."""
    if key in lines or (len(key) >= _WHOLE and key in text):
        return 1.0
    if len(key) < _PIECES:
        return 0.0
    pieces = [key[begin : begin + _PIECE] for begin in range(0, len(key) - _PIECE + 1, _PIECE)]
    return sum(piece in text for piece in pieces) / len(pieces)


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
