"""Recognise what an article came as and read it into lines: page, Markdown, visible text, or an extractor's text."""

import re
from dataclasses import dataclass

from pipeline.cleaning.head import find_title
from pipeline.cleaning.lines import Line, text_lines, words_of
from pipeline.cleaning.link_numbers import without_link_numbers
from pipeline.cleaning.linked_body import is_stub
from pipeline.cleaning.markdown import page_of_markdown
from pipeline.cleaning.metadata import Metadata, read_metadata
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.other_extractors import extractor_text
from pipeline.cleaning.page import page_lines, parse
from pipeline.cleaning.page_features import Context
from pipeline.cleaning.rules import LineReading, read, split_glued
from pipeline.errors import Rejected

_PAGE_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_CLOSING_TAG = re.compile(r"</(?:p|div|h[1-6]|article|section|ul|body)\s*>", re.IGNORECASE)
_LONG_LINE_WORDS = 100
_MOST_LINES = 20_000
_MOST_LINKED_WORDS = 12
LINKS_RULE = "nothing but links"


@dataclass(slots=True)
class ParsedArticle:
    """An article in lines, not yet classified.

    Attributes:
        lines: all of it, in order; some have a verdict already.
        readings: what lexicon and shape say of each line.
        metadata: what its page says, if it came as one.
        title: the headline, if one is given or was found.
        kicker: the line over the headline.
        context: for the features.
    """

    lines: list[Line]
    readings: list[LineReading]
    metadata: Metadata | None
    title: str | None
    kicker: str | None
    context: Context

    def undecided(self) -> list[int]:
        """The numbers of the lines that the classifier is to see: all that reading did not remove."""
        return [number for number, line in enumerate(self.lines) if line.reason is None]


def read_article(*, html: str | None, text: str | None, title: str | None) -> ParsedArticle:
    """Read a page or a text; `title` is the headline that the record came with.

    A `text` that is HTML or Markdown is read as a page, and an `html` without any
    markup as text. A page without any text in it gives way to `text`.

    Raises:
        Rejected: "too-large", for more lines than any article has.
    """
    page, plain = html, text
    if page is None and plain is not None and _is_page(plain):
        page, plain = plain, None
    elif page is not None and "<" not in page:
        page, plain = None, plain or page
    metadata: Metadata | None = None
    lines: list[Line] = []
    extracted: str | None = None
    if page:
        metadata, lines, extracted = _read_page(page)
    if not lines and plain and (described := page_of_markdown(plain)) is not None:
        of_markdown, lines, extracted = _read_page(described)
        metadata = metadata or of_markdown
    if not lines and plain:
        lines = text_lines(without_link_numbers(plain))
    size = sum(max(1, len(line.markup.parts)) if line.markup is not None else 1 for line in lines)
    if size > _MOST_LINES:
        raise Rejected("too-large", f"the article has {size} lines or blocks, more than {_MOST_LINES}")
    lines = split_glued(lines)
    _mark_links(lines)
    _mark_retold(lines)
    readings = [read(line) if line.reason is None else LineReading() for line in lines]
    given = line_text(title) if title else None
    title, kicker = find_title(lines, readings, given or (metadata.title if metadata else None))
    body = _words(metadata.body or "") if metadata else ""
    context = Context(
        title=title,
        extractor_text=extracted,
        body="" if is_stub(body, extracted or "") else body,
        summaries=[_words(summary) for summary in metadata.descriptions] if metadata else [],
    )
    return ParsedArticle(lines, readings, metadata, title, kicker, context)


def _read_page(page: str) -> tuple[Metadata, list[Line], str | None]:
    root = parse(page)
    if root is None:
        return Metadata(), [], None
    metadata, lines = read_metadata(root), page_lines(root)
    return metadata, lines, extractor_text(root, len(lines))


def _is_page(text: str) -> bool:
    return _PAGE_START.match(text[:1000]) is not None or len(_CLOSING_TAG.findall(text[:20_000])) >= 3


def _mark_links(lines: list[Line]) -> None:
    """Remove short lines that are nothing but links, most of a page: the classifier need not see them."""
    for line in lines:
        mark = line.markup
        if (
            mark is not None
            and mark.link_share >= 0.9
            and len(line.words) <= _MOST_LINKED_WORDS
            and mark.tag != "h1"
            and "kicker" not in mark.near
        ):
            line.remove("navigation", LINKS_RULE)


def _mark_retold(lines: list[Line]) -> None:
    """Remove a line that holds the whole article once more, as pages do for their players and readers."""
    long = [line for line in lines if len(line.words) >= _LONG_LINE_WORDS]
    total = sum(len(line.words) for line in lines)
    for line in long:
        if len(line.words) * 4 < total - len(line.words) or len(line.words) < 2 * max(
            (len(other.words) for other in lines if other is not line), default=0
        ):
            continue
        rest = f" {' '.join(' '.join(other.words) for other in lines if other is not line)} "
        pieces = [" ".join(line.words[start : start + 5]) for start in range(0, len(line.words) - 4, 5)]
        if sum(f" {piece} " in rest for piece in pieces[:400]) >= 0.8 * len(pieces[:400]):
            line.remove("repeated", "tells the other lines once more")


def _words(text: str) -> str:
    return " ".join(words_of(line_text(text))) if text.strip() else ""
