"""The reasons for lines that the classifier removed: by the phrase over them, their markup, or their place."""

from collections.abc import Sequence

from pipeline.cleaning.head import is_paragraph, may_lead
from pipeline.cleaning.kept_headings import HEADING_TAGS
from pipeline.cleaning.lines import NOTHING_UNDER_IT, Line
from pipeline.cleaning.parsing import LINKS_RULE
from pipeline.cleaning.rules import LineReading
from schemas.records import RemovalReason

_HINTED: tuple[tuple[str, RemovalReason], ...] = (
    ("caption", "credit"), ("figcaption", "credit"), ("credit", "credit"), ("newsletter", "newsletter"),
    ("share", "share"),
    ("comments", "comments"), ("advert", "advert"), ("teaser", "related"), ("nav", "navigation"),
    ("footer", "navigation"),
    ("header", "navigation"), ("navigation", "navigation"), ("tags", "related"), ("video", "related"),
)  # fmt: skip


def give_reasons(lines: Sequence[Line], readings: Sequence[LineReading]) -> None:
    """A reason of their own for the lines that the classifier removed, and the lead its name."""
    kept = [number for number, line in enumerate(lines) if line.kind is not None]
    if len(kept) > 1 and _heads_nothing(lines[kept[-1]], readings[kept[-1]]):
        lines[kept.pop()].remove("teaser", NOTHING_UNDER_IT)
    first, last = (kept[0], kept[-1]) if kept else (len(lines), -1)
    section: RemovalReason | None = None
    for number, (line, reading) in enumerate(zip(lines, readings, strict=True)):
        if line.kind is not None and is_paragraph(line):
            section = None
        elif reading.hit is not None and reading.hit.how == "section":
            section = reading.hit.reason
        elif line.rule == LINKS_RULE or (line.reason == "other" and line.rule.startswith("classifier")):
            line.reason = _reason(
                line, lines[number + 1] if number + 1 < len(lines) else None, section, first < number < last
            )
            if line.reason in ("teaser", "related") and number < first and len(line.words) < 5:
                line.reason = "navigation"
    if len(kept) > 1 and lines[first].kind == "paragraph" and may_lead(lines[first]):
        lines[first].kind = "lead"


def _heads_nothing(last: Line, reading: LineReading) -> bool:
    """Whether the last line of the text is a heading, on a page one that is marked as such or has a known phrase.

    In text without markup, a short last line may be the heading of what follows the article, or its last words.
    """
    if last.kind != "heading":
        return False
    return last.markup is None or last.markup.tag in HEADING_TAGS or reading.hit is not None or "|" in last.text


def _reason(line: Line, following: Line | None, section: RemovalReason | None, inside: bool) -> RemovalReason:
    if section is not None:
        return section
    if following is not None and following.reason == "credit":
        return "credit"
    if line.markup is not None:
        for hint, reason in _HINTED:
            if hint in line.markup.near:
                return reason
    if inside:
        return "other" if is_paragraph(line) else "related"
    return "teaser" if len(line.words) >= 5 else "navigation"
