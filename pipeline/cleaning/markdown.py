"""Text that a crawler left as Markdown, as the page that it describes: links, headings, lists, quotes and tables."""

import html
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.cleaning.wrapping import is_hard_wrapped, joined_full_lines, joined_words

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

_LARGEST = 500_000
"""Characters; what is longer is read as text."""
_DEEPEST = 19
"""The level of nesting below which markdown-it leaves out text."""
_DESTINATION = r"<?(?:https?://|mailto:|javascript:|tel:|data:|\.{0,2}/|#\w)"
_SIGNS = (
    ("](", re.compile(rf"\]\({_DESTINATION}")),  # a link or an image
    (
        "**",
        re.compile(r"(?<![\w*\\])\*\*[„\"»“'(]?\w(?:[^*\n]|(?<=\w)\*(?=\w)){0,2000}(?<![\s*])\*\*(?![\w*])"),
    ),  # bold
    ("# ", re.compile(r"\A\s*# (?=[^\n]*\w)[^\n]*\n *\n|\n *\n#{2,6} [^\n]*\w")),  # a headline, or a heading
    ("---", re.compile(r"^\|? *:?-{3,}:? *\|[ |:-]*$", re.MULTILINE)),  # the line under a table's head
)
"""What only Markdown has, and characters without which it is not there."""
_REFERENCE = re.compile(r"\]\[[^\]\n]{0,40}\]")
_ADDRESS_OF_REFERENCE = re.compile(rf"^ {{0,3}}\[[^\]\n]{{1,40}}\]: {_DESTINATION}", re.MULTILINE)
_HEADS = (
    # Front matter in YAML, which has a title among its fields.
    re.compile(
        r"\A\s*---[ ]*\n(?=(?:.*\n){0,60}?title:)(?P<lines>(?:\w[\w-]{0,40}:.*\n|[ -].*\n){1,60}?)---[ ]*(?:\n|\Z)"
    ),
    # What Jina Reader writes.
    re.compile(
        r"\A\s*(?P<lines>Title: .*\n\s*URL Source: .*\n(?:\s*(?:Published Time|Number of Pages|Warning): .*\n)*)"
        r"\s*Markdown Content: *\n"
    ),
)
_FIELD = re.compile(r"^\s*(?P<name>[A-Za-z_ -]{1,40}): *(?P<value>\S.*)$", re.MULTILINE)
_METAS = {
    "title": "og:title", "author": "author", "authors": "author", "date": "date", "published time": "date",
    "sitename": "og:site_name", "description": "description", "categories": "article:section",
}  # fmt: skip
"""Fields of a head, and the meta tags that say the same on a page."""
_UNMEASURED = re.compile(r"\s*(?:[*+>-] |[#|\[]|\d{1,9}[.)] )|.*\]\(")
"""Lines whose width says nothing of how a text was wrapped."""
_STAR = "\ufdd0"
"""In the place of a star within a word ("Schüler*innen"), which sets nothing off; no text has this character."""
_STAR_IN_WORD = re.compile(r"(?<=\w)\*(?=\w)")
_BOLD = re.compile(r"(?<![*\\])\*\*(?=[^\s*])([^*\n]+)\*\*(?!\*)")
"""Bold text, also where crawlers leave no space and CommonMark sees none: "**Was nun?**Nichts", "**Genf. **Die Uno"."""
_PLUS = re.compile(r"^( *)\+(?= )", re.MULTILINE)
"""No crawler's mark of a list, but of news ("+ + + Eilmeldung + + +")."""


def page_of_markdown(text: str) -> str | None:
    """The page that a text in Markdown describes; None if it shows no sign of Markdown, or is nested too deeply."""
    if len(text) > _LARGEST:
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    head = next(filter(None, (pattern.match(text) for pattern in _HEADS)), None)
    if head is None and not _has_signs(text):
        return None
    metas = "".join(_metas(head["lines"])) if head is not None else ""
    body = _rendered(text[head.end() :] if head is not None else text)
    return f"<html><head>{metas}</head><body>{body}</body></html>" if body is not None else None


def _has_signs(text: str) -> bool:
    if any(mark in text and pattern.search(text) for mark, pattern in _SIGNS):
        return True
    return _REFERENCE.search(text) is not None and _ADDRESS_OF_REFERENCE.search(text) is not None


def _metas(lines: str) -> Iterator[str]:
    for found in _FIELD.finditer(lines):
        name, value = _METAS.get(found["name"].lower()), found["value"].strip()
        if name is not None:
            yield f'<meta name="{name}" content="{html.escape(_unquoted(value))}">'


def _unquoted(value: str) -> str:
    """A value of YAML without its quotation marks or, of a list, all of them."""
    quote = value[0]
    if quote == "[":
        return re.sub(r"[\[\]\"']", "", value)
    if quote not in "\"'" or len(value) == 1 or value[-1] != quote:
        return value
    return value[1:-1].replace("''", "'") if quote == "'" else re.sub(r"\\(.)", r"\1", value[1:-1])


def _rendered(text: str) -> str | None:
    """The HTML of a text; None where markdown-it leaves out what is nested more deeply than it follows."""
    joined = joined_full_lines(text)
    is_wrapped = joined is None and is_hard_wrapped([line for line in text.split("\n") if not _UNMEASURED.match(line)])
    text = joined or (joined_words(text) if is_wrapped else text)
    markdown = _markdown(is_wrapped=is_wrapped)
    text = _BOLD.sub(r"<b>\1</b>", _STAR_IN_WORD.sub(_STAR, text))
    tokens = markdown.parse(_PLUS.sub(r"\1\\+", text))
    if any(token.level >= _DEEPEST for token in tokens):
        return None
    _mark_items(tokens)
    return str(markdown.renderer.render(tokens, markdown.options, {})).replace(_STAR, "*")


@cache
def _markdown(*, is_wrapped: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark")
    # All links go, whatever they lead to: cleaning gives no address of one.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    if not is_wrapped:
        markdown.add_render_rule("softbreak", _end_of_line)
    return markdown.enable(["table", "strikethrough"]).disable(["code", "lheading"])


def _end_of_line(_: "RendererHTML", tokens: Sequence["Token"], index: int, *_of_rendering: Any) -> str:
    """What ends a line that is not wrapped: a paragraph, unless a link or bold text goes on below."""
    return "\n" if tokens[index].level else "</p>\n<p>"


def _mark_items(tokens: Sequence["Token"]) -> None:
    """Let numbers stand in the text of their items, and a mark in that of an only one, which is in no list.

    Cleaning tells marks from text: "12. März 2024" begins with no mark.
    """
    opened: list[list[Token]] = []
    for token, inside in zip(tokens, [*tokens[2:], *tokens[:2]], strict=True):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            opened.append([token])
        elif token.type == "list_item_open":
            opened[-1] += token, inside
        elif token.type == "list_item_close":
            opened[-1].append(token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            _mark_items_of([*opened.pop(), token])


def _mark_items_of(own: Sequence["Token"]) -> None:
    """The same for one list: its own tokens, each item's first text among them."""
    items = own[1:-1]
    is_alone = len(items) == 3 and own[0].level == 0
    for item, inside in zip(items[::3], items[1::3], strict=True):
        words = next((child for child in inside.children or () if child.type == "text" and child.content), None)
        if words is not None and (item.info or is_alone):
            words.content = f"{item.info}{item.markup} {words.content}"
    if is_alone:
        for token in (own[0], items[0], items[2], own[-1]):
            token.tag = "div"
