"""The recipe of the block classifier: gold pages in, `blocks-*.npz` out, a file for each of the `FORESTS`.

What it learns from is told in `cleaning_samples.py`; further pages count less:
`further_pages.py` has some that are older and of other kinds. Needs LightGBM.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.cleaning.forest import FORESTS, Forest
from pipeline.cleaning.text_kind import text_row
from pipeline.training.cleaning_forest import arrays, kind_arrays
from pipeline.training.cleaning_samples import Sample, read_samples


def train(data: Sequence[Sample], forest: str) -> Forest:
    """A forest of one kind, from the samples that are read as that kind."""
    return Forest(_arrays(data, forest))


def export(data: Sequence[Sample], folder: Path) -> None:
    """Train all forests and write them where `pipeline.cleaning.forest.load` finds them."""
    for forest in FORESTS:
        np.savez_compressed(folder / f"blocks-{forest}.npz", **_arrays(data, forest))


def leave_out(data: Sequence[Sample], publishers: Collection[str]) -> dict[str, Forest]:
    """All forests, trained without some publishers' pages."""
    others = [sample for sample in data if sample.publisher not in publishers]
    return {forest: train(others, forest) for forest in FORESTS}


def run(gold: Path, further: Sequence[Path], folder: Path, *, report: Callable[[str], None]) -> None:
    """Train on gold files and write all forests into `folder`, saying what is done by `report`."""
    report(f"reading {', '.join(path.name for path in (gold, *further))}")
    data = read_samples(gold, further)
    report(f"training on {sum(len(sample.labels) for sample in data)} lines")
    folder.mkdir(parents=True, exist_ok=True)
    export(data, folder)
    report(f"wrote {', '.join(f'blocks-{forest}.npz' for forest in FORESTS)} to {folder}")


def _arrays(data: Sequence[Sample], forest: str) -> dict[str, Any]:
    chosen = [sample for sample in data if sample.markup == (forest in ("page", "news"))]
    if forest == "text-kind":
        known = [sample for sample in chosen if sample.newspaper is not None and len(sample.rows)]
        rows = np.concatenate([text_row(sample.rows) for sample in known])
        return kind_arrays(rows, np.array([sample.newspaper for sample in known], dtype=np.bool_))
    return arrays(
        forest,
        np.concatenate([sample.rows for sample in chosen]),
        np.concatenate([sample.labels for sample in chosen]),
        np.concatenate([sample.weights for sample in chosen]),
        np.concatenate([np.full(len(sample.labels), sample.gold) for sample in chosen]),
    )
