"""Quotation marks: which opening mark belongs to which closing one.

Newspapers mix „…“, »…«, «…», "…", “…” and their single forms, nest them, forget one, and open a quote anew in every
paragraph it runs over. Pairing is by a stack within each paragraph: one forgotten mark spoils no more than that.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from pipeline.spans import CharOffset, CharRange, char_span

CLOSERS = {
    "„": '“”"',
    "»": "«",
    "«": "»",
    '"': '"”“',
    "“": '”"',
    "‚": "‘’'",
    "‘": "’'",
    "'": "'",
    "›": "‹",
    "‹": "›",
}
CLOSING = frozenset("".join(CLOSERS.values()))
OPENERS = {mark: [opener for opener, closers in CLOSERS.items() if mark in closers] for mark in "„“”\"»«‚‘’'›‹"}
SINGLE = frozenset("‚‘'›‹")
_MARK = re.compile(r"[„“”\"»«‚‘’'›‹]")
_SOLID = re.compile(r"\S")
_PARAGRAPH = re.compile(r"[^\n]+")
_OPENS_AFTER = frozenset(' \t\u00a0([{–—-/:„»«‚›"“')


@dataclass(slots=True)
class QuotedText:
    """Words between quotation marks.

    `spans` include the marks; there is one for each paragraph the quote runs over. `inner` excludes them. `depth`
    counts the quotes around it. `balanced` is False where the closing mark is missing.
    """

    spans: list[CharRange]
    inner: list[CharRange]
    depth: int = 0
    balanced: bool = True
    single: bool = False
    opener: str = field(default="„")

    @property
    def begin(self) -> CharOffset:
        return self.spans[0][0]

    @property
    def end(self) -> CharOffset:
        return self.spans[-1][1]


def _is_opening(text: str, at: CharOffset, start: CharOffset, stop: CharOffset) -> bool:
    """Whether a mark that looks the same at both ends opens here, by what stands beside it."""
    left_free = at == start or text[at - 1] in _OPENS_AFTER
    right_bound = at + 1 < stop and not text[at + 1].isspace()
    return left_free and right_bound


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
    return "open" if mark != "”" and _is_opening(text, at, start, stop) else "close"


def _single_event(text: str, at: CharOffset, start: CharOffset, stop: CharOffset, marks: _OpenMarks) -> str:
    """The same for a single mark, which may be an apostrophe."""
    mark = text[at]
    opening = _is_opening(text, at, start, stop)
    if at > start and text[at - 1].isalnum() and at + 1 < stop and text[at + 1].isalnum():
        return "none"
    if marks.closed_by(mark) is not None and not opening:
        return "close"
    closed = marks.may_close(mark, at + 2)
    return "open" if mark != "’" and opening and text[at + 1].isalnum() and closed else "none"


def _pair_paragraph(
    text: str, start: CharOffset, stop: CharOffset
) -> tuple[list[tuple[CharOffset, CharOffset, int, str]], list[tuple[CharOffset, str]]]:
    """Pairs (begin, end, depth, opener) within one paragraph, and the opening marks left over."""
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
    return pairs, marks.stack


def _unclosed_end(
    text: str, begin: CharOffset, limit: CharOffset, stop: CharOffset, inner: CharOffset | None
) -> CharOffset:
    """Where a quote without a closing mark ends: with a quote inside that ends a sentence, else before the next.

    `limit` is where the next quote begins, else the paragraph's end `stop`; `inner` is where that next quote ends.
    """
    words = text[begin:limit].rstrip()
    if inner is not None and not any(mark in words for mark in ".!?") and text[inner - 2] in ".!?":
        return inner
    if limit < stop:
        sentence = max(words.rfind(mark) for mark in ".!?")
        words = words[: sentence + 1] if sentence > 0 else ""
    return begin + len(words)


def quoted_texts(text: str) -> list[QuotedText]:
    """All quoted words of `text` in text order, nested ones included, outer before inner."""
    found: list[QuotedText] = []
    carried: QuotedText | None = None
    for paragraph in _PARAGRAPH.finditer(text):
        start, stop = char_span(paragraph)
        start += len(text[start:stop]) - len(text[start:stop].lstrip())
        stop = start + len(text[start:stop].rstrip())
        if start >= stop:
            continue
        pairs, left_over = _pair_paragraph(text, start, stop)
        continues = carried is not None and text[start] == carried.opener
        for begin, end, depth, opener in pairs:
            quoted = QuotedText(
                [CharRange(begin, end)], [CharRange(begin + 1, end - 1)], depth, single=opener in SINGLE, opener=opener
            )
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
            if opener in SINGLE or opener not in '„»«"“':
                continue
            if before is not None and continues and at == start:
                before.spans.append(CharRange(at, stop))
                before.inner.append(CharRange(at + 1, stop))
                carried = before
                continue
            following = bisect_right(starts, at)
            limit = starts[following] if following < len(starts) else stop
            end = _unclosed_end(text, at, limit, stop, ends.get(limit))
            if len(text[at + 1 : end].split()) >= 3:
                quoted = QuotedText([CharRange(at, end)], [CharRange(at + 1, end)], 0, balanced=False, opener=opener)
                found.append(quoted)
                if end == stop:
                    carried = quoted
    found.sort(key=lambda quoted: (quoted.begin, -quoted.end))
    return found
