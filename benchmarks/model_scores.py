"""Rows for the tables of docs/models.md: how well models find names, and their size.

    python -m benchmarks.model_scores DATA [--entities NAME ...]

A NAME is a value of REDEFLUSS_MODEL_DE: one of the project's models, or the folder of another. Entities are scored on
the fifth of GermEval 2014 and SmartData that no recipe learns from. Quotes are scored by `redefluss evaluate quotes`.
What models cost is measured by `python -m benchmarks.models`.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.evaluation import entities
from pipeline.models import load_pipeline
from pipeline.models.catalogue import MODELS, ShippedModel
from pipeline.training.annotated_names import held_out, read

ENTITY_FILES = ("ner/germeval-2014.jsonl.gz", "ner/smartdata-de.jsonl.gz")


def size(name: str, models: Mapping[str, ShippedModel]) -> str:
    """Megabytes of a model's files; those in another folder without checkpoints and the table of pieces."""
    if name in models:
        total = models[name].size
    else:
        total = sum(path.stat().st_size for path in Path(name).rglob("*") if path.is_file() and path.suffix != ".pt")
    return f"{total / 1e6:.1f}"


def percent(f1: float, interval: tuple[float, float]) -> str:
    """F1 × 100 with its interval."""
    return f"{100 * f1:.1f} ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})"


def row(*cells: str) -> None:
    """A row of a Markdown table."""
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def entity_row(name: str, data: Path) -> None:
    """Scores and size of an entity model."""
    nlp = load_pipeline(name)
    cells = []
    for file in ENTITY_FILES:
        documents = [document for document in read(data / file) if held_out(document)]
        found = entities.report(documents, entities.predict(documents, nlp))
        cells.append(percent(found.scores["all"].f1, found.interval))
    row(name, *cells, size(name, MODELS))


def main() -> None:
    """Score what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--entities", nargs="*", default=[], metavar="NAME")
    arguments = parser.parse_args()
    if arguments.entities:
        row("entities", "GermEval 2014", "SmartData", "MB")
    for name in arguments.entities:
        entity_row(name, arguments.data)


if __name__ == "__main__":
    main()
