"""A text as words and sentences: what the rules of this stage look at."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from pipeline.spans import CharOffset, TokenIndex, char_span, first_from, numbered_tokens

WORD = re.compile(r"[^\W_]+(?:(?:['’&/\-‑]|\.(?!(?<=[a-zäöüß]{4}\.)[A-ZÄÖÜ][a-zäöüß]))[^\W_]+)*")
"""A word; a full stop between a small and a capital letter ends it, where the space behind a sentence is missing."""


_OPENING, _CLOSING = frozenset('„“»«"‚‘›‹'), frozenset('“”«»"‘’‹›')


class Word(NamedTuple):
    """A word and its place: code points `begin` to `end` (excluded) of the text."""

    begin: CharOffset
    end: CharOffset
    text: str

    @property
    def capitalised(self) -> bool:
        """Whether it starts with a capital letter (names, nouns, first words of sentences)."""
        return self.text[0].isupper()


class TextWords:
    """The words of one text in order, with the sentences given.

    Args:
        text: the article's text.
        sentence_starts: code points at which sentences begin.
    """

    def __init__(self, text: str, sentence_starts: Iterable[CharOffset]) -> None:
        self.text = text
        self.words = [Word(*char_span(m), m.group()) for m in WORD.finditer(text)]
        self._begins = [word.begin for word in self.words]
        self._sentences = sorted({CharOffset(0), *sentence_starts, *_paragraph_starts(text)})

    def at(self, position: CharOffset) -> TokenIndex:
        """Index of the first word that begins at `position` or after it."""
        return first_from(self._begins, position)

    def within(self, begin: CharOffset, end: CharOffset) -> Sequence[Word]:
        """The words that begin between `begin` and `end` (excluded)."""
        return self.words[self.at(begin) : self.at(end)]

    def of_span(self, begin: CharOffset, end: CharOffset) -> list[Word]:
        """The words between `begin` and `end` (excluded) by themselves, also where these divide a compound."""
        return [Word(*char_span(m), m.group()) for m in WORD.finditer(self.text, begin, end)]

    def sentence_span(self, position: CharOffset) -> tuple[CharOffset, CharOffset]:
        """Begin and end of the sentence that `position` lies in."""
        behind = bisect_right(self._sentences, position)
        after = self._sentences[behind] if behind < len(self._sentences) else CharOffset(len(self.text))
        return self._sentences[behind - 1], after

    def gap(self, left: TokenIndex, right: TokenIndex) -> str:
        """What stands between the words of two neighbouring indices; at the edges what is before or behind them."""
        begin = self.words[left].end if left >= 0 else 0
        end = self.words[right].begin if right < len(self.words) else len(self.text)
        return self.text[begin:end]

    def in_marks(self, begin: CharOffset, end: CharOffset) -> bool:
        """Whether a span stands alone within quotation marks."""
        return self.text[max(0, begin - 1) : begin] in _OPENING and self.text[end : end + 1] in _CLOSING

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word form of the text."""
        return frozenset(word.text for word in self.words)

    @cached_property
    def positions(self) -> dict[str, list[TokenIndex]]:
        """For every word form the indices at which it stands."""
        found: dict[str, list[TokenIndex]] = {}
        for index, word in numbered_tokens(self.words):
            found.setdefault(word.text, []).append(index)
        return found


def _paragraph_starts(text: str) -> list[CharOffset]:
    return [char_span(m)[1] for m in re.finditer(r"\n+", text)]
