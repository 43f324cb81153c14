"""The German words that rules know: lists in `words.toml`, reporting verbs and their forms, nouns of roles."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def _lists() -> dict[str, str]:
    with (FOLDER / "words.toml").open("rb") as file:
        return tomllib.load(file)


def in_both_spellings(words: Iterable[str]) -> frozenset[str]:
    """`words`, and those with "ß" also as they are spelled in Switzerland ("gemäß", "gemäss")."""
    return frozenset(spelling for word in words for spelling in (word, word.replace("ß", "ss")))


def word_list(name: str) -> frozenset[str]:
    """The words of the list called `name`, in both spellings."""
    return in_both_spellings(_lists()[name].split())


def endings(name: str) -> tuple[str, ...]:
    """The same as `str.endswith` and `str.startswith` take them."""
    return tuple(sorted(word_list(name)))


def lines_of(file: Traversable) -> Iterator[str]:
    """The lines of a list, without empty ones and comments, which begin with "#"."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def two_columns(file: Traversable) -> dict[str, str]:
    """A table of two columns, which a tab parts: the second by the first."""
    return dict(line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
