"""The forms in which a name of the gazetteer stands in a text: its cases, and how it is spelled elsewhere."""

import re
from collections.abc import Iterator

from pipeline.entities.words import WORD

_SECOND_ADJECTIVE = re.compile(r"^([A-ZÄÖÜ]\w{2,}?)(er|es|e)$")
_ADJECTIVE = re.compile(r"^([A-ZÄÖÜ][\w-]{3,}?)(er|es|e)$")


def name_parts(name: str) -> tuple[str, ...]:
    """The words of a name."""
    return tuple(WORD.findall(name))


def spellings(name: str) -> Iterator[str]:
    """How `name` is written elsewhere: with "ss" for "ß" in Switzerland, with "Uno-" or "UNO-" for "UN-"."""
    if "ß" in name:
        yield name.replace("ß", "ss")
    if name.startswith("UN-"):
        yield from ("Uno-" + name[3:], "UNO-" + name[3:])


def case_forms(base: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """`base` and its other cases: genitive s at the end, endings of leading adjectives and of a leading noun."""
    if not base:
        return
    yield base
    yield from _leading_noun(base)
    last = base[-1]
    endings = [last]
    if last[-1] not in "sxzß" and not last[-1].isdigit():
        endings += [last + "s"]
    if last[-1] in "sdtklhngf" and len(last) > 3 and last[-2:] != "en":
        endings += [last + "es"]
    if len(base) > 1 and last.lower().endswith(
        ("bund", "amt", "rat", "hof", "fonds", "dienst", "kreuz", "tag", "parlament")
    ):
        endings += [last + "es", last + "s", last + "e"]
    if len(base) == 1 and last.endswith("lande"):
        endings += [last + "n"]
    adjective = _ADJECTIVE.match(base[0])
    firsts = [base[0]]
    if len(base) > 1 and adjective is not None:
        firsts = [adjective.group(1) + ending for ending in ("e", "er", "en", "es", "em")]
    second = _SECOND_ADJECTIVE.match(base[1]) if len(base) > 2 and len(firsts) > 1 else None
    for first in firsts:
        middle = base[1:-1]
        if second is not None and adjective is not None:  # "des Deutschen Roten Kreuzes"
            middle = (second.group(1) + first.removeprefix(adjective.group(1)), *base[2:-1])
        for ending in endings:
            if len(base) == 1:
                yield (ending,)
            else:
                yield (first, *middle, ending)
    plural = re.match(r"^\w+(?:e|er)$", last) if len(base) == 2 and adjective is not None else None
    if plural is not None:
        yield (adjective.group(1) + "en" if adjective else base[0], last + "n")


def _leading_noun(base: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The genitive of a name that begins with its noun: "des Verbands der Chemischen Industrie"."""
    if len(base) > 1 and base[1].islower():
        yield from ((base[0] + ending, *base[1:]) for ending in ("s", "es"))
