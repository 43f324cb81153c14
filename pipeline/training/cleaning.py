"""The recipe of the block classifier: gold pages in, `blocks-page.npz` and `blocks-text.npz` out.

Every page is read as its HTML, as its visible text, as what an extractor left,
and as its gold text alone; a line's label is whether its words stand in the
gold paragraphs. HTML, visible and extracted text come once more as another
site might have them: with runs of lines left out, and without some of the
markup's hints or of what the page says about itself. Needs LightGBM.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.features import features, names
from pipeline.cleaning.forest import Forest
from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.page_features import Context
from pipeline.cleaning.reading import read_article
from pipeline.cleaning.rules import Reading
from pipeline.evaluation.gold import read_pages

_SEEDS = (1, 2, 3)
_COMMON = {
    "objective": "binary",
    "learning_rate": 0.06,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
# Pages have the more telling features, so that random thresholds and bigger trees pay there.
_PARAMETERS = {
    "page": {"num_leaves": 16, "max_depth": 7, "min_data_in_leaf": 8, "lambda_l2": 4, "extra_trees": True},
    "text": {"num_leaves": 10, "max_depth": 6, "min_data_in_leaf": 15, "lambda_l2": 8, "path_smooth": 10},
}
_ROUNDS = {"page": 260, "text": 240}
_GOLD_SHARE = 0.6
_CLEAN_TEXT_WEIGHT = 0.5
_LEFT_OUT = 0.5
_MOST_LEFT_OUT = {0: 1.0, 1: 0.6}
_WITHOUT_WITNESS = 0.4
_WITHOUT_HINT = 0.25
_WITHOUT_GAPS = 0.3
_PIECE = 4


@dataclass(frozen=True)
class Sample:
    """One reading of a page: features, labels and weights of its lines.

    Attributes:
        publisher: host of the page's URL.
        forest: "page" or "text".
    """

    publisher: str
    forest: str
    rows: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]


def samples(page: dict[str, Any]) -> Iterator[Sample]:
    """All readings of a gold page."""
    random = np.random.default_rng(len(page["html"]))
    clean = "\n\n".join(page["gold"])
    for text in (clean, f"{page['title'].strip()}\n\n{clean}"):
        yield _sample(page, _read(None, text), _CLEAN_TEXT_WEIGHT)
    for source in ("html", "page_text", "extracted_text"):
        reading = _read(page["html"], None) if source == "html" else _read(None, page[source])
        yield _sample(page, reading, 1.0)
        yield _sample(page, _altered(reading, page, random), 1.0)


@dataclass(frozen=True)
class _Reading:
    lines: list[Line]
    readings: list[Reading]
    context: Context


def _read(html: str | None, text: str | None) -> _Reading:
    article = read_article(html=html, text=text, title=None)
    chosen = article.undecided()
    return _Reading(
        [article.lines[number] for number in chosen], [article.readings[number] for number in chosen], article.context
    )


def _altered(reading: _Reading, page: dict[str, Any], random: np.random.Generator) -> _Reading:
    """The page as another site might have it."""
    kept = _kept(_labels(reading.lines, page), random)
    lines = [reading.lines[number] for number in kept]
    context = reading.context
    if lines and lines[0].markup is None:
        if random.random() < _WITHOUT_GAPS:
            lines = [replace(line, gap=False) for line in lines]
    else:
        context = replace(
            context,
            body="" if random.random() < _WITHOUT_WITNESS else context.body,
            extracted="" if random.random() < _WITHOUT_WITNESS else context.extracted,
        )
        marks = [line.markup for line in lines if line.markup is not None]
        hints = sorted({hint for mark in marks for hint in mark.near | mark.far})
        gone = frozenset(hint for hint in hints if random.random() < _WITHOUT_HINT)
        marks = [replace(mark, near=mark.near - gone, far=mark.far - gone) for mark in marks]
        lines = [replace(line, markup=mark) for line, mark in zip(lines, marks, strict=True)]
    return _Reading(lines, [reading.readings[number] for number in kept], context)


def _kept(labels: npt.NDArray[np.int32], random: np.random.Generator) -> list[int]:
    """The lines that stay: of every run of lines with one label a part may be left out."""
    kept = np.ones(len(labels), dtype=bool)
    for run in np.split(np.arange(len(labels)), np.flatnonzero(np.diff(labels)) + 1):
        if len(run) and random.random() < _LEFT_OUT:
            size = round(random.random() * _MOST_LEFT_OUT[int(labels[run[0]])] * len(run))
            start = int(random.integers(0, len(run) - size + 1))
            kept[run[start : start + size]] = False
    return [int(number) for number in np.flatnonzero(kept)]


def _sample(page: dict[str, Any], reading: _Reading, weight: float) -> Sample:
    lines = reading.lines
    sizes = np.array([len(line.words) for line in lines], dtype=np.float64)
    shares, even = (sizes + 2) / max(1.0, sizes.sum()), np.sqrt(sizes + 1)
    return Sample(
        urlsplit(page["url"]).netloc,
        "page" if lines and lines[0].markup is not None else "text",
        features(lines, reading.readings, reading.context),
        _labels(lines, page),
        50 * weight * (shares + even / even.sum()),
    )


def _labels(lines: Sequence[Line], page: dict[str, Any]) -> npt.NDArray[np.int32]:
    gold = [words_of(line_text(paragraph)) for paragraph in page["gold"]]
    return np.array([_in_gold(line.words, gold) for line in lines], dtype=np.int32)


def train(data: Sequence[Sample], forest: str) -> Forest:
    """A forest of one kind, from the samples of that kind."""
    return Forest(_arrays(data, forest))


def export(data: Sequence[Sample], folder: Path) -> None:
    """Train both forests and write them where `pipeline.cleaning.forest.load` finds them."""
    for forest in ("page", "text"):
        np.savez_compressed(folder / f"blocks-{forest}.npz", **_arrays(data, forest))


def leave_one_out(data: Sequence[Sample], publisher: str) -> dict[str, Forest]:
    """Both forests, trained without a publisher's pages."""
    others = [sample for sample in data if sample.publisher != publisher]
    return {forest: train(others, forest) for forest in ("page", "text")}


def run(gold: Path, folder: Path, *, report: Callable[[str], None]) -> None:
    """Train on a gold file and write both forests into `folder`, saying what is done by `report`."""
    pages = read_pages(gold)
    report(f"reading {len(pages)} pages of {gold.name}")
    data = [sample for page in pages for sample in samples(page)]
    report(f"training on {sum(len(sample.labels) for sample in data)} lines")
    folder.mkdir(parents=True, exist_ok=True)
    export(data, folder)
    report(f"wrote blocks-page.npz and blocks-text.npz to {folder}")


def _in_gold(words: list[str], gold: list[list[str]]) -> bool:
    if len(words) < _PIECE + 1:
        return words in gold
    wanted = {tuple(words[start : start + _PIECE]) for start in range(len(words) - _PIECE + 1)}
    known = {tuple(line[start : start + _PIECE]) for line in gold for start in range(len(line) - _PIECE + 1)}
    return len(wanted & known) >= _GOLD_SHARE * len(wanted)


def _arrays(data: Sequence[Sample], forest: str) -> dict[str, Any]:
    import lightgbm

    chosen = [sample for sample in data if sample.forest == forest]
    rows = np.concatenate([sample.rows for sample in chosen])
    labels = np.concatenate([sample.labels for sample in chosen])
    weights = np.concatenate([sample.weights for sample in chosen])
    trees: list[dict[str, Any]] = []
    for seed in _SEEDS:
        dataset = lightgbm.Dataset(rows, labels, weight=weights)
        booster = lightgbm.train({**_COMMON, **_PARAMETERS[forest], "seed": seed}, dataset, _ROUNDS[forest])
        trees += [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    return _flattened(trees, names(markup=forest == "page"))


def _flattened(trees: list[dict[str, Any]], columns: list[str]) -> dict[str, Any]:
    """All trees' nodes in one table; the leaves' values are divided by the number of seeds, so that they average."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []

    def add(node: dict[str, Any]) -> tuple[int, int]:
        number = len(feature)
        feature.append(0)
        left.append(number)
        right.append(number)
        threshold.append(np.inf)
        value.append(0.0)
        if "leaf_value" in node:
            value[number] = node["leaf_value"] / len(_SEEDS)
            return number, 0
        feature[number], threshold[number] = node["split_feature"], node["threshold"]
        left[number], left_depth = add(node["left_child"])
        right[number], right_depth = add(node["right_child"])
        return number, 1 + max(left_depth, right_depth)

    placed = [add(tree) for tree in trees]
    return {
        "feature": np.array(feature, dtype=np.int16),
        "threshold": np.array(threshold, dtype=np.float32),
        "left": np.array(left, dtype=np.int32),
        "right": np.array(right, dtype=np.int32),
        "value": np.array(value, dtype=np.float32),
        "roots": np.array([root for root, _ in placed], dtype=np.int32),
        "depth": np.array(max(depth for _, depth in placed), dtype=np.int32),
        "names": np.array(columns),
    }
