"""spaCy's tokenizer for German, kept from what makes it slow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

LONGEST_RUN = 300
"""Characters without white space that are taken as spaCy takes them; no word and hardly an address is longer."""
_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
_PART = re.compile(r"\w+|[^\w\s]")


class BoundedTokenizer:
    """A tokenizer whose time is in proportion to the text.

    spaCy takes signs off the two ends of what stands between spaces one by one, and copies the rest each time: 20,000
    quotation marks in a row take it a minute. In such a run each word and each sign is a token. What a pipeline is
    saved with is spaCy's tokenizer.

    Args:
        tokenizer: spaCy's.
        vocab: of the pipeline.
    """

    def __init__(self, tokenizer: Any, vocab: Vocab) -> None:
        self._tokenizer = tokenizer
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The tokens of a text."""
        if _RUN.search(text) is None:
            doc: Doc = self._tokenizer(text)
            return doc
        words: list[str] = []
        spaces: list[bool] = []
        at = 0
        for run in _RUN.finditer(text):
            self._add(text[at : run.start()], words, spaces)
            found = _PART.findall(run.group())
            words += found
            spaces += [False] * len(found)
            at = run.end()
        self._add(text[at:], words, spaces)
        return Doc(self.vocab, words=words, spaces=spaces)

    def _add(self, text: str, words: list[str], spaces: list[bool]) -> None:
        if spaces and text.startswith(" "):
            spaces[-1], text = True, text[1:]
        tokens = self._tokenizer(text)
        words += [token.text for token in tokens]
        spaces += [bool(token.whitespace_) for token in tokens]

    def to_bytes(self, **options: Any) -> bytes:
        """As spaCy's; so are the next three."""
        return bytes(self._tokenizer.to_bytes(**options))

    def from_bytes(self, data: bytes, **options: Any) -> BoundedTokenizer:
        """Take over what was saved."""
        self._tokenizer.from_bytes(data, **options)
        return self

    def to_disk(self, path: str | Path, **options: Any) -> None:
        """Save into a file."""
        self._tokenizer.to_disk(path, **options)

    def from_disk(self, path: str | Path, **options: Any) -> BoundedTokenizer:
        """Take over what was saved into a file."""
        self._tokenizer.from_disk(path, **options)
        return self
