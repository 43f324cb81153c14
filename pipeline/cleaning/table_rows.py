"""Rows of tables: results, programmes and forecasts, whose cells say something only together."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line
from pipeline.cleaning.rules import LineReading

_BETWEEN = " | "


def join_rows(lines: list[Line], readings: list[LineReading]) -> None:
    """Make one line of each row of short cells, if as many of them are kept as the classifier removed.

    So a row has its times, links and numbers again, which by themselves are no text.
    """
    if not any(line.markup is not None and line.markup.row is not None for line in lines):
        return
    joined: list[tuple[Line, LineReading]] = []
    for row, group in groupby(zip(lines, readings, strict=True), lambda pair: pair[0].markup and pair[0].markup.row):
        pairs = list(group)
        cells = [line for line, _ in pairs]
        joined += [(_row_of(cells), LineReading())] if row is not None and _is_kept(cells) else pairs
    lines[:] = [line for line, _ in joined]
    readings[:] = [reading for _, reading in joined]


def _is_kept(cells: Sequence[Line]) -> bool:
    kept = sum(cell.kind is not None for cell in cells)
    removed = sum(cell.reason is not None and cell.rule.startswith("classifier") for cell in cells)
    whole = not any(is_paragraph(cell) or cell.field is not None for cell in cells)
    return len(cells) > 1 and whole and kept > 0 and kept >= removed


def _row_of(cells: Sequence[Line]) -> Line:
    first = cells[0]
    text = _BETWEEN.join(f"{cell.mark} {cell.text}".strip() for cell in cells)
    line = Line(text, gap=True, markup=replace(first.markup, row=None) if first.markup is not None else None)
    line.keep("list", f"{first.rule}, in a row of a table")
    return line
