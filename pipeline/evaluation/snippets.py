"""Cleaned texts by snippets that they must and must not have."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_LETTER = re.compile(r"\w")


@dataclass(frozen=True)
class SnippetCounts:
    """How many snippets of a page are in its text, and how many are not.

    Attributes:
        right: wanted and there.
        missed: wanted and not there.
        wrong: unwanted and there.
    """

    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of the snippets that are there that should be."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the wanted snippets that are there."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.right / max(1, 2 * self.right + self.missed + self.wrong)


def counts(page: Mapping[str, Any], text: str) -> SnippetCounts:
    """The snippets `with` and `without` of a page in a text; only letters and digits are compared."""
    text_letters = letters(text)
    wanted = [letters(snippet) in text_letters for snippet in page["with"] if letters(snippet)]
    unwanted = [letters(snippet) in text_letters for snippet in page["without"] if letters(snippet)]
    return SnippetCounts(sum(wanted), len(wanted) - sum(wanted), sum(unwanted))


def total(pages: Iterable[SnippetCounts]) -> SnippetCounts:
    """The counts of all pages together."""
    rows = [(page.right, page.missed, page.wrong) for page in pages]
    return SnippetCounts(*(sum(column) for column in zip(*rows, strict=True))) if rows else SnippetCounts(0, 0, 0)


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return "".join(_LETTER.findall(text.lower()))
