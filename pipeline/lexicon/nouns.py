"""Nouns by their endings: gender, number, case, and the same noun in the nominative.

The endings were learned from the German Wiktionary (`pipeline.training.noun_endings`), so that compounds and
nouns which no list has are read by their last part: "Wattenmeersekretariats" as "Sekretariats".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.lexicon import FOLDER, two_columns

FILE = FOLDER / "noun_endings.tsv"
LONGEST_ENDING = 12
"""Letters of an ending that are looked at."""
WHOLE = "^"
"""Stands in front of what is a whole word and no ending."""
ADJECTIVAL = "A"
"""Reading of a noun that declines like an adjective: "Abgeordnete"."""


@dataclass(frozen=True, slots=True)
class NounReading:
    """One way to read a form. `agreement` is its gender ("m", "f", "n") or "p" for the plural and its case ("n", "g",
    "d", "a"): "mg" for "des Rates". `nominative` is the form that it has in the nominative of the same number."""

    agreement: str
    nominative: str


@cache
def _endings() -> dict[str, str]:
    return two_columns(FILE)


def by_ending(noun: str, endings: Mapping[str, str]) -> str:
    """The readings of a noun in lower case in the notation of the file: those of itself, else of its longest ending."""
    whole = endings.get(WHOLE + noun)
    if whole is not None:
        return whole
    lengths = range(min(len(noun), LONGEST_ENDING), -1, -1)
    return next((found for n in lengths if (found := endings.get(noun[len(noun) - n :])) is not None), "")


def _analysis(noun: str) -> str:
    return by_ending(noun.lower(), _endings())


@lru_cache(maxsize=4096)
def noun_readings(noun: str) -> tuple[NounReading, ...]:
    """The ways to read `noun`; none where it declines like an adjective."""
    found = []
    for reading in _analysis(noun).split():
        if reading != ADJECTIVAL:
            ending, _, base = reading[2:].partition(">")
            if noun.lower().endswith(ending) and len(noun) > len(ending) + 1:
                found.append(NounReading(reading[:2], noun[: len(noun) - len(ending)] + base))
    return tuple(found)


def adjectival(noun: str) -> bool:
    """Whether a noun declines like an adjective: "der Abgeordnete", "ein Abgeordneter"."""
    return ADJECTIVAL in _analysis(noun).split()
