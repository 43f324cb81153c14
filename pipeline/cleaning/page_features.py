"""What the line classifiers see of a line's markup, and of what the page itself says is its article."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.other_extractors import EXTRACTOR_COLUMNS, extractor_rows, shares_inside
from pipeline.cleaning.surroundings import AROUND_COLUMNS

Matrix = npt.NDArray[np.float32]

_TAG_GROUPS = (
    "p", "h1", "h2", "h3", "h4 h5 h6 summary", "li ul", "figcaption caption figure", "blockquote", "td th dd dt",
    "div pre",
    "section article", "header address", "button label", "aside footer nav", "body",
)  # fmt: skip
_TAGS = {tag: number for number, tags in enumerate(_TAG_GROUPS, start=1) for tag in re.findall(r"\w+", tags)}
_HINTS = (
    "body", "article", "lead", "headline", "kicker", "caption", "credit", "author", "meta", "teaser", "share",
    "comments",
    "newsletter", "advert", "navigation", "tags", "video", "box", "hidden",
)  # fmt: skip
_ELEMENTS = (
    "main",
    "aside",
    "nav",
    "footer",
    "header",
    "figure",
    "figcaption",
    "form",
    "ul",
    "ol",
    "table",
    "blockquote",
    "button",
)
_MOST_SETS = 4_000
MARKUP_COLUMNS = [
    "tag", "link_share", "depth", "same_signature", "same_container", "signature_share", "container_share",
    "signature_links", "depth_off", "in_article", "bold_share",
    *(f"near_{name}" for name in (*_HINTS, *_ELEMENTS)),
    *(f"far_{name}" for name in (*_HINTS, *_ELEMENTS)),
]  # fmt: skip
PAGE_COLUMNS = ["in_body", "has_body", "is_summary", *AROUND_COLUMNS, *EXTRACTOR_COLUMNS]


@dataclass(slots=True)
class Context:
    """What is known of the article beside its lines.

    Attributes:
        title: the headline, if known.
        extractor_text: words of the text that the extractor finds, joined by spaces; None if it was not asked.
        body: words of the page's JSON-LD `articleBody`, joined by spaces; empty if there is none.
        summaries: the same of the page's descriptions.
    """

    title: str | None = None
    extractor_text: str | None = None
    body: str = ""
    summaries: list[str] = field(default_factory=list)


def markup_rows(lines: Sequence[Line]) -> Matrix:
    """`MARKUP_COLUMNS` of each line, all of which come from a page."""
    marks = [line.markup for line in lines if line.markup is not None]
    lengths = np.array([len(line.text) if is_paragraph(line) else 0 for line in lines], dtype=np.float32)
    total = max(1.0, float(lengths.sum()))
    by_signature: Counter[int] = Counter()
    by_container: Counter[int] = Counter()
    links: Counter[int] = Counter()
    members: Counter[int] = Counter()
    depths = []
    for mark, length in zip(marks, lengths, strict=True):
        by_signature[mark.signature] += int(length)
        by_container[mark.container] += int(length)
        links[mark.signature] += int(100 * mark.link_share)
        members[mark.signature] += 1
        if length > 0:
            depths.append(mark.depth)
    usual = float(np.median(depths)) if depths else 0.0
    rows = []
    for number, mark in enumerate(marks):
        previous = marks[number - 1] if number else mark
        rows.append(
            [
                _TAGS.get(mark.tag, 0),
                mark.link_share,
                mark.depth,
                mark.signature == previous.signature,
                mark.container == previous.container,
                by_signature[mark.signature] / total,
                by_container[mark.container] / total,
                links[mark.signature] / members[mark.signature],
                mark.depth - usual,
                "article" in mark.far,
                mark.bold_share,
            ]
        )
    named = b"".join(_flags(names) for mark in marks for names in (mark.near, mark.far))
    flags = np.frombuffer(named, dtype=np.uint8).reshape(len(marks), -1)
    return np.concatenate([np.array(rows, dtype=np.float32), flags], axis=1, dtype=np.float32)


@lru_cache(maxsize=_MOST_SETS)
def _flags(names: frozenset[str]) -> bytes:
    """A one for each of `_HINTS` and `_ELEMENTS` that is among the names; most elements of a page have the same."""
    return bytes(name in names for name in (*_HINTS, *_ELEMENTS))


def page_rows(lines: Sequence[Line], context: Context) -> Matrix:
    """`PAGE_COLUMNS` of each line."""
    has_body = math.log1p(len(context.body))
    shares = shares_inside(lines, context.body.split(" ")) if context.body else [-1.0] * len(lines)
    rows = []
    for line, share in zip(lines, shares, strict=True):
        joined = " ".join(line.words)
        inside = share if joined else -1.0
        summary = (
            any(joined in text or (len(text) > 40 and text in joined) for text in context.summaries)
            if len(joined) > 25
            else False
        )
        around = line.markup.around if line.markup is not None else ()
        rows.append([inside, has_body, summary, *around])
    return np.concatenate([np.array(rows, dtype=np.float32), extractor_rows(lines, context.extractor_text)], axis=1)
