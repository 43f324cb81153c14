"""Word lists and the starter gazetteer; `pipeline.entities.generate` makes the generated ones."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def _lists() -> dict[str, dict[str, str]]:
    with (FOLDER / "word_lists.toml").open("rb") as file:
        return tomllib.load(file)


def word_list(module: str, name: str) -> frozenset[str]:
    """The words of a list in `word_lists.toml`, by the module that uses it and its name there."""
    return frozenset(_lists()[module][name].split())
