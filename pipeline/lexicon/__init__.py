"""The German words that rules know: lists in `words.toml`, reporting verbs and their forms, nouns of roles."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def _lists() -> dict[str, str]:
    with (FOLDER / "words.toml").open("rb") as file:
        return tomllib.load(file)


def word_list(name: str) -> frozenset[str]:
    """The words of the list called `name`."""
    return frozenset(_lists()[name].split())


def endings(name: str) -> tuple[str, ...]:
    """The same as `str.endswith` and `str.startswith` take them."""
    return tuple(sorted(word_list(name)))
