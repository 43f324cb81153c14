"""Hard-wrapped text: paragraphs that were broken into lines at a certain width, joined again."""

import re
from collections import Counter
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
_FEWEST_FULL, _FEWEST_FULL_SHARE = 8, 0.75
_FEWEST_SMALL = 0.15
_MOST_WIDER = 0.1
_FEWEST_WIDER_WORDS = 8
_FEWEST_INDENTED = 2
_LOST_SPACES = 2
_ITEM = re.compile(r"(?:[*•·–—-]|\d{1,2}[.)]) ")
"""What an item of a list begins with; an indentation below it begins no paragraph."""
_APART = re.compile(r" *(?:[*•·>|]|#{1,6}) |.* \| ")
"""Lines that go on with none: items of lists, quoted lines, headings of Markdown, and rows of tables."""
_HYPHEN = re.compile(rf"(?<=\w-)\n(?=\w){NO_SECOND_PART}")


def unwrapped(text: str) -> list[str]:
    """The lines of a text without line breaks within words; if it was hard-wrapped, each paragraph in one line.

    The lines are measured before words are joined, which makes some longer than the width.
    """
    lines = text.split("\n")
    if (joined := joined_full_lines(text)) is not None:
        return joined.split("\n")
    goes_on = going_on(lines)
    if not any(goes_on):
        return join_broken_words(text).split("\n")
    paragraphs: list[list[str]] = [[]]
    for line, is_wrapped in zip(lines, goes_on, strict=True):
        paragraphs[-1].append(line.strip())
        if not is_wrapped:
            paragraphs.append([])
    return [_joined(paragraph) for paragraph in paragraphs]


def going_on(lines: Sequence[str]) -> list[bool]:
    """Of each line whether its paragraph goes on in the next one; of none where a text is not hard-wrapped."""
    if not is_hard_wrapped(lines):
        return [False] * len(lines)
    width = max(map(len, lines))
    return [_goes_on(line, following, width) for line, following in pairwise([*lines, ""])]


def joined_full_lines(text: str) -> str | None:
    """A text with its paragraphs in one line each, where menus and lists stand among hard-wrapped paragraphs, or where
    an indentation alone sets these apart; None for any other text.

    So text browsers (`lynx -dump`, `w3m -dump`) write pages, and news agencies their reports.
    """
    lines = text.split("\n")
    if len(lines) <= _FEWEST_FULL or (found := _width_of_full(lines)) is None:
        return None
    width, indented = found
    if not indented and is_hard_wrapped(lines):
        return None
    paragraphs = [[lines[0].rstrip()]]
    for line, following in pairwise(lines):
        if _is_full(line, following, width) and not (indented and following[0] == " "):
            paragraphs[-1].append(following.strip())
        else:
            paragraphs.append([following.rstrip()])
    return "\n".join(map(_joined, paragraphs))


def _width_of_full(lines: Sequence[str]) -> tuple[int, bool] | None:
    """The width that a text was hard-wrapped at, and whether paragraphs begin with a space; None if it was not.

    Most lines with another one below are then so long that its first word had no room. No list or row of headlines is
    like that, and lines that begin with a small letter are none of these.
    """
    pairs = {
        (line, following)
        for line, following in pairwise(lines)
        if following.strip() and _NARROWEST <= len(line.rstrip()) <= _WIDEST
    }
    if len(pairs) < _FEWEST_FULL:
        return None
    begin = sum(following[0] == " " != line[0] and not _ITEM.match(line) for line, following in pairs)
    indented = _FEWEST_INDENTED <= begin < len(pairs) / 2
    inner = [pair for pair in pairs if not (indented and pair[1][0] == " ")]
    fitting = Counter(width for pair in inner for width in _widths(*pair))
    width, full = max(fitting.items(), key=lambda found: found[::-1], default=(_WIDEST, 0))
    small = sum(_is_full(*pair, width) and pair[1].strip()[0].islower() for pair in inner)
    wider = sum(len(line.rstrip()) > width and len(line.split()) >= _FEWEST_WIDER_WORDS for line in lines)
    is_wrapped = full >= max(_FEWEST_FULL, _FEWEST_FULL_SHARE * len(inner)) and small >= _FEWEST_SMALL * full
    return (width, indented) if is_wrapped and wider <= _MOST_WIDER * full else None


def _is_full(line: str, following: str, width: int) -> bool:
    return bool(following.strip()) and width in _widths(line, following) and not _APART.match(following)


def _widths(line: str, following: str) -> range:
    """The widths at which the first word of the line below has no room; spaces before a line may have become one."""
    length = len(line.rstrip())
    lost = _LOST_SPACES if line[:1] == " " else 0
    return range(length, min(length + 1 + len(following.split(maxsplit=1)[0]) + lost, _WIDEST + 1))


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
