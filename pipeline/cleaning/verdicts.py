"""From lines to verdicts: what stays in the text, what becomes a field, what is removed and why."""

from collections import Counter
from collections.abc import Sequence

from pipeline.cleaning import shapes
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.rules import Reading


def mark_fields(lines: Sequence[Line], readings: Sequence[Reading]) -> None:
    """Bylines, times, agency lines and image credits."""
    for number, (line, reading) in enumerate(zip(lines, readings, strict=True)):
        if not line.open:
            continue
        if reading.credit is not None:
            line.remove("credit", "image credit")
            previous = lines[number - 1] if number else None
            caption = reading.credit[0]
            if previous is not None and previous.open and caption and previous.text.startswith(caption[:80]):
                previous.remove("credit", "caption repeated with its credit")
        elif shapes.is_photo_agency(line.text, len(line.words)):
            line.remove("credit", "photographer and agency")
        elif reading.authors:
            line.become("authors", "byline")
        elif shapes.is_agency_line(line.text):
            line.become("agencies", "agency line")
        elif shapes.is_time(line.text):
            line.remove("other", "date or reading time")


def mark_repeated(lines: Sequence[Line], title: str | None) -> None:
    """Lines that stand in the article more than once: all but the first."""
    seen: Counter[str] = Counter()
    wanted = Line(title).words if title else None
    for line in lines:
        key = line.text.lower()
        again = seen[key] > 0
        seen[key] += 1
        if line.open and len(line.words) >= 3 and (again or (wanted and line.words == wanted)):
            line.remove("repeated", "stands in the article before")


def classify(lines: Sequence[Line], readings: Sequence[Reading]) -> None:
    """Decide every line that is still open."""
    section = None
    last = max((n for n, line in enumerate(lines) if line.open and is_paragraph(line) and readings[n].hit is None), default=-1)
    started = False
    for number, line in enumerate(lines):
        hit = readings[number].hit
        if not line.open:
            continue
        if hit is not None and (hit.certain or len(line.words) <= 60):
            line.remove(hit.reason, f"phrase {hit.phrase!r}")
            if hit.how == "section":
                section = hit.reason
            continue
        if is_paragraph(line):
            section = None
            line.keep("paragraph", "paragraph")
            started = True
        elif section is not None:
            line.remove("related" if section == "related" else "teaser", f"short line after a {section} heading")
        elif number > last:
            line.remove("teaser", "short line after the last paragraph")
        elif not started:
            line.remove("navigation", "short line before the first paragraph")
        elif line.bullet:
            line.keep("list", "list item between paragraphs")
        else:
            line.keep("heading", "short line between paragraphs")
    kept = [line for line in lines if line.kind is not None]
    if kept and kept[0].kind == "paragraph" and len(kept) > 1 and 8 <= len(kept[0].words) <= 60:
        kept[0].kind = "lead"
