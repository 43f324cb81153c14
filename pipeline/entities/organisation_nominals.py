"""Which organisation "die Landesregierung", "die Behörde" and "das Ministerium" mean."""

import re
from collections.abc import Sequence

from pipeline.entities.referents import Referent
from pipeline.entities.registry import REFERENCE_RULES
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset

_ORGANISATION_NOUNS = word_list("organisation_nouns")


def organisation_of_nominal(
    words: TextWords, noun: str, begin: CharOffset, referents: Sequence[Referent]
) -> Referent | None:
    """The organisation that "die Landesregierung" or "die Behörde" means: by its name, else the one last mentioned."""
    if not REFERENCE_RULES["organisation-nominal"].on:
        return None
    lowered = noun.lower().removesuffix("s") if len(noun) > 5 else noun.lower()
    named = [
        r
        for r in referents
        if r.type == "ORG"
        and any(part.endswith(lowered) for part in re.split(r"[\s-]", r.name.lower()))
        and len(lowered) > 3
    ]
    named = named or [r for r in referents if r.type == "ORG" and _called(words, r, noun)]
    if named:
        return max(named, key=lambda r: (p.begin if (p := r.last_before(begin)) else -1, -r.number))
    if lowered not in _ORGANISATION_NOUNS:
        return None
    near = [(p.begin, r) for r in referents if r.type == "ORG" and (p := r.last_before(begin)) is not None]
    near = [(b, r) for b, r in near if words.sentence(begin) - words.sentence(b) <= 2 and words.text[b - 1 : b] != "("]
    if lowered == "ministerium":
        near = [(b, r) for b, r in near if "minister" in r.name.lower() or r.name == "Auswärtiges Amt"]
    return max(near, key=lambda pair: pair[0])[1] if near else None


def _called(words: TextWords, candidate: Referent, noun: str) -> bool:
    """Whether the text says what the organisation is right before its name ("die Gewerkschaft Komba")."""
    indices = (words.at(place.begin) for place in candidate.mentions if place.kind == "name")
    return any(
        index and words.words[index - 1].text == noun and words.gap(index - 1, index) == " " for index in indices
    )
