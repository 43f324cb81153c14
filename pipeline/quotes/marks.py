"""Quotation marks: which opening mark belongs to which closing one.

Newspapers mix „…“, »…«, «…», "…", “…” and their single forms, nest them, forget one, and open a quote anew in every
paragraph it runs over, or close it only in the last. Pairing is by a stack within each paragraph, or those that a quote
runs over: one forgotten mark spoils no more than that.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.quotes.unclosed import unclosed_end
from pipeline.spans import CharOffset, CharRange, char_span, trimmed

CLOSERS = {
    "„": '“”"',
    "»": "«",
    "«": "»",
    '"': '"”“',
    "“": '”"“',
    "‚": "‘’'",
    "‘": "’'",
    "'": "'",
    "›": "‹",
    "‹": "›",
    "”": '”"',
}
CLOSING = frozenset("".join(CLOSERS.values()))
_PAIRS = {**CLOSERS, "(": ")"}
OPENERS = {mark: [opener for opener, closers in CLOSERS.items() if mark in closers] for mark in "„“”\"»«‚‘’'›‹"}
_SINGLE = frozenset("‚‘'›‹")
_RUNS_ON = frozenset('„»«"“')
"""Marks that a quote of several paragraphs opens with."""
_MARK = re.compile(r"[„“”\"»«‚‘’'›‹]")
_OUTER_MARK = re.compile(r"[„“”\"»«]")
_CLIPPED_WORD = re.compile(r"['‘](?:ne?[mnrs]?|s|\d\d(?:er)?)\b")
"""A word that begins with an apostrophe: "'n", "'nen", "'68er"."""
_SOLID = re.compile(r"\S")
_LINE = re.compile(r"[^\n]+")
_OPENS_AFTER = frozenset(' \n\t\u00a0\u202f([{–—-/:„»«‚›"“')
_ENDS_CLAUSE = re.compile(r"[,;:!?)]|\.(?!\.)")
"""What stands behind a closing mark, and behind no opening one."""


@dataclass(slots=True)
class QuotedText:
    """Words between quotation marks.

    `spans` include the marks; there is one for each paragraph the quote runs over. `inner` excludes them. `depth`
    counts the quotes around it. `balanced` is False where the closing mark is missing. `outer` is True where no quote
    is around it, and its marks are not single ones in a text that has others.
    """

    spans: list[CharRange]
    inner: list[CharRange]
    depth: int = 0
    balanced: bool = True
    outer: bool = True
    opener: str = field(default="„")

    @property
    def begin(self) -> CharOffset:
        return self.spans[0][0]

    @property
    def end(self) -> CharOffset:
        return self.spans[-1][1]


def closed(text: str, span: CharRange) -> CharRange:
    """The span with the mark or bracket behind it that closes one within, if that was left out."""
    begin, end = span
    behind, within = text[end : end + 1], text[begin:end]
    for opening, closers in _PAIRS.items():
        last = within.rfind(opening) if behind and behind in closers else -1
        if last > 0 and not (within[last - 1].isspace() or within[last - 1] in _PAIRS):
            continue
        if last >= 0 and not set(closers) & set(within[last + 1 :]):
            return CharRange(begin, CharOffset(end + 1))
    return span


def _is_opening(text: str, at: CharOffset, start: CharOffset, stop: CharOffset) -> bool:
    """Whether a mark that looks the same at both ends opens here, by what stands beside it."""
    left_free = at == start or text[at - 1] in _OPENS_AFTER
    right_bound = at + 1 < stop and not text[at + 1].isspace() and not _ENDS_CLAUSE.match(text, at + 1)
    return left_free and right_bound


def _is_opening_apart(text: str, at: CharOffset, start: CharOffset, stop: CharOffset, marks: "_OpenMarks") -> bool:
    """Whether a mark with spaces on both sides opens: none that it closes is open, and one that closes it follows."""
    left_free = at == start or text[at - 1].isspace()
    spaced = left_free and at + 2 < stop and text[at + 1].isspace() and text[at + 2].isalnum()
    measure = spaced and text[at] == '"' and text[max(start, at - 2) : at].strip().isdigit()
    return spaced and not measure and marks.closed_by(text[at]) is None and marks.may_close(text[at], at + 3)


class _OpenMarks:
    """The opening marks of a paragraph, `start` to `stop`, that nothing has closed yet, the innermost last."""

    def __init__(self, text: str, start: CharOffset, stop: CharOffset) -> None:
        self.stack: list[tuple[CharOffset, str]] = []
        self._indices: dict[str, list[int]] = {}
        self._last = {mark: text.rfind(mark, start, stop) for mark in OPENERS}

    def may_close(self, mark: str, behind: CharOffset) -> bool:
        """Whether any mark that closes `mark` stands at `behind` or later in the paragraph."""
        return any(self._last[closer] >= behind for closer in CLOSERS.get(mark, ""))

    def open(self, at: CharOffset, mark: str) -> None:
        """Put the mark at `at` on top."""
        self._indices.setdefault(mark, []).append(len(self.stack))
        self.stack.append((at, mark))

    def closed_by(self, mark: str) -> int | None:
        """The index in the stack of the opening mark that `mark` closes."""
        return max((self._indices[opener][-1] for opener in OPENERS[mark] if self._indices.get(opener)), default=None)

    def close(self, index: int) -> tuple[CharOffset, str]:
        """Take off the mark at `index` with all above it; gives that mark."""
        closed = self.stack[index]
        for _, mark in self.stack[index:]:
            self._indices[mark].pop()
        del self.stack[index:]
        return closed


def _event(text: str, at: CharOffset, start: CharOffset, stop: CharOffset, marks: _OpenMarks) -> str:
    """What the mark at `at` does: "open", "close" or "none" (an apostrophe, a stray mark)."""
    mark = text[at]
    if mark in "„‚":
        return "open"
    if mark in "’'‘":
        return _single_event(text, at, start, stop, marks)
    inches = mark == '"' and at > start and text[at - 1].isdigit() and marks.closed_by(mark) is None
    if inches:
        return "none"
    if mark == "”":
        opens = marks.closed_by(mark) is None and marks.may_close(mark, at + 2)
        return "open" if opens and _is_opening(text, at, start, stop) else "close"
    opens = _is_opening(text, at, start, stop) or _is_opening_apart(text, at, start, stop, marks)
    return "open" if opens else "close"


def _single_event(text: str, at: CharOffset, start: CharOffset, stop: CharOffset, marks: _OpenMarks) -> str:
    """The same for a single mark, which may be an apostrophe."""
    mark = text[at]
    opening = _is_opening(text, at, start, stop)
    if at > start and text[at - 1].isalnum() and at + 1 < stop and text[at + 1].isalnum():
        return "none"
    if marks.closed_by(mark) is not None and not opening:
        return "close"
    if mark == "’" or not opening or not text[at + 1].isalnum() or _CLIPPED_WORD.match(text, at):
        return "none"
    return "open" if marks.may_close(mark, at + 2) else "none"


class _Paired(NamedTuple):
    """Code points `start` to `stop`, one paragraph or several, with the pairs (begin, end, depth, opener) of marks in
    them, and the opening marks that are left over."""

    start: CharOffset
    stop: CharOffset
    pairs: list[tuple[CharOffset, CharOffset, int, str]]
    left_over: list[tuple[CharOffset, str]]


def _paired(text: str, start: CharOffset, stop: CharOffset) -> _Paired:
    marks = _OpenMarks(text, start, stop)
    pairs: list[tuple[CharOffset, CharOffset, int, str]] = []
    for match in _MARK.finditer(text, start, stop):
        at, _ = char_span(match)
        event = _event(text, at, start, stop, marks)
        if event == "open":
            marks.open(at, text[at])
        elif event == "close":
            index = marks.closed_by(text[at])
            if index is not None:
                begin, opener = marks.close(index)
                if _SOLID.search(text, begin + 1, at):
                    pairs.append((begin, at + 1, index, opener))
            elif pairs and pairs[-1][1] == at:  # a closing mark twice
                pairs[-1] = (pairs[-1][0], at + 1, *pairs[-1][2:])
    return _Paired(start, stop, pairs, marks.stack)


def _stretches(text: str, paragraphs: Sequence[CharRange]) -> Iterator[_Paired]:
    """The text in order, by paragraphs; where a quote runs over several, they are one up to its closing mark."""
    number, behind = 0, CharOffset(0)
    while number < len(paragraphs):
        start, stop = paragraphs[number]
        start = max(start, behind)
        paired = _paired(text, start, stop)
        opened = {at for at, opener in paired.left_over if opener in _RUNS_ON}
        last = _next_with_marks(text, paragraphs, number + 1) if opened else None
        together = _paired(text, start, paragraphs[last].end) if last is not None else paired
        closed = min((pair for pair in together.pairs if pair[0] in opened), default=None)
        if closed is None or last is None:
            number += 1
            yield paired
        else:
            number, behind = last, closed[1]
            yield _paired(text, start, behind)


def _next_with_marks(text: str, paragraphs: Sequence[CharRange], number: int) -> int | None:
    """The first of `paragraphs` from `number` on with marks that are not single."""
    return next((at for at in range(number, len(paragraphs)) if _OUTER_MARK.search(text, *paragraphs[at])), None)


def solid_lines(text: str) -> list[CharRange]:
    """The lines that are not empty, without spaces around them."""
    lines = (trimmed(text, *char_span(line)) for line in _LINE.finditer(text))
    return [line for line in lines if line.begin < line.end]


def _quoted(paragraphs: Sequence[CharRange], begin: CharOffset, end: CharOffset, depth: int, opener: str) -> QuotedText:
    """The words between a mark at `begin` and the one before `end`, by the paragraphs of the text."""
    first = bisect_right(paragraphs, begin, key=lambda paragraph: paragraph.begin) - 1
    last = bisect_left(paragraphs, end, key=lambda paragraph: paragraph.begin)
    spans = [CharRange(max(start, begin), min(stop, end)) for start, stop in paragraphs[first:last]]
    inner = list(spans)
    inner[0] = CharRange(begin + 1, inner[0].end)
    inner[-1] = CharRange(inner[-1].begin, end - 1)
    return QuotedText(spans, inner, depth, opener=opener)


def quoted_texts(text: str) -> list[QuotedText]:
    """All quoted words of `text` in text order, nested ones included, outer before inner."""
    paragraphs = solid_lines(text)
    found: list[QuotedText] = []
    carried: QuotedText | None = None
    for start, stop, pairs, left_over in _stretches(text, paragraphs):
        continues = carried is not None and text[start : start + 1] == carried.opener
        for begin, end, depth, opener in pairs:
            quoted = _quoted(paragraphs, begin, end, depth, opener)
            if continues and begin == start and carried is not None:
                carried.spans += quoted.spans
                carried.inner += quoted.inner
                carried.balanced = True
            else:
                found.append(quoted)
        carried, before = None, carried
        ends = {begin: end for begin, end, *_ in pairs}
        starts = sorted([*ends, *(at for at, _ in left_over)])
        for at, opener in left_over:
            if opener not in _RUNS_ON:
                continue
            if before is not None and continues and at == start:
                before.spans.append(CharRange(at, stop))
                before.inner.append(CharRange(at + 1, stop))
                carried = before
                continue
            following = bisect_right(starts, at)
            limit = starts[following] if following < len(starts) else stop
            end = unclosed_end(text, at, limit, stop, ends.get(limit))
            if len(text[at + 1 : end].split()) >= 3:
                quoted = QuotedText([CharRange(at, end)], [CharRange(at + 1, end)], 0, balanced=False, opener=opener)
                found.append(quoted)
                if end == stop:
                    carried = quoted
    found.sort(key=lambda quoted: (quoted.begin, -quoted.end))
    doubled = any(quoted.depth == 0 and quoted.opener not in _SINGLE for quoted in found)
    for quoted in found:
        quoted.outer = quoted.depth == 0 and not (doubled and quoted.opener in _SINGLE)
    return found
