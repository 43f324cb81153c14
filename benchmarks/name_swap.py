"""Who is found less well: the same sentences with other people in them.

    python -m benchmarks.name_swap DATA [--entities NAME ...]

DATA holds the corpora that the entity models learn from; the sentences are those of GermEval 2014 and SmartData that no
recipe learns from, and that name someone by given name and surname.
"""

import argparse
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from benchmarks.model_scores import ENTITY_FILES
from pipeline.evaluation.entities import GoldDocument
from pipeline.models import load_pipeline
from pipeline.training.annotated_names import held_out, read

NAMES = Path(__file__).with_name("names.toml")


@dataclass(frozen=True)
class SwapResult:
    """How many names of a group were put into sentences, and how many of them were found whole and as people."""

    group: str
    names: int
    found: int

    @property
    def recall(self) -> float:
        return self.found / self.names if self.names else 0.0


def swap_names(documents: Sequence[GoldDocument], nlp: Language) -> list[SwapResult]:
    """Recall by group of names, on the sentences of `documents` that name someone by given name and surname.

    The first such name of a sentence is replaced by each group in turn, so that every group meets the same sentences.
    """
    lists = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    sentences = [(document.text, mention) for document in documents if (mention := _full_name(document)) is not None]
    results = []
    for group, names in lists.items():
        found = 0
        for number, (text, (begin, end)) in enumerate(sentences):
            given, family = names["given"], names["family"]
            name = f"{given[number % len(given)]} {family[number // len(given) % len(family)]}"
            people = {
                (s.start_char, s.end_char) for s in nlp(text[:begin] + name + text[end:]).ents if s.label_ == "PER"
            }
            found += (begin, begin + len(name)) in people
        results.append(SwapResult(group, len(sentences), found))
    return results


def _full_name(document: GoldDocument) -> tuple[int, int] | None:
    for begin, end, kind in document.mentions:
        if kind == "PER" and len(document.text[begin:end].split()) == 2:
            return begin, end
    return None


def main() -> None:
    """Print a line for every model and group."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--entities", nargs="+", default=["redefluss"], metavar="NAME")
    arguments = parser.parse_args()
    documents = [document for file in ENTITY_FILES for document in read(arguments.data / file) if held_out(document)]
    for name in arguments.entities:
        for result in swap_names(documents, load_pipeline(name)):
            sys.stdout.write(f"{name}, {result.group}: {100 * result.recall:.1f} % of {result.names}\n")


if __name__ == "__main__":
    main()
