"""Names for swapped articles: persons of many origins, towns, countries, companies, and what bodies are for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from random import Random

from pipeline.corpus.data import tables
from pipeline.entities.data import FOLDER as ENTITY_DATA

SIBILANTS = ("s", "ß", "x", "z", "ce", "S", "X", "Z")
"""How names end whose genitive is an apostrophe."""


def genitive(name: str) -> str:
    """The genitive of a name that is used without an article: "Tölkes", "Hinrichs’"."""
    return name + ("’" if name.endswith(SIBILANTS) else "s")


@cache
def adjectives() -> dict[str, str]:
    """The word for who or what belongs to a town, by the town."""
    return dict(pair.split("=") for pair in tables("names")["towns"]["adjectives"].split())


@cache
def given_names() -> dict[str, tuple[str, ...]]:
    """Given names by gender: `f`, `m`, `u` for both."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (ENTITY_DATA / "given_names.tsv").read_text(encoding="utf-8").splitlines():
        name, gender = line.split("\t")[:2]
        found[gender].append(name)
    return {gender: tuple(names) for gender, names in found.items()}


class NewNames:
    """Draws names none of whose words is among `taken`, and none twice; LookupError where there is none left.

    Args:
        chance: decides; the same state gives the same names.
        taken: words that the article has, folded.
    """

    def __init__(self, chance: Random, taken: Iterable[str]) -> None:
        self._chance = chance
        self._taken = set(taken)
        self._origins: list[str] = list(tables("names")["persons"])

    def origin(self) -> str:
        """Where a person's name comes from; four in ten are German."""
        return "german" if self._chance.random() < 0.4 else self._chance.choice(self._origins)

    def given(self, gender: str, origin: str) -> str:
        """A given name of a woman (`f`), a man (`m`) or either (any other)."""

        def draw() -> str:
            if gender not in {"f", "m"}:
                return self._chance.choice(given_names()["u"])
            if self._chance.random() < 0.3:
                return self._chance.choice(given_names()[gender])
            return self._part("persons", origin, gender)

        return self._free(draw)

    def family(self, origin: str, *, plural: bool) -> str:
        """A family name; one that can take an s where the article has the family's plural. Few are double names."""

        def draw() -> str:
            name = self._part("persons", origin, "family")
            return f"{self._part('persons', 'german', 'family')}-{name}" if self._chance.random() < 0.07 else name

        return self._free(draw, lambda name: not (plural and name.endswith(SIBILANTS)))

    def town(self) -> tuple[str, str]:
        """A town or a village that nobody knows, and the word for who belongs to it."""

        def draw() -> str:
            if self._chance.random() < 0.5:
                return self._chance.choice(list(adjectives()))
            return self._part("towns", "first") + self._part("towns", "last")

        name = self._free(draw)
        adjective = adjectives().get(name) or name + ("r" if name.endswith("e") else "er")
        self._taken.add(adjective.casefold())
        return name, adjective

    def country(self, group: str) -> str:
        """A country or federal state of a group of `names.toml`."""
        return self._free(lambda: self._part("countries", group))

    def company(self) -> str:
        """A company's name, used without an article."""

        def draw() -> str:
            name = self._part("bodies", "coined") + self._part("bodies", "ending")
            kind = self._chance.random()
            if kind < 0.5:
                return name
            if kind < 0.75:
                return f"{name} {self._part('bodies', 'branch')}"
            return f"{self._part('persons', self.origin(), 'family')} {self._part('bodies', 'partners', by='|')}"

        return self._free(draw)

    def purpose(self, word: str) -> str:
        """What stands behind the first word of a body's name: "für …" or "der …", as `word` says."""
        return f"{word} {self._free(lambda: self._part('bodies', 'for' if word == 'für' else 'of', by='|'))}"

    def _part(self, *path: str, by: str | None = None) -> str:
        listed = tables("names")
        for key in path[:-1]:
            listed = listed[key]
        words: str = listed[path[-1]]
        return self._chance.choice(words.split(by))

    def _free(self, draw: Callable[[], str], fits: Callable[[str], bool] | None = None) -> str:
        for _ in range(200):
            name = draw()
            words = {name.casefold(), *name.casefold().split(), *name.casefold().split("-")} - {"&", "und"}
            words |= {genitive(word) for word in words}
            if (fits is None or fits(name)) and not words & self._taken:
                self._taken |= words
                return name
        raise LookupError("the article has all the names there are")
