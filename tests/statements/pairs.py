"""Pairs of quotes of one speaker with the judgement of a reader whether they are the same statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.statements.same_statement import ComparedQuote


@dataclass(frozen=True)
class Pair:
    """Two renderings and whether they are one statement; `kind` says what makes the pair hard."""

    kind: str
    one: ComparedQuote
    other: ComparedQuote
    same: bool


def pairs(name: str) -> Iterator[Pair]:
    """The pairs of a part, "dev" or "test"."""
    for line in (Path(__file__).parent / f"pairs_{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        same, kind, *rest = line.split("|")
        first_type, first, second_type, second, *contexts = rest
        around = contexts or [first, second]
        yield Pair(
            kind,
            ComparedQuote(first, around[0], first_type == "D"),
            ComparedQuote(second, around[1], second_type == "D"),
            same == "+",
        )
