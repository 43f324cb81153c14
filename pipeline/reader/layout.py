"""An article's tokens with their sentences, paragraphs and quotation marks."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipeline.entities.words import TextWords
from pipeline.models.sentences import sentence_starts
from pipeline.quotes.marks import QuotedText, quoted_texts
from pipeline.reader.tokens import Ranges, tokenize
from pipeline.spans import CharOffset, CharRange, TokenRange, first_behind, first_from

Ints = npt.NDArray[np.int64]


class Layout:
    """The tokens of one text and what stands around them.

    Attributes:
        tokens: (n, 2) code points, half-open.
        sentence, paragraph: (n,) which sentence and paragraph a token is in, counted from 0.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: Ranges = tokenize(text)
        begins = self.tokens[:, 0]
        starts = np.array(sentence_starts(text), dtype=np.int64)
        self.sentence_begins: Ints = starts
        self.sentence: Ints = np.maximum(np.searchsorted(starts, begins, side="right") - 1, 0)
        breaks = np.array([line_end.start() for line_end in re.finditer("\n", text)], dtype=np.int64)
        self.paragraph: Ints = np.unique(np.searchsorted(breaks, begins), return_inverse=True)[1].astype(np.int64)
        self._begins: list[CharOffset] = begins.tolist()
        self._ends: list[CharOffset] = self.tokens[:, 1].tolist()

    def __len__(self) -> int:
        return len(self._begins)

    @cached_property
    def words(self) -> list[str]:
        """The tokens' words."""
        return [self.text[begin:end] for begin, end in self.tokens.tolist()]

    @cached_property
    def quoted(self) -> list[QuotedText]:
        """What stands between quotation marks."""
        return quoted_texts(self.text)

    @cached_property
    def text_words(self) -> TextWords:
        """The text as the rules for names look at it."""
        return TextWords(self.text, self.sentence_begins.tolist())

    @cached_property
    def depth(self) -> Ints:
        """(n,) 1 for tokens between outer quotation marks, else 0."""
        inside = np.zeros(len(self), dtype=np.int64)
        for quoted in self.quoted:
            if quoted.outer:
                for begin, end in quoted.spans:
                    span = self.span(begin, end)
                    inside[span.first : span.last] = 1
        return inside

    def span(self, begin: CharOffset, end: CharOffset) -> TokenRange:
        """The tokens that share a code point with `begin` to `end`."""
        return TokenRange(first_behind(self._ends, begin), first_from(self._begins, end))

    def range(self, span: TokenRange) -> CharRange:
        """The code points from the begin of the first to the end of the last token."""
        return CharRange(self._begins[span.first], self._ends[span.last - 1])
