"""Articles, entities and quotes as a person reads them on a terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from schemas.records import CleanArticle, EntityArticle, Quote, QuoteArticle

if TYPE_CHECKING:
    from pipeline.cleaning import Verdict


WIDE = {"said", "line", "roles"}
"""Columns that take the room the others leave."""


def article(record: CleanArticle) -> RenderableType:
    """A cleaned article: its fields, its text, what was removed."""
    fields = Table.grid(padding=(0, 2))
    listed: dict[str, Any] = {
        "kicker": record.kicker,
        "authors": ", ".join(record.authors),
        "dateline": record.dateline,
        "published": record.published_at,
        "language": record.language,
        "agencies": ", ".join(record.agencies),
        "credits": "; ".join(record.credits),
        "infobox": "; ".join(f"{key}: {value}" for key, value in record.infobox.items()),
    }
    for name, value in listed.items():
        if value:
            fields.add_row(Text(name, style="dim"), escape(str(value)))
    parts: list[RenderableType] = [Text(record.title or "(no title)", style="bold"), fields, Text()]
    for block in record.blocks:
        style = {"heading": "bold", "lead": "italic"}.get(block.kind, "")
        parts += [Text(record.text[block.begin : block.end], style=style), Text()]
    if record.removed:
        parts.append(_table("Removed", ("reason", "line"), ((r.reason, r.text) for r in record.removed)))
    return Group(*parts)


def verdicts(lines: "Sequence[Verdict]") -> RenderableType:
    """What cleaning decided on each line, and by which rule."""
    rows = ((line.verdict, line.detail, line.rule, line.text) for line in lines)
    return _table(None, ("verdict", "as", "rule", "line"), rows)


def entities(record: EntityArticle) -> RenderableType:
    """Who and what is in an article."""
    rows = (
        (
            entity.name,
            entity.type,
            ", ".join(entity.roles),
            ", ".join(entity.affiliations),
            f"{len(entity.mentions)}",
            f"{entity.salience:.2f}",
        )
        for entity in record.entities
    )
    return _table(record.title, ("entity", "type", "roles", "affiliations", "mentions", "salience"), rows)


def quotes(record: QuoteArticle) -> RenderableType:
    """Who said what in an article."""
    rows = ((speaker_of(quote), quote.text, quote.type, f"{quote.confidence:.2f}") for quote in record.quotes)
    return _table(record.title or record.id, ("speaker", "said", "type", "confidence"), rows)


def speaker_of(quote: Quote) -> str:
    """The speaker by full name, else in the words of the text."""
    if quote.speaker is None:
        return "–"
    return quote.speaker.name or quote.speaker.text


def print_all(console: Console, parts: Iterable[RenderableType]) -> None:
    """Print with an empty line after each."""
    for part in parts:
        console.print(part)
        console.print()


def _table(title: str | None, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(
        title=None if title is None else escape(title),
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for heading in headings:
        table.add_column(heading, overflow="fold", ratio=1 if heading in WIDE else None)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table
