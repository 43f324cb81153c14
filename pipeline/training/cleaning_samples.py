"""What the line classifiers learn from: the lines of pages, read in several ways, with labels and weights.

Every gold page is read as its HTML, as its visible text, as what an extractor
left, and as its gold text alone; a line's label is whether its words stand in the
gold paragraphs. Of further pages some have gold paragraphs too; of others it is
known block by block what is the article (`labelled_pages.py`), and some of their
lines have snippets (`snippet_labels.py`), which count more. The texts of some pages
were written with their labels (`written_pages.py`). HTML, visible and
extracted text come once more as another site might have them: with runs of lines
left out, and without some of the markup's hints or of what the page says about
itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.features import features
from pipeline.cleaning.line_vectors import LineVectors
from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.normalise import line_text
from pipeline.cleaning.page_features import Context
from pipeline.cleaning.parsing import read_article
from pipeline.cleaning.rules import LineReading
from pipeline.evaluation.gold import read_pages, read_pages_of_all_kinds
from pipeline.training.labelled_pages import LabelledPage
from pipeline.training.snippet_labels import SnippetPage
from pipeline.training.written_pages import WrittenPage, written_pages

Floats = npt.NDArray[np.float64]

_FURTHER_WEIGHT = 0.5
_GOLD_SHARE = 0.6
_CLEAN_TEXT_WEIGHT = 0.5
_LEFT_OUT = 0.5
_MOST_LEFT_OUT = {0: 1.0, 1: 0.6}
_WITHOUT_WITNESS = 0.4
_WITHOUT_HINT = 0.25
_WITHOUT_GAPS = 0.3
_PIECE = 4
_SOURCES = ("html", "page_text", "extracted_text")
_SNIPPET_PAGE_WEIGHT = 0.5
_SNIPPET_WEIGHT = 4.0
_ALTERED_WEIGHT = 0.5
_WRITTEN_ALTERED = 2

WRITTEN = "written.example"
"""The publisher of all written pages."""


@dataclass(frozen=True)
class Sample:
    """One reading of a page: features, labels and weights of its lines.

    Attributes:
        publisher: as `publisher_of` has it.
        markup: whether the lines come from a page, or a text in Markdown, and not from another text.
        rows: the features of the lines.
        vectors: of their words.
        labels: how likely each line is the article's, 0 to 1.
        gold: whether the page has gold paragraphs, or is written with the labels of a newspaper.
        newspaper: whether the page is of a newspaper; None if that is not known or the page was altered.
    """

    publisher: str
    markup: bool
    rows: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]
    labels: Floats
    weights: Floats
    gold: bool
    newspaper: bool | None = None

    @property
    def seen(self) -> npt.NDArray[np.float32]:
        """What a network sees of each line, the last column being whether the labels are those of a newspaper."""
        gold = np.full((len(self.rows), 1), self.gold, dtype=np.float32)
        return np.concatenate([self.rows, self.vectors, gold], axis=1)


def samples(
    page: dict[str, Any], vectors: LineVectors, weight: float = 1.0, *, newspaper: bool | None = None
) -> Iterator[Sample]:
    """All readings of a gold page, which counts for `weight`."""
    random = np.random.default_rng(len(page["html"]))
    clean = "\n\n".join(page["gold"])
    for text in (clean, f"{page['title'].strip()}\n\n{clean}"):
        reading = _read(None, text)
        yield _sample(page, reading, vectors, _gold_labels(reading, page), _CLEAN_TEXT_WEIGHT * weight)
    for source in _SOURCES:
        reading = _reading_of(page, source)
        labels = _gold_labels(reading, page)
        yield replace(_sample(page, reading, vectors, labels, weight), newspaper=newspaper)
        altered, kept = _altered(reading, labels, random)
        yield _sample(page, altered, vectors, labels[kept], weight)


def labelled_samples(page: dict[str, Any], vectors: LineVectors) -> Iterator[Sample]:
    """The readings of a page that is labelled block by block and has snippets.

    Raises:
        GoldError: if it is not labelled, or as something else than it is.
    """
    labelled, snippets = LabelledPage(page), SnippetPage(page)
    random = np.random.default_rng(len(page["html"]))
    for source in _SOURCES:
        reading = _reading_of(page, source)
        texts = [line.text for line in reading.lines]
        read = labelled.labels(texts)
        told = snippets.labels(texts, np.nan_to_num(read, nan=0.5))
        yield replace(_labelled_sample(page, reading, vectors, read, told, 1.0), newspaper=False)
        altered, kept = _altered(reading, np.nan_to_num(np.where(np.isnan(told), read, told), nan=0.5), random)
        yield _labelled_sample(page, altered, vectors, read[kept], told[kept], _ALTERED_WEIGHT)


def written_samples(page: WrittenPage, vectors: LineVectors) -> Iterator[Sample]:
    """The text of a written page, and altered ones, for the network."""
    reading = _read(None, page.text)
    labels = page.labels([line.text for line in reading.lines])
    random = np.random.default_rng(len(page.text))

    def sample(reading: _PageReading, labels: Floats, weight: float) -> Sample:
        lines = reading.lines
        return Sample(
            WRITTEN,
            _has_markup(lines),
            features(lines, reading.readings, reading.context),
            vectors.rows([line.words for line in lines]),
            np.nan_to_num(labels),
            weight * _line_weights(lines) * ~np.isnan(labels),
            gold=page.newspaper,
        )

    weight = 1.0 if page.newspaper else _SNIPPET_PAGE_WEIGHT
    yield sample(reading, labels, weight)
    for _ in range(_WRITTEN_ALTERED):
        altered, kept = _altered(reading, np.nan_to_num(labels, nan=0.5), random)
        yield sample(altered, labels[kept], weight / _WRITTEN_ALTERED)


def publisher_of(page: dict[str, Any]) -> str:
    """The host of the page's URL."""
    return urlsplit(str(page["url"])).netloc.removeprefix("www.")


def read_samples(gold: Path, further: Sequence[Path], written: Path, vectors: LineVectors) -> list[Sample]:
    """The samples of a gold file of newspapers, and at less weight those of pages of other kinds and times, and of the
    `written` ones.

    Raises:
        GoldError: if a file cannot be used, a written text has a line without a label, or the blocks of a page with
            snippets are not labelled.
    """
    newspapers = read_pages(gold)
    others = [page for path in further for page in read_pages_of_all_kinds(path)]
    texts = list(written_pages(written))
    data = [sample for page in newspapers for sample in samples(page, vectors, newspaper=True)]
    for page in others:
        data += samples(page, vectors, _FURTHER_WEIGHT) if "gold" in page else labelled_samples(page, vectors)
    return data + [sample for text in texts for sample in written_samples(text, vectors)]


@dataclass(frozen=True)
class _PageReading:
    lines: list[Line]
    readings: list[LineReading]
    context: Context


def _read(html: str | None, text: str | None) -> _PageReading:
    article = read_article(html=html, text=text, title=None)
    chosen = article.undecided()
    return _PageReading(
        [article.lines[number] for number in chosen], [article.readings[number] for number in chosen], article.context
    )


def _reading_of(page: dict[str, Any], source: str) -> _PageReading:
    return _read(page["html"], None) if source == "html" else _read(None, page[source])


def _altered(reading: _PageReading, labels: Floats, random: np.random.Generator) -> tuple[_PageReading, list[int]]:
    """The page as another site might have it, and which of its lines that has."""
    kept = _kept((labels > 0.5).astype(np.int32), random)
    lines = [reading.lines[number] for number in kept]
    context = reading.context
    if lines and lines[0].markup is None:
        if random.random() < _WITHOUT_GAPS:
            lines = [replace(line, gap=False) for line in lines]
    else:
        context = replace(
            context,
            body="" if random.random() < _WITHOUT_WITNESS else context.body,
            extractor_text=context.extractor_text
            if context.extractor_text is not None and random.random() >= _WITHOUT_WITNESS
            else None,
        )
        marks = [line.markup for line in lines if line.markup is not None]
        hints = sorted({hint for mark in marks for hint in mark.near | mark.far})
        gone = frozenset(hint for hint in hints if random.random() < _WITHOUT_HINT)
        marks = [replace(mark, near=mark.near - gone, far=mark.far - gone) for mark in marks]
        lines = [replace(line, markup=mark) for line, mark in zip(lines, marks, strict=True)]
    return _PageReading(lines, [reading.readings[number] for number in kept], context), kept


def _kept(labels: npt.NDArray[np.int32], random: np.random.Generator) -> list[int]:
    """The lines that stay: of every run of lines with one label a part may be left out."""
    kept = np.ones(len(labels), dtype=bool)
    for run in np.split(np.arange(len(labels)), np.flatnonzero(np.diff(labels)) + 1):
        if len(run) and random.random() < _LEFT_OUT:
            size = round(random.random() * _MOST_LEFT_OUT[int(labels[run[0]])] * len(run))
            start = int(random.integers(0, len(run) - size + 1))
            kept[run[start : start + size]] = False
    return [int(number) for number in np.flatnonzero(kept)]


def _sample(page: dict[str, Any], reading: _PageReading, vectors: LineVectors, labels: Floats, weight: float) -> Sample:
    lines = reading.lines
    return Sample(
        publisher_of(page),
        _has_markup(lines),
        features(lines, reading.readings, reading.context),
        vectors.rows([line.words for line in lines]),
        labels,
        weight * _line_weights(lines),
        gold="gold" in page,
    )


def _has_markup(lines: Sequence[Line]) -> bool:
    """Whether lines come from a page; so do those of a text in Markdown."""
    return bool(lines) and lines[0].markup is not None


def _labelled_sample(
    page: dict[str, Any], reading: _PageReading, vectors: LineVectors, read: Floats, told: Floats, weight: float
) -> Sample:
    """A line counts by how sure its label is, and more if a snippet tells it."""
    labels = np.nan_to_num(np.where(np.isnan(told), read, told), nan=0.5)
    sure = np.abs(np.nan_to_num(read, nan=0.5) - 0.5) * 2
    found = _sample(page, reading, vectors, labels, _SNIPPET_PAGE_WEIGHT)
    return replace(found, weights=weight * (found.weights * sure + _SNIPPET_WEIGHT * ~np.isnan(told)))


def _line_weights(lines: Sequence[Line]) -> Floats:
    """One half by the words that a line has, the other by how many lines there are."""
    sizes = np.array([len(line.words) for line in lines], dtype=np.float64)
    shares, even = (sizes + 2) / max(1.0, sizes.sum()), np.sqrt(sizes + 1)
    weights: Floats = 50 * (shares + even / max(1.0, even.sum()))
    return weights


def _gold_labels(reading: _PageReading, page: dict[str, Any]) -> Floats:
    gold = [words_of(line_text(paragraph)) for paragraph in page["gold"]]
    return np.array([_in_gold(line.words, gold) for line in reading.lines], dtype=np.float64)


def _in_gold(words: list[str], gold: list[list[str]]) -> bool:
    if len(words) < _PIECE + 1:
        return words in gold
    wanted = {tuple(words[start : start + _PIECE]) for start in range(len(words) - _PIECE + 1)}
    known = {tuple(line[start : start + _PIECE]) for line in gold for start in range(len(line) - _PIECE + 1)}
    return len(wanted & known) >= _GOLD_SHARE * len(wanted)
