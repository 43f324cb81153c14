"""German verbs by their forms: which words report speech, and which forms show that somebody else is speaking.

The verbs stand in tables (`reporting.tsv`, `strong.tsv`, `common_verbs.txt`). Their forms are made from their paradigms
when the module is first used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipeline.lexicon import FOLDER, in_both_spellings, lines_of
from pipeline.lexicon.words import NOT_SUBJUNCTIVE
from schemas.records import Medium

FormKind = Literal["finite", "participle", "infinitive", "zu"]
_INSEPARABLE = ("be", "emp", "ent", "er", "ge", "miss", "ver", "zer", "hinter", "über", "unter", "wider", "wieder")
_STRESSED = ("unterrichten", "überlegen", "wiederholen")


@dataclass(frozen=True, slots=True)
class Verb:
    """A reporting verb.

    `particle` is the part that stands apart in a main clause ("mit" of "mitteilen"), else "". It always stands apart
    where `apart` is True ("deutlich machen"). `takes` is what the verb takes, by the letters in `reporting.tsv`.
    """

    lemma: str
    particle: str
    medium: Medium
    takes: str
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One way a word can be read: a form of `verb`. `joined` is True where the particle is part of the word."""

    verb: Verb
    kind: FormKind
    joined: bool
    subjunctive: bool = False


@cache
def _strong() -> dict[str, tuple[str, str, str, str]]:
    rows = (line.split("\t") for line in lines_of(FOLDER / "strong.tsv"))
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def _base(verb: str) -> tuple[str, str]:
    """Prefix and base of a verb whose base is in the table of strong verbs ("ver", "sprechen"); else ("", verb)."""
    if verb in _strong():
        return "", verb
    for prefix in sorted(_INSEPARABLE, key=len, reverse=True):
        if verb.startswith(prefix) and verb[len(prefix) :] in _strong() and verb not in _STRESSED:
            return prefix, verb[len(prefix) :]
    return "", verb


def _stem(infinitive: str) -> str:
    return infinitive[:-2] if infinitive.endswith(("en",)) else infinitive[:-1]


def _epenthesis(stem: str) -> str:
    consonant_nasal = len(stem) > 2 and stem[-1] in "mn" and (stem[-2] not in "aeiouäöülrhmn" or stem[-3:-1] == "ch")
    return "e" if stem.endswith(("t", "d")) or consonant_nasal else ""


def _inflected(verb: str) -> tuple[list[str], list[str], list[str], str]:
    """Indicative forms, Konjunktiv I and II forms (3rd person), and the participle of a verb without its particle."""
    prefix, base = _base(verb)
    stem = _stem(verb)
    first = stem[:-1] + "re" if stem.endswith("er") else (stem[:-2] + "le" if stem.endswith("el") else stem + "e")
    if base == "sein":
        return ["ist", "sind", "war", "waren", "bin"], ["sei", "seien"], ["wäre", "wären"], "gewesen"
    if base in _strong():
        present, past, participle, second = _strong()[base]
        weak_past = past.endswith("te")
        pasts = [past, past + "n"] if weak_past else [past, past + ("n" if past.endswith("ie") else "en")]
        indicative = [present, base, *pasts, _stem(base) + "e"]
        if not weak_past:
            indicative.append(past + "t")
        done = participle
        if prefix:
            done = prefix + (participle[2:] if participle.startswith("ge") and base != "geben" else participle)
            if participle == "gegeben":
                done = prefix + "geben"
        return (
            [prefix + form for form in indicative],
            [first],
            [prefix + second, prefix + second + "n"],
            done,
        )
    e = _epenthesis(stem)
    indicative = [stem + e + "t", verb, stem + e + "te", stem + e + "ten", first]
    unstressed = verb.endswith("ieren") or any(verb.startswith(p) and len(verb) > len(p) + 3 for p in _INSEPARABLE)
    participle = stem + e + "t" if unstressed else "ge" + stem + e + "t"
    return indicative, [first], [], participle


def _reporting_verbs() -> Iterator[tuple[Verb, str]]:
    """The reporting verbs with their base ("teilen" of "mitteilen")."""
    for line in lines_of(FOLDER / "reporting.tsv"):
        name, medium, takes = line.split("\t")
        apart = "~" in name
        particle, _, base = name.rpartition("~" if apart else "|")
        lemma = f"{particle} {base}" if apart else particle + base
        yield Verb(lemma, particle, medium, takes, apart), base  # type: ignore[arg-type]


@cache
def reporting_forms() -> dict[str, tuple[Form, ...]]:
    """Lower-case word forms of the reporting verbs."""
    table: dict[str, list[Form]] = {}
    for verb, base in _reporting_verbs():
        prefix = "" if verb.apart else verb.particle
        indicative, first, second, participle = _inflected(base)
        whole = not verb.particle
        entries = [(form, Form(verb, "finite", whole)) for form in indicative]
        entries += [(form, Form(verb, "finite", whole, True)) for form in (*first, *second)]
        if prefix:
            entries += [(prefix + form, Form(verb, "finite", True)) for form in indicative]
            entries += [(prefix + form, Form(verb, "finite", True, True)) for form in (*first, *second)]
            entries.append((f"{prefix}zu{base}", Form(verb, "zu", True)))
        entries.append((prefix + participle, Form(verb, "participle", not verb.apart)))
        entries.append((prefix + base, Form(verb, "infinitive", not verb.apart)))
        for form, entry in entries:
            known = table.setdefault(form, [])
            if entry not in known:
                known.append(entry)
    return {spelling: tuple(table[form]) for form in table for spelling in in_both_spellings([form])}


def _verbs() -> set[str]:
    """The infinitives of all verbs in the tables."""
    verbs = {verb for line in lines_of(FOLDER / "common_verbs.txt") for verb in line.split()}
    verbs |= set(_strong()) | {base for _, base in _reporting_verbs()}
    return verbs | {verb.lemma for verb, _ in _reporting_verbs() if not verb.apart}


@cache
def plural_forms() -> frozenset[str]:
    """Third person plurals in present and past ("sterben", "starben"), none that can be an attribute ("bekannten")."""
    found: set[str] = set()
    for verb in _verbs():
        indicative, _, _, participle = _inflected(verb)
        found |= {form for form in indicative if form.endswith("n") and form != participle + "en"}
    return in_both_spellings(found)


@cache
def subjunctive_first() -> frozenset[str]:
    """Konjunktiv I forms of the third person that are no indicative ones."""
    found = {"sei", "seien", "tue"}
    for verb in _verbs():
        stem = _stem(verb)
        if verb in {"sein", "tun"}:
            continue
        forms = {stem + "e"}
        if verb.endswith("eln"):
            forms.add(stem[:-2] + "le")
        found |= forms - NOT_SUBJUNCTIVE
    return in_both_spellings(found)


@cache
def subjunctive_second() -> frozenset[str]:
    """Konjunktiv II forms of the third person that are no indicative ones."""
    found = {"würde", "würden", "hätte", "hätten", "wäre", "wären"}
    for verb, (_, past, _, second) in _strong().items():
        if second != past and verb not in {"mögen", "zeihen", "fahren", "dringen", "fechten"}:
            found.add(second)
            if second + "n" != past + "en":
                found.add(second + "n")
    return in_both_spellings(found)
