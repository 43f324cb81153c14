"""Lines that belong to a quote which stays in the text, however unlike an article's line they are by themselves."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from pipeline.cleaning.lines import Line
from pipeline.quotes.marks import quoted_texts

_MARKS = '„“”"»«'


def keep_quoted(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """Keep the lines that a quote of several paragraphs ends in, where its first is kept and nothing stands between.

    `unlikely` tells of each line whether the classifier alone removed it.
    """
    shown = [(line, out) for line, out in zip(lines, unlikely, strict=True) if out or line.kind is not None]
    if not any(out for _, out in shown) or not any(not out and is_left_open(line.text) for line, out in shown):
        return
    begins = list(accumulate((len(line.text) + 1 for line, _ in shown), initial=0))
    for quoted in quoted_texts("\n".join(line.text for line, _ in shown)):
        first, *further = [bisect_right(begins, begin) - 1 for begin, _ in quoted.spans]
        if quoted.balanced and shown[first][0].kind is not None:
            for number in further:
                line, out = shown[number]
                if out:
                    line.keep("paragraph", f"{line.rule}, but in a quote")


def is_left_open(text: str) -> bool:
    """Whether a quote may begin in a line that does not end there: its quotation marks are an odd number."""
    return sum(map(text.count, _MARKS)) % 2 == 1
