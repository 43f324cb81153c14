"""The recipe of the block classifier: gold pages in, `blocks-page.npz` and `blocks-text.npz` out.

Every page is read as its HTML, as its visible text, as what an extractor left,
and as its gold text alone; a line's label is whether its words stand in the
gold paragraphs. HTML, visible and extracted text come once more as another
site might have them: with runs of lines left out, and without some of the
markup's hints or of what the page says about itself. Further pages count half:
`further_pages.py` has some that are older and of other kinds. Needs LightGBM.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.features import features
from pipeline.cleaning.forest import Forest
from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.page_features import Context
from pipeline.cleaning.reading import read_article
from pipeline.cleaning.rules import Reading
from pipeline.evaluation.gold import read_pages
from pipeline.training.cleaning_forest import arrays

_FURTHER_WEIGHT = 0.5
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
        publisher: as `publisher_of` has it.
        forest: "page" or "text".
    """

    publisher: str
    forest: str
    rows: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]


def samples(page: dict[str, Any], weight: float = 1.0) -> Iterator[Sample]:
    """All readings of a gold page, which counts for `weight`."""
    random = np.random.default_rng(len(page["html"]))
    clean = "\n\n".join(page["gold"])
    for text in (clean, f"{page['title'].strip()}\n\n{clean}"):
        yield _sample(page, _read(None, text), _CLEAN_TEXT_WEIGHT * weight)
    for source in ("html", "page_text", "extracted_text"):
        reading = _read(page["html"], None) if source == "html" else _read(None, page[source])
        yield _sample(page, reading, weight)
        yield _sample(page, _altered(reading, page, random), weight)


def publisher_of(page: dict[str, Any]) -> str:
    """The host of the page's URL."""
    return urlsplit(str(page["url"])).netloc.removeprefix("www.")


def read_samples(gold: Path, further: Sequence[Path]) -> list[Sample]:
    """The samples of a gold file, and at half the weight those of files with pages of other kinds and times."""
    data = [sample for page in read_pages(gold) for sample in samples(page)]
    for path in further:
        data += [sample for page in read_pages(path) for sample in samples(page, _FURTHER_WEIGHT)]
    return data


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
        publisher_of(page),
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


def run(gold: Path, further: Sequence[Path], folder: Path, *, report: Callable[[str], None]) -> None:
    """Train on gold files and write both forests into `folder`, saying what is done by `report`."""
    report(f"reading {', '.join(path.name for path in (gold, *further))}")
    data = read_samples(gold, further)
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
    chosen = [sample for sample in data if sample.forest == forest]
    return arrays(
        forest,
        np.concatenate([sample.rows for sample in chosen]),
        np.concatenate([sample.labels for sample in chosen]),
        np.concatenate([sample.weights for sample in chosen]),
    )
