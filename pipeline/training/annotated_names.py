"""Texts in which names are annotated, and which of them no recipe learns from."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pipeline.evaluation.entities import GoldDocument, read_gold

DERIVED, PART = "DERIV", "PART"
"""Types of words that are no names themselves: "deutschen", "FIFA-Schiedsrichter"."""


def read(path: Path) -> list[GoldDocument]:
    """The documents of a JSON lines file, gzipped or not, with GermEval's types spelt as ours.

    Raises:
        GoldError: the file is none.
    """
    return [
        replace(document, mentions=[(begin, end, _type(kind)) for begin, end, kind in document.mentions])
        for document in read_gold(path)
    ]


def _type(kind: str) -> str:
    if kind.endswith("deriv"):
        return DERIVED
    if kind.endswith("part"):
        return PART
    return "MISC" if kind == "OTH" else kind


def held_out(document: GoldDocument) -> bool:
    """Whether a document belongs to the fifth that is never trained on: its number is divisible by five."""
    number = re.search(r"(\d+)$", document.name)
    return number is not None and int(number[1]) % 5 == 0
