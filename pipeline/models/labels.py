"""Labels of words (begin, inside, last, unit, outside), and the best sequence of them that makes sense."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.spans import TokenIndex

OUTSIDE = 0
CERTAIN = float(np.log(0.9))
"""Above it, "outside" is not reconsidered: training smooths labels, so that the surest words have about 0.97."""


class Labels:
    """The labels for `types`: one for outside, then begin, inside, last and unit for every type."""

    def __init__(self, types: Sequence[str]) -> None:
        self.types = tuple(types)
        self.names = ["O", *(f"{place}-{kind}" for kind in self.types for place in "BILU")]
        self._inner = np.array([name[0] in "IL" for name in self.names])
        self._opened = np.array([name[0] in "BI" for name in self.names])
        self._allowed = self._transitions()

    def __len__(self) -> int:
        return len(self.names)

    def _transitions(self) -> npt.NDArray[np.bool_]:
        """Whether the label of the column may follow the label of the row."""
        inner, opened = self._inner, self._opened
        kinds = np.array([name[2:] for name in self.names])
        same: npt.NDArray[np.bool_] = kinds[:, None] == kinds[None, :]
        return np.where(opened[:, None], inner[None, :] & same, ~inner[None, :])

    def encode(self, spans: Sequence[tuple[TokenIndex, TokenIndex, str]], words: int) -> npt.NDArray[np.int64]:
        """Labels of `words` words in which `spans` (first word, word behind the last, type) are marked."""
        labels = np.zeros(words, dtype=np.int64)
        for begin, end, kind in spans:
            base = 1 + 4 * self.types.index(kind)
            if end - begin == 1:
                labels[begin] = base + 3
            else:
                labels[begin], labels[begin + 1 : end - 1], labels[end - 1] = base, base + 1, base + 2
        return labels

    def decode(self, scores: npt.NDArray[np.float32]) -> list[tuple[TokenIndex, TokenIndex, str, float]]:
        """Spans of the best sequence that makes sense: first word, word behind the last, type, certainty from 0 to 1.

        `scores` are the log probabilities of shape (words, labels). The certainty is that of the least certain word.
        """
        if not len(scores):
            return []
        path = self._path(scores)
        certain = np.exp(scores[np.arange(len(path)), path]).tolist()
        spans: list[tuple[TokenIndex, TokenIndex, str, float]] = []
        begin = TokenIndex(0)
        for word in map(TokenIndex, np.flatnonzero(path).tolist()):
            name = self.names[path[word]]
            if name[0] in "BU":
                begin = word
            if name[0] in "LU":
                spans.append((begin, word + 1, name[2:], min(certain[begin : word + 1])))
        return spans

    def _path(self, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
        """The best sequence. Words that are outside for certain divide it into groups.

        In a group it is each word's best label, unless these make no sense one behind the other.
        """
        is_open = scores[:, OUTSIDE] < CERTAIN
        path: npt.NDArray[np.int64] = np.where(is_open, scores.argmax(axis=1), OUTSIDE)
        sense = self._allowed[np.append(OUTSIDE, path), np.append(path, OUTSIDE)]
        if sense.all():
            return path
        open_words = np.flatnonzero(is_open)
        for group in np.split(open_words, np.flatnonzero(np.diff(open_words) > 1) + 1):
            begin, end = group[0], group[-1] + 1
            if not sense[begin : end + 1].all():
                path[begin:end] = self._best(scores[begin:end])
        return path

    def _best(self, scores: npt.NDArray[np.float32]) -> list[int]:
        opened, inner = self._opened, self._inner
        penalty = np.where(self._allowed, 0.0, -1e9)
        total = np.where(inner, -1e9, scores[0])
        back = np.zeros(scores.shape, dtype=np.int64)
        for word in range(1, len(scores)):
            paths = total[:, None] + penalty
            back[word] = paths.argmax(axis=0)
            total = paths.max(axis=0) + scores[word]
        label = int(np.where(opened, -1e9, total).argmax())
        path = [label]
        for word in range(len(scores) - 1, 0, -1):
            label = int(back[word, label])
            path.append(label)
        return path[::-1]
