"""Labels of words (begin, inside, last, unit, outside), and the spans that are likely by their probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.spans import TokenIndex

OUTSIDE = 0
LIKELY = 0.5
"""The probability above which a span is given out; so no two that overlap are."""
CERTAIN = float(np.log(0.9))
"""Above it, "outside" is not reconsidered: training smooths labels, so that the surest words have about 0.97."""


class Labels:
    """The labels for `types`: one for outside, then begin, inside, last and unit for every type."""

    def __init__(self, types: Sequence[str]) -> None:
        self.types = tuple(types)
        self.names = ["O", *(f"{place}-{kind}" for kind in self.types for place in "BILU")]
        self._allowed = self._transitions()

    def __len__(self) -> int:
        return len(self.names)

    def _transitions(self) -> npt.NDArray[np.float64]:
        """1 where the label of the column may follow the label of the row, else 0."""
        inner, opened = (np.array([name[0] in places for name in self.names]) for places in ("IL", "BI"))
        kinds = np.array([name[2:] for name in self.names])
        same: npt.NDArray[np.bool_] = kinds[:, None] == kinds[None, :]
        return np.where(opened[:, None], inner[None, :] & same, ~inner[None, :]).astype(np.float64)

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

    def of_types(self, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """For every word how likely it belongs to a span of each type, (words, types), by itself.

        `scores` are the log probabilities of shape (words, labels).
        """
        places: npt.NDArray[np.float32] = np.exp(scores[:, 1:]).reshape(-1, len(self.types), 4)
        likely: npt.NDArray[np.float32] = places.sum(axis=2)
        return likely

    def decode(self, scores: npt.NDArray[np.float32]) -> list[tuple[TokenIndex, TokenIndex, str, float]]:
        """Spans that are likelier than not: first word, word behind the last, type, probability.

        `scores` are the log probabilities of shape (words, labels). The probability of a span is the share of the
        sequences of labels that have it, among all that make sense. Words that are outside for certain divide the
        others into groups.
        """
        spans: list[tuple[TokenIndex, TokenIndex, str, float]] = []
        open_words = np.flatnonzero(scores[:, OUTSIDE] < CERTAIN)
        for group in np.split(open_words, np.flatnonzero(np.diff(open_words) > 1) + 1):
            begin = TokenIndex(group[0]) if len(group) else TokenIndex(0)
            for first, last, kind, probability in self._likely(np.exp(scores[group].astype(np.float64))):
                spans.append((begin + first, begin + last, kind, probability))
        return spans

    def _likely(self, chances: npt.NDArray[np.float64]) -> Iterator[tuple[int, int, str, float]]:
        """The spans of one group that are likelier than not: no two of them overlap.

        `chances` are the probabilities of each word's labels by themselves.
        """
        ahead, behind, scale = self._sums(chances)
        for word, label in np.argwhere(ahead * behind > LIKELY).tolist():
            place, kind = self.names[label][0], self.names[label][2:]
            if place == "U":
                yield word, word + 1, kind, float(ahead[word, label] * behind[word, label])
            if place != "B":
                continue
            inside, last, so_far = label + 1, label + 2, ahead[word, label]
            for following in range(word + 1, len(chances)):
                so_far /= scale[following]
                ended = so_far * chances[following, last] * behind[following, last]
                so_far *= chances[following, inside]
                if ended > LIKELY:
                    yield word, following + 1, kind, float(ended)
                if ended > LIKELY or so_far * behind[following, inside] <= LIKELY:
                    break

    def _sums(
        self, chances: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Over the sequences up to each word, and behind it: (words, labels) each; and what every word is scaled by.

        Both multiplied are the probabilities of the labels in sequences that make sense.
        """
        ahead, behind, scale = np.zeros_like(chances), np.zeros_like(chances), np.ones(len(chances))
        before = self._allowed[OUTSIDE]
        for word, own in enumerate(chances):
            reached = before * own
            scale[word] = reached.sum()
            ahead[word] = reached / scale[word]
            before = ahead[word] @ self._allowed
        following = self._allowed[:, OUTSIDE]
        for word in range(len(chances) - 1, -1, -1):
            if word == len(chances) - 1:
                following = following / (ahead[word] @ following)
            behind[word] = following
            following = self._allowed @ (chances[word] * following) / scale[word]
        return ahead, behind, scale
