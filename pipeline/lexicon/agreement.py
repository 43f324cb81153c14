"""Which genders and cases a determiner and the endings of adjectives leave open.

An agreement is two letters: "m", "f", "n" for the singular, "p" for the plural, and the case "n", "g", "d", "a".
"""

import re

Agreements = frozenset[str]


def _set(text: str) -> Agreements:
    return frozenset(text.split())


EVERY: Agreements = frozenset(gender + case for gender in "mfnp" for case in "ngda")
PLURAL: Agreements = frozenset("p" + case for case in "ngda")
_DEFINITE = {
    "er": _set("mn fg fd pg"),
    "es": _set("nn na mg ng"),
    "em": _set("md nd"),
    "en": _set("ma pd"),
    "e": _set("fn fa pn pa"),
}
_DETERMINERS = {
    "der": _DEFINITE["er"],
    "des": _set("mg ng"),
    "dem": _DEFINITE["em"],
    "den": _DEFINITE["en"],
    "die": _DEFINITE["e"],
    "das": _set("nn na"),
    "ein": _set("mn nn na"),
    "eine": _set("fn fa"),
    "einer": _set("fg fd"),
    "eines": _set("mg ng"),
    "einem": _set("md nd"),
    "einen": _set("ma"),
    **dict.fromkeys(("zum", "vom", "beim", "im", "am"), _DEFINITE["em"]),
    "zur": _set("fd"),
    "ins": _set("na"),
    "ans": _set("na"),
}
_OWNERS = re.compile(r"(?:sein|ihr|unser|euer|eur|mein|dein|kein)(?P<ending>e[nmrs]?)?")
_OTHERS = re.compile(r"(?:dies|jen|jed|welch|beid|all|manch|mehrer|einig|viel|solch)(?P<ending>e[nmrs]?)")
_SEVERAL = re.compile(r"(?:beid|all|mehrer|einig|viel)e[nr]?")
_WEAK = {"e": _set("mn fn fa nn na"), "en": EVERY - _set("mn fn fa nn na")}
_STRONG = {
    "er": _set("mn fg fd pg"),
    "e": _set("fn fa pn pa"),
    "es": _set("nn na"),
    "em": _set("md nd"),
    "en": _set("ma mg ng pd"),
}
_MIXED = {"er": _set("mn"), "es": _set("nn na"), "e": _set("fn fa"), "en": _WEAK["en"]}
STRONG_NOMINATIVE = {"m": "er", "f": "e", "n": "es", "p": "e"}
"""Endings of an adjective in the nominative without a determiner."""


def after_determiner(word: str) -> Agreements | None:
    """What a determiner leaves open; None for a word that is none."""
    lower = word.lower()
    if lower in _DETERMINERS:
        return _DETERMINERS[lower]
    owner = _OWNERS.fullmatch(lower)
    if owner is not None:
        return _DEFINITE[owner["ending"]] - _set("na nn") if owner["ending"] else _set("mn nn na")
    other = _OTHERS.fullmatch(lower)
    if other is None:
        return None
    return _DEFINITE[other["ending"]] & (PLURAL if means_several(lower) else EVERY)


def means_several(determiner: str) -> bool:
    """Whether a determiner stands only before people or things in the plural: "beiden", "viele"."""
    return _SEVERAL.fullmatch(determiner.lower()) is not None


def after_adjective(ending: str, determiner: str | None) -> Agreements:
    """What an adjective's ending ("e", "en", "er", "es", "em") leaves open.

    `determiner` is "" if there is none ("britische Forscher" are several), and None if that is not known.
    """
    if not determiner:
        weak = _WEAK.get(ending, frozenset()) if determiner is None or ending != "e" else frozenset()
        return _STRONG[ending] | weak
    lower = determiner.lower()
    if (lower.startswith("ein") and not lower.startswith("einig")) or _OWNERS.fullmatch(lower):
        return _MIXED.get(ending, frozenset())
    return _WEAK.get(ending, frozenset()) | (_STRONG[ending] if _OTHERS.fullmatch(lower) else frozenset())
