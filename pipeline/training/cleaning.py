"""The recipe of the line classifiers: gold pages in; out comes a file for each of the `FORESTS` (`blocks-*.npz`), for
the network (`lines-text.npz`), and for the vectors of words (`words.npz`).

What it learns from is told in `cleaning_samples.py`; further pages count less:
`further_pages.py` has some that are older and of other kinds. Needs LightGBM, PyTorch and wordfreq.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.cleaning.classifier import Classifiers
from pipeline.cleaning.forest import FORESTS, Forest
from pipeline.cleaning.line_network import LineNetwork
from pipeline.cleaning.line_vectors import LineVectors
from pipeline.cleaning.text_kind import text_row
from pipeline.training import line_network, line_vectors
from pipeline.training.cleaning_forest import arrays, kind_arrays
from pipeline.training.cleaning_samples import WRITTEN, Sample, read_samples


def train(data: Sequence[Sample], name: str) -> Forest:
    """The trees of one name, from the samples that are read as that kind."""
    return Forest(_forest(data, name))


def export(data: Sequence[Sample], folder: Path) -> None:
    """Train all trees and the network, and write them where those of `pipeline.cleaning` are loaded from."""
    for name in FORESTS:
        np.savez_compressed(folder / f"blocks-{name}.npz", **_forest(data, name))
    np.savez_compressed(folder / "lines-text.npz", **_network(data))


def leave_out(data: Sequence[Sample], publishers: Collection[str], vectors: LineVectors) -> Classifiers:
    """All of them, trained without some publishers' pages; written pages are nobody's, and always among the rest."""
    others = [sample for sample in data if sample.publisher == WRITTEN or sample.publisher not in publishers]
    forests = {name: train(others, name) for name in FORESTS}
    network = LineNetwork(_network(others))
    return Classifiers(forests.__getitem__, lambda: network, lambda: vectors)


def run(gold: Path, further: Sequence[Path], written: Path, folder: Path, *, report: Callable[[str], None]) -> None:
    """Train on gold files and write all files into `folder`, saying what is done by `report`."""
    folder.mkdir(parents=True, exist_ok=True)
    report(f"reading {', '.join(path.name for path in (gold, *further))}")
    words = line_vectors.arrays()
    data = read_samples(gold, further, written, LineVectors(words))
    report(f"training on {sum(len(sample.labels) for sample in data)} lines")
    np.savez_compressed(folder / "words.npz", **words)
    export(data, folder)
    made = [*(f"blocks-{name}.npz" for name in FORESTS), "lines-text.npz", "words.npz"]
    report(f"wrote {', '.join(made)} to {folder}")


def _network(data: Sequence[Sample]) -> dict[str, Any]:
    return line_network.arrays([sample for sample in data if not sample.markup])


def _forest(data: Sequence[Sample], name: str) -> dict[str, Any]:
    markup = name in ("page", "news")
    chosen = [sample for sample in data if sample.markup == markup and sample.publisher != WRITTEN]
    if name == "text-kind":
        known = [sample for sample in chosen if sample.newspaper is not None and len(sample.rows)]
        rows = np.concatenate([text_row(sample.rows) for sample in known])
        return kind_arrays(rows, np.array([sample.newspaper for sample in known], dtype=np.bool_))
    return arrays(
        name,
        np.concatenate([sample.rows for sample in chosen]),
        np.concatenate([sample.labels for sample in chosen]),
        np.concatenate([sample.weights for sample in chosen]),
        np.concatenate([np.full(len(sample.labels), sample.gold) for sample in chosen]),
    )
