"""From a page's HTML to its lines, each with what the markup says about it."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.hints import LONGEST_NAME, hints_of, is_target, is_unseen
from pipeline.cleaning.lines import BrokenText, Line, Markup, line_of, words_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.sentences import ends_sentence
from pipeline.cleaning.surroundings import Elements, around_rows
from pipeline.cleaning.wrapping import going_on

_SKIPPED = frozenset(
    words_of(
        "script style noscript template svg iframe object embed select option datalist canvas video audio map head "
        "math "
        "textarea input title meta link source track param"
    )
)
_BLOCKS = frozenset(
    words_of(
        "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
        "footer form h1 h2 "
        "h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p picture pre section summary table tbody td "
        "tfoot th "
        "thead tr ul button caption label"
    )
)
_BOLD = frozenset(("b", "strong", "em", "i"))
_NEAR_LEVELS = 3
_LONGEST_MOMENT = 40
_BREAK, _BETWEEN = "\0", "\n"
"""A line break among the texts of an element, which have no such character; and the space between two elements that
stand on lines of their own in the source. Two of them on end part paragraphs."""
_BREAKS = re.compile(f"[{_BREAK}{_BETWEEN}]")
_EMPTY_LINES = re.compile(f"{_BREAK} *{_BREAK}")
_FEWEST_WORDS = 11
"""Of a paragraph of preformatted text."""
_UNSEEN_BEGINS, _UNSEEN_ENDS = "\ud800", "\ud801"
_UNSEEN = re.compile(f"{_UNSEEN_BEGINS}([^{_UNSEEN_ENDS}]*){_UNSEEN_ENDS}")
"""A text that readers do not see, among the texts of an element, which have no such characters."""


def parse(page: str) -> Any:
    """The root element of a page; None if there is nothing to parse in it."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return etree.fromstring(page.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def page_lines(root: Any) -> list[Line]:
    """The visible text under `root`, one Line for each block element's own text."""
    return _Walk().run(root)


class _Walk:
    """One pass over the tree. `_blocks` holds the open block elements, the innermost last; `_inline` of each other open
    one whether it is a link, and whether it is not shown."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._parts: list[str] = []
        self._linked = 0
        self._anchors = 0
        self._unseen = 0
        self._inline: list[tuple[bool, bool]] = []
        self._preformatted = 0
        self._bold = [0]
        self._emphases = 0
        self._moment: str | None = None
        self._blocks: list[tuple[str, int, int, frozenset[str], frozenset[str]]] = []
        self._elements = Elements()
        self._innermost: list[int] = []
        self._signatures: dict[tuple[str, ...], int] = {}

    def run(self, root: Any) -> list[Line]:
        skipping = None
        hints: list[frozenset[str]] = []
        far: list[frozenset[str]] = [frozenset()]
        names: list[tuple[str, str]] = [("", "")]
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag
            if event == "start":
                if skipping is not None:
                    continue
                if tag in _SKIPPED or not isinstance(tag, str):
                    skipping = element
                    continue
                is_block = tag in _BLOCKS or "-" in tag
                own = hints_of(element) if tag not in ("body", "html") else frozenset()
                if tag == "footer" and "blockquote" in far[-1]:
                    own -= {"footer"}  # it says who is quoted, and is not the page's
                hints.append(own)
                far.append(far[-1] | own if own else far[-1])
                name = (tag, (element.get("class") or "")[:LONGEST_NAME])
                if is_block:
                    self._flush()
                    self._preformatted += tag == "pre"
                    number = self._elements.open(self._blocks[-1][2] if self._blocks else 0, len(self.lines))
                    near = own.union(*hints[-1 - _NEAR_LEVELS : -1])
                    signature = self._signatures.setdefault((*names[-1], *name), len(self._signatures))
                    self._blocks.append((tag, signature, number, near, far[-1]))
                else:
                    self._begin_inline(tag, element, is_unseen(element, own, name[1]))
                names.append(name)
                self._text(element.text)
                continue
            if skipping is not None:
                if element is skipping:
                    skipping = None
                    self._text(element.tail)
                continue
            hints.pop()
            far.pop()
            names.pop()
            if tag in _BLOCKS or "-" in tag:
                self._flush()
                self._preformatted -= tag == "pre"
                self._elements.ends[self._blocks.pop()[2]] = len(self.lines)
            else:
                self._end_inline(tag)
            self._text(element.tail)
        self._flush()
        self._look_around()
        return self.lines

    def _look_around(self) -> None:
        """Tell each line what the elements around it hold."""
        if not self.lines:
            return
        marks = [line.markup for line in self.lines if line.markup is not None]
        sizes = [len(line.text) for line in self.lines]
        rows = around_rows(
            self._elements,
            self._innermost,
            sizes,
            [size * mark.link_share for size, mark in zip(sizes, marks, strict=True)],
            [size if is_paragraph(line) else 0 for size, line in zip(sizes, self.lines, strict=True)],
        )
        for mark, row in zip(marks, rows.tolist(), strict=True):
            mark.around = row

    def _begin_inline(self, tag: str, element: Any, unseen: bool) -> None:
        is_link = tag == "a" and not is_target(element)
        self._inline.append((is_link, unseen))
        self._anchors += is_link
        self._unseen += unseen
        if tag == "br":
            self._break()
        elif tag in _BOLD:
            self._emphases += 1
        elif tag == "time":
            self._moment = (element.get("datetime") or "")[:_LONGEST_MOMENT] or self._moment

    def _end_inline(self, tag: str) -> None:
        is_link, unseen = self._inline.pop()
        self._anchors -= is_link
        self._unseen -= unseen
        if tag in _BOLD:
            self._emphases -= 1

    def _text(self, text: str | None) -> None:
        if text and self._preformatted and not self._unseen:
            for number, line in enumerate(text.split("\n")):
                if number:
                    self._break()
                self._within_line(line)
        elif text == _BETWEEN:
            self._parts.append(text)
            self._bold.append(0)
        elif text:
            self._within_line(text)

    def _break(self) -> None:
        self._parts.append(_BREAK)
        self._bold.append(0)

    def _within_line(self, text: str) -> None:
        self._parts.append(f"{_UNSEEN_BEGINS}{text}{_UNSEEN_ENDS}" if self._unseen and text.strip() else text)
        if self._anchors > 0:
            self._linked += len(text.strip())
        if self._emphases > 0:
            self._bold[-1] += len(text.strip())

    def _flush(self) -> None:
        if not self._parts:
            return
        broken = "".join(
            part if part in (_BREAK, _BETWEEN) else " ".join(("x" + part + "x").split())[1:-1] for part in self._parts
        )
        if self._preformatted:
            broken = _unwrapped(broken)
        linked, bold, moment = self._linked, self._bold, self._moment
        self._parts, self._linked, self._bold = [], 0, [0]
        pieces = list(zip(_BREAKS.split(broken), bold, ["", *_BREAKS.findall(broken)], strict=True))
        if self._preformatted and not _is_prose(broken):
            pieces = [piece for piece in pieces if piece[0].strip()]
        length = max(1, len(broken.strip(f" {_BREAK}{_BETWEEN}")))
        for is_empty, group in groupby(pieces, lambda piece: not piece[0].strip()):
            parts = list(group)
            if _UNSEEN_BEGINS in broken:
                parts = _seen(parts)
            text = "" if is_empty else line_text("\n".join(part for part, _, _ in parts))
            if not text:
                continue
            tag, signature, container, near, far = (
                self._blocks[-1] if self._blocks else ("", 0, 0, frozenset(), frozenset())
            )
            parent = self._blocks[-2][2] if len(self._blocks) > 1 else 0
            markup = Markup(
                tag=tag,
                link_share=min(1.0, linked / length),
                near=near,
                far=far,
                signature=signature,
                container=parent if tag in ("p", "li", "h2", "h3", "h4", "blockquote") else container,
                depth=len(self._blocks),
                bold_share=min(1.0, sum(bold) / length),
                time=moment,
                parts=_parts_of(parts, text),
                row=parent if tag in ("td", "th") else None,
            )
            line = line_of(text, gap=True, markup=markup, bullet=tag == "li")
            if any(character.isalnum() for character in line.text):
                self.lines.append(line)
                self._innermost.append(container)
                moment = self._moment = None


def _parts_of(pieces: Sequence[tuple[str, int, str]], text: str) -> Sequence[BrokenText]:
    """What stands between the line breaks of `text`; nothing if a word was broken there.

    Each of `pieces` is a text, how many characters of it are set off, and what parts it from the one before.
    """
    parts: list[tuple[str, int]] = []
    for piece, bold, parted_by in pieces:
        if parts and parted_by == _BETWEEN:
            parts[-1] = (f"{parts[-1][0]} {piece}", parts[-1][1] + bold)
        else:
            parts.append((piece, bold))
    if len(parts) == 1:
        return ()
    found = [
        BrokenText(own, min(1.0, bold / max(1, len(part.strip())))) for part, bold in parts if (own := line_text(part))
    ]
    return found if " ".join(part.text for part in found) == text else ()


def _is_prose(preformatted: str) -> bool:
    """Whether a preformatted text has paragraphs; in an address or a program, empty lines part nothing."""
    texts = (text.replace(_BREAK, " ").strip() for text in _EMPTY_LINES.split(preformatted))
    return any(len(text.split()) >= _FEWEST_WORDS and ends_sentence(text) for text in texts)


def _unwrapped(preformatted: str) -> str:
    """A preformatted text, in which only those line breaks are left that do not merely wrap its paragraphs."""
    lines = preformatted.split(_BREAK)
    return "".join(
        line + (_BETWEEN if goes_on else _BREAK) for line, goes_on in zip(lines, going_on(lines), strict=True)
    )[:-1]


def _seen(pieces: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    """The pieces, as `_parts_of` has them, without what readers do not see; with it if they see nothing of them."""
    is_any = any(character.isalnum() for text, _, _ in pieces for character in _UNSEEN.sub("", text))
    return [(_UNSEEN.sub("" if is_any else r"\1", text), bold, parted_by) for text, bold, parted_by in pieces]
