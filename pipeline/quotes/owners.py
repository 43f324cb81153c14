"""Whose somebody without a name is: "Anwalt von Anna Berg", "Sprecherin der Bundesnetzagentur"."""

from __future__ import annotations

import re

from pipeline.lexicon import word_list
from pipeline.lexicon.nouns import noun_readings
from schemas.records import Entity

_ORGANISATIONS = word_list("organisation_nouns") | word_list("organisation_parts")
_BEFORE = re.compile(r"(?<!, )\b(?:der|die|das|des|dem|im|vom|beim|zu[mr]) $", re.IGNORECASE)
"""An article, and no relative pronoun, right before a name."""
_LONGEST = 10
"""Code points before a name in which its article stands."""
_MOST = 100
"""How many mentions are looked at for an article before the name."""


def is_general(noun: str) -> bool:
    """Whether a noun in the genitive only says that there is an organisation: "Behörde", "Hauses"."""
    lower = noun.lower()
    return not _ORGANISATIONS.isdisjoint({lower, lower.removesuffix("s"), lower.removesuffix("es")})


def belonging(text: str, owner: Entity) -> str | None:
    """What says that somebody belongs to `owner`: "von Anna Berg", "der Bundesnetzagentur".

    None for an organisation of whose name `text` does not show the genitive, by an article before it.
    """
    if owner.type == "PER":
        return f"von {owner.name}"
    if owner.type != "ORG":
        return None
    for mention in owner.mentions[:_MOST]:
        before = _BEFORE.search(text[max(0, mention.begin - _LONGEST) : mention.begin])
        if mention.kind != "name" or before is None:
            continue
        genitive = _genitive(before[0].strip().lower(), mention.text, owner.name)
        if genitive is not None:
            return genitive
    return None


def _genitive(determiner: str, words: str, name: str) -> str | None:
    """The genitive of `name` where it stands as `words` behind a determiner, if no adjective of it declines."""
    if determiner == "des":
        return f"des {words}"
    first, *further = name.split()
    if words != name or (further and first.endswith("e")):
        return None
    if determiner in {"die", "zur"} or (determiner == "der" and _only_feminine(first)):
        return f"der {name}"
    if further or determiner == "der":
        return None
    if name.isupper():
        return f"des {name}"
    return None if name.endswith(("ss", "ß", "x", "z")) else f"des {name}{'es' if name.endswith('s') else 's'}"


def _only_feminine(noun: str) -> bool:
    readings = noun_readings(noun.rsplit("-", 1)[-1])
    return bool(readings) and all(reading.agreement[0] == "f" for reading in readings)
