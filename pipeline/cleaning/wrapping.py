"""Hard-wrapped text: paragraphs that were broken into lines at a certain width, joined again."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.cleaning.normalise import NO_SECOND_PART, join_broken_words
from pipeline.cleaning.sentences import ends_sentence

_FEWEST_LINES = 4
_WIDEST = 100
_NARROWEST = 45
_MOST_ALONE = 0.6
_FEWEST_WIDE = 0.8
_MOST_FINISHED = 0.5
_HYPHEN = re.compile(rf"(?<=\w-)\n(?=\w){NO_SECOND_PART}")


def unwrapped(text: str) -> list[str]:
    """The lines of a text without line breaks within words; if it was hard-wrapped, each paragraph in one line.

    The lines are measured before words are joined, which makes some longer than the width.
    """
    lines = text.split("\n")
    if not is_hard_wrapped(lines):
        return join_broken_words(text).split("\n")
    width = max(map(len, lines))
    paragraphs: list[list[str]] = [[]]
    for line, following in pairwise([*lines, ""]):
        paragraphs[-1].append(line.strip())
        if not _goes_on(line, following, width):
            paragraphs.append([])
    return [_joined(paragraph) for paragraph in paragraphs]


def joined_words(text: str) -> str:
    """A hard-wrapped text with the words in one line that were broken at a line's end, or behind a hyphen."""
    return _HYPHEN.sub("", join_broken_words(text))


def is_hard_wrapped(lines: Sequence[str]) -> bool:
    """Whether most lines have another one below them, and are as wide and unfinished as if it went on there."""
    if max(map(len, lines), default=0) > _WIDEST:
        return False
    filled = [line for line in lines if line.strip()]
    inner = [line.strip() for line, following in pairwise(lines) if line.strip() and following.strip()]
    return (
        len(filled) >= _FEWEST_LINES
        and len(filled) - len(inner) <= _MOST_ALONE * len(filled)
        and sum(len(line) >= _NARROWEST for line in inner) >= _FEWEST_WIDE * len(inner)
        and sum(map(ends_sentence, inner)) <= _MOST_FINISHED * len(inner)
    )


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether the paragraph goes on: not behind a sentence that left room for the next line's first word."""
    if not line.strip() or not following.strip():
        return False
    return not ends_sentence(line.strip()) or len(line) + 1 + len(following.split(maxsplit=1)[0]) > width


def _joined(lines: Sequence[str]) -> str:
    return joined_words("\n".join(lines)).replace("\n", " ")
