"""Words around persons: titles, particles of surnames, given names with their gender."""

from functools import cache
from typing import Literal

from pipeline.entities.data import FOLDER

Gender = Literal["m", "f"]

GENDERED_TITLES: dict[str, Gender] = {
    "Herr": "m",
    "Herrn": "m",
    "Frau": "f",
    "Monsieur": "m",
    "Madame": "f",
    "Mister": "m",
    "Mr": "m",
    "Mrs": "f",
    "Ms": "f",
    "Lord": "m",
    "Lady": "f",
    "Sir": "m",
    "Dame": "f",
    "Don": "m",
    "Bruder": "m",
    "Schwester": "f",
}
TITLES = frozenset(
    {
        *GENDERED_TITLES,
        "Dr",
        "Prof",
        "Professor",
        "Professorin",
        "Doktor",
        "PD",
        "Dipl",
        "Dipl.-Ing",
        "Ing",
        "Mag",
        "med",
        "jur",
        "phil",
        "rer",
        "nat",
        "pol",
        "oec",
        "h.c",
        "hc",
        "Dr.-Ing",
        "Prof.Dr",
        "Pater",
        "Dres",
        "Univ",
        "Univ.-Prof",
        "B.A",
        "M.A",
        "Familie",
        "Ehepaar",
    }
)
NOBLE = frozenset(
    {"Freiherr", "Freifrau", "Graf", "Gräfin", "Baron", "Baronin", "Prinz", "Prinzessin", "Fürst", "Fürstin", "Edler"}
)
"""Titles that stand within a name, between given names and "von"."""
PARTICLES = frozenset(
    {
        "von",
        "van",
        "de",
        "der",
        "den",
        "zu",
        "zum",
        "zur",
        "vom",
        "dem",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "do",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "ter",
        "ten",
        "te",
        "af",
        "av",
        "und",
        "y",
        "Van",
        "De",
        "Von",
        "Di",
        "Del",
        "La",
        "Le",
        "El",
        "Al",
        "Mac",
        "Da",
        "Dos",
        "Du",
        "Ben",
        "Bin",
        "Abu",
        "Ibn",
        "Ter",
    }
)


@cache
def given_names() -> dict[str, str]:
    """Gender of given names: "m", "f" or "u" for both."""
    with (FOLDER / "given_names.tsv").open(encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split("\t") for line in lines)


def is_given_name(word: str) -> bool:
    """Whether `word` is a given name, hyphenated ones by their parts ("Frank-Walter")."""
    names = given_names()
    if word in names:
        return True
    parts = word.split("-")
    return len(parts) > 1 and all(part in names for part in parts)


def gender_of_name(name: str) -> Gender | None:
    """Gender by the first given name in `name`; None where it is not known or both."""
    for word in name.split()[:2]:
        gender = given_names().get(word) or given_names().get(word.split("-")[0])
        if gender == "m":
            return "m"
        if gender == "f":
            return "f"
    return None
