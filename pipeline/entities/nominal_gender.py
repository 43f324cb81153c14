"""Whether article and noun can mean one person, and of which gender."""

import re
from typing import Literal

from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.referents import demonym
from pipeline.entities.roles_lexicon import RoleWord, role_word
from schemas.records import Gender

AGED = re.compile(r"^(?P<years>\d{1,3})-?[Jj]ährige[rnms]?$")
GenderReading = Gender | Literal["either"] | None
"""Gender of the one person that is meant; None if it is nobody or several."""


def nominal_gender(article: str, word: str, gazetteer: Gazetteer) -> GenderReading:
    """How "der" + "Ministerin" and the like can be read. `article` in lower case."""
    if AGED.match(word):
        return _aged(article, word)
    role = role_word(word)
    if role is not None:
        return _role(article, word, role)
    known = demonym(word, gazetteer) is not None or _townsman(word, gazetteer)
    return _demonym(article, word) if known else None


def _townsman(word: str, gazetteer: Gazetteer) -> bool:
    """Whether a word is somebody from a town or a state: "Hamburger", "Dortmunderin"."""
    stem = word.removesuffix("in").removesuffix("er")
    if stem == word or not word.removesuffix("in").endswith("er"):
        return False
    known = (gazetteer.look_up(stem + ending) for ending in ("", "e", "en"))
    return any(place is not None and place.entry.type == "LOC" for place in known)


def _aged(article: str, word: str) -> GenderReading:
    if article in ("die", "diese"):
        return None if word.endswith("n") else "f"
    masculine = article in ("dem", "den", "des", "diesem", "diesen", "dieses") or (
        article == "der" and word.endswith("e")
    )
    return "m" if masculine else "either"


def _role(article: str, word: str, role: RoleWord) -> GenderReading:
    feminine = article in ("die", "diese")
    if not role.singular or word.endswith("innen"):
        return None
    if role.gender == "f":
        return "f" if article in ("die", "der", "diese", "dieser") else None
    if role.gender is None:
        if feminine:
            return "f" if word.endswith("e") else None
        if article == "den" and word.endswith("n"):
            return None  # "den Angehörigen" are several far more often than one
        return "either" if article == "das" else "m"
    # "den Patienten" is a plural far more often than not.
    return None if feminine or article == "das" or (article == "den" and word.endswith("n")) else "m"


def _demonym(article: str, word: str) -> GenderReading:
    if word.endswith("in"):
        return "f" if article in ("die", "der", "diese", "dieser") else None
    if article in ("der", "dieser"):
        return None if word.endswith("n") else "m"
    return "m" if article in ("dem", "diesem") else None
