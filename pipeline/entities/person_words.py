"""Words around persons: titles, particles of surnames, given names with their gender."""

from functools import cache

from pipeline.entities.data import FOLDER
from pipeline.lexicon import two_columns, word_list
from schemas.records import Gender

GENDERED_TITLES: dict[str, Gender] = {
    **dict.fromkeys(word_list("masculine_titles"), "m"),
    **dict.fromkeys(word_list("feminine_titles"), "f"),
}
TITLES = frozenset(GENDERED_TITLES) | word_list("titles")
PARTICLES = word_list("surname_particles")


def is_particle(word: str) -> bool:
    """Whether `word` is a particle of surnames, as it is written or in small letters ("Zu Guttenberg")."""
    return word in PARTICLES or word.lower() in PARTICLES


@cache
def given_names() -> dict[str, str]:
    """Gender of given names: "m", "f" or "u" for both."""
    return two_columns(FOLDER / "given_names.tsv")


def is_given_name(word: str) -> bool:
    """Whether `word` is a given name, hyphenated ones by their parts ("Frank-Walter")."""
    names = given_names()
    if word in names:
        return True
    parts = word.split("-")
    return len(parts) > 1 and all(part in names for part in parts)


def gender_of_name(name: str) -> Gender | None:
    """Gender by the first given name in `name`; None where it is not known or both.

    The last of several words is a surname, whatever it looks like ("Kim Wagner"); so is a double name that only begins
    like a given name ("Wagner-Tölke").
    """
    words = name.split()
    for word in words[: min(2, max(1, len(words) - 1))]:
        double = len(words) > 1 or is_given_name(word)
        gender = given_names().get(word) or (given_names().get(word.split("-")[0]) if double else None)
        if gender == "m":
            return "m"
        if gender == "f":
            return "f"
    return None
