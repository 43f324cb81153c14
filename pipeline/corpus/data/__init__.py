"""Word lists of the corpus's tools."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def tables(name: str) -> dict[str, Any]:
    """What the file NAME.toml holds."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def word_list(file: str, name: str) -> frozenset[str]:
    """The words of the list `name` in the file `file`.toml."""
    return frozenset(tables(file)[name].split())


def words_beside_names(name: str) -> frozenset[str]:
    """The words of the list `name` under `words` in the file names.toml."""
    return frozenset(tables("names")["words"][name].split())
