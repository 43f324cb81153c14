"""Rows for the tables of docs/models.md: how well models find names and quotes, and their size.

    python -m benchmarks.model_scores DATA [--entities NAME ...] [--quotes NAME ...]

A NAME is a value of REDEFLUSS_MODEL_DE or REDEFLUSS_QUOTE_MODEL: one of the project's models, or the folder of another.
Entities are scored on the fifth of GermEval 2014 and SmartData that no recipe learns from, quotes on `quotes/dev`; a
trained quote model is scored alone too, without the rules. What they cost is measured by `python -m benchmarks.models`.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.config import PipelineConfig
from pipeline.evaluation import entities, quotes
from pipeline.models import load_pipeline
from pipeline.models.catalogue import DATA, MODELS, QUOTE_MODELS, ShippedModel
from pipeline.quotes import QuoteExtractor
from pipeline.training.entity_data import held_out, read

ENTITY_FILES = ("ner/germeval-2014.jsonl.gz", "ner/smartdata-de.jsonl.gz")
QUOTE_ROWS = ("quote", "speaker", "joint", "type")


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


def quote_rows(name: str, data: Path) -> None:
    """Scores and size of a quote model: alone if it is a trained one, then as it is used."""
    ways = {name: QuoteExtractor(PipelineConfig(quote_model=name)).candidates}
    if name != "rules":
        from pipeline.quotes.learned.model import LearnedQuotes

        ways = {f"{name}, alone": LearnedQuotes(DATA / "quotes" if name in QUOTE_MODELS else Path(name)), **ways}
    documents = quotes.read_gold(data / "quotes" / "dev.jsonl.gz")
    for way, find in ways.items():
        found = quotes.report(documents, quotes.predict(documents, find))
        cells = [percent(found.scores[one].f1, found.intervals[one]) for one in QUOTE_ROWS]
        direct = " / ".join(f"{100 * found.by_type['Direct'][one].f1:.1f}" for one in QUOTE_ROWS[:2])
        row(way, *cells, direct, size(name, QUOTE_MODELS))


def main() -> None:
    """Score what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--entities", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--quotes", nargs="*", default=[], metavar="NAME")
    arguments = parser.parse_args()
    if arguments.entities:
        row("entities", "GermEval 2014", "SmartData", "MB")
    for name in arguments.entities:
        entity_row(name, arguments.data)
    if arguments.quotes:
        row("quotes", *QUOTE_ROWS, "direct alone: quote / speaker", "MB")
    for name in arguments.quotes:
        quote_rows(name, arguments.data)


if __name__ == "__main__":
    main()
