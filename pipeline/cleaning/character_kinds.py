"""Kinds of characters as bits, looked up for all of a text at once: regular expressions take much longer."""

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

CODES = 0x40000
"""Characters in a table. Higher planes hold nothing that is told apart: their characters count as the last one here."""


def kinds_table(classes: Mapping[int, str]) -> Bytes:
    """The kinds of every character as bits; `classes` gives the pattern of a character by the bit of its kind."""
    characters = np.arange(CODES, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    kinds = np.zeros(CODES, dtype=np.uint8)
    for kind, pattern in classes.items():
        for found in re.finditer(f"(?:{pattern})+", characters):
            kinds[found.start() : found.end()] |= kind
    return kinds


def kinds_of(text: str, table: Bytes) -> Bytes:
    """The kinds of each character of `text`, by a table of `kinds_table`."""
    return table.take(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"), mode="clip")
