"""A text as the models know texts, if it has not been through the stage `clean`."""

from __future__ import annotations

from pipeline.cleaning.normalise import unified_parts
from pipeline.spans import CharOffset


class UnifiedText:
    """A text with accents on their letters, and without what nobody sees, such as soft hyphens.

    Attributes:
        text: what the models read.
    """

    def __init__(self, text: str) -> None:
        parts: list[str] = []
        self._begins: list[int] = []
        self._ends: list[int] = []
        at = 0
        for begin, end, part in unified_parts(text):
            parts += [text[at:begin], part]
            self._begins += [*range(at, begin), *[begin] * len(part)]
            self._ends += [*range(at + 1, begin + 1), *[end] * len(part)]
            at = end
        parts.append(text[at:])
        self._begins += range(at, len(text))
        self._ends += range(at + 1, len(text) + 1)
        self.text = "".join(parts)

    def original(self, begin: int, end: int) -> tuple[CharOffset, CharOffset]:
        """Where the stretch `begin` to `end` (excluded, not empty) of `text` is in the original."""
        return CharOffset(self._begins[begin]), CharOffset(self._ends[end - 1])
