"""The tables of `docs/measurements/scale.md`, which stand between comments that name them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "measurements" / "scale.md"


def filled(text: str, tables: Mapping[str, Sequence[str]]) -> str:
    """The page with these tables, each a list of lines, in the places of those that it has.

    Raises:
        ValueError: the page has no place for one of them.
    """
    for name, lines in tables.items():
        place = re.compile(f"(<!-- begin {name} -->\n).*?(<!-- end {name} -->\n)", re.DOTALL)
        content = "\n".join(lines).strip()
        if (found := place.search(text)) is None:
            raise ValueError(f"the page has no place for {name}")
        text = f"{text[: found.start()]}{found[1]}\n{content}\n\n{found[2]}{text[found.end() :]}"
    return text
