"""The recipe behind `redefluss train entities`: fits the layer of a reader that labels names anew, on the vectors of
its encoder, which stay as they are.

The encoder knows the texts it learned from by heart, so that the layer above it is too sure elsewhere. Here it also
learns from texts that the encoder has not seen: the sentences in `corpus/names` and the articles of the last writers.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.corpus.convert import entities_row
from pipeline.corpus.files import articles_of, found_articles
from pipeline.errors import ConfigurationError
from pipeline.evaluation.entities import GoldDocument, predict, report
from pipeline.evaluation.entity_scores import LabelledSpan
from pipeline.models import load_pipeline
from pipeline.models.labels import OUTSIDE
from pipeline.reader.layout import Layout
from pipeline.reader.model import SCORERS, Reader
from pipeline.reader.schema import NAME_TYPES, NAMES
from pipeline.reader.scorers import Floats, Ints, Linear, log_softmax
from pipeline.spans import CharOffset, TokenIndex, TokenRange
from pipeline.training.annotated_names import held_out, read

_MARKED = re.compile(r"\[([^\[\]|]+)\|(PER|LOC|ORG|OTH)\]")
NEW_WRITERS = tuple(f"w{number}" for number in range(45, 53))
"""Whose articles the encoder has not learned from."""
ANNOTATED = {"germeval-2014": (3.0, 3), "smartdata-de": (2.0, 1)}
"""Files of annotated names: how much a token counts, and every how manieth text is read."""
STEP, STEPS_SIZE, ROUNDS = 2e-3, 512, 4
PULL = 0.1
"""How strongly the layer is held to what it was, in units of the vectors' spread."""


def marked(name: str, line: str) -> GoldDocument:
    """A sentence whose names are marked as in "[Landgericht Köln|ORG]"."""
    text, at, mentions = "", 0, list[LabelledSpan]()
    for found in _MARKED.finditer(line):
        text += line[at : found.start()]
        kind = "MISC" if found[2] == "OTH" else found[2]
        mentions.append((CharOffset(len(text)), CharOffset(len(text) + len(found[1])), kind))
        text, at = text + found[1], found.end()
    return GoldDocument(name, text + line[at:], mentions)


def labels_of(layout: Layout, mentions: Iterable[LabelledSpan]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Each token's label, and whether it counts.

    Words of which only a part is a name, words that are derived from one, and hyphenated words without one do not: the
    guidelines differ there, and rules look after them.
    """
    spans: list[tuple[TokenIndex, TokenIndex, str]] = []
    counts = np.ones(len(layout), dtype=np.bool_)
    for begin, end, kind in sorted(mentions):
        span = layout.span(begin, end)
        whole = span.first < span.last and layout.range(TokenRange(span.first, span.last))
        if kind not in NAME_TYPES or whole not in ((begin, end), (begin, end + 1)):
            counts[span.first : span.last] = False
        elif not spans or span.first >= spans[-1][1]:
            spans.append((span.first, span.last, kind))
    labels = NAMES.encode(spans, len(layout))
    for index in range(1, len(layout) - 1):
        joined = layout.tokens[index - 1, 1] == layout.tokens[index, 0] and (
            layout.tokens[index, 1] == layout.tokens[index + 1, 0]
        )
        if layout.words[index] == "-" and joined and labels[index] == OUTSIDE:
            counts[index - 1 : index + 2] = False
    return labels, counts


def fit(head: Linear, vectors: Floats, labels: Ints, weights: Floats, *, pull: float = PULL) -> Linear:
    """`head` adapted to the labels (n,) of `vectors` (n, width), which count as much as `weights` (n,) say."""
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    before, inputs = head(vectors), (vectors - mean) / spread
    change = [np.zeros_like(head.weight), np.zeros_like(head.bias)]
    first, second = ([np.zeros_like(part) for part in change] for _ in range(2))
    chance, taken, steps = np.random.default_rng(1), 0, ROUNDS * -(-len(inputs) // STEPS_SIZE)
    for _ in range(ROUNDS):
        order = chance.permutation(len(inputs))
        for at in range(0, len(order), STEPS_SIZE):
            rows = order[at : at + STEPS_SIZE]
            error = np.exp(log_softmax(before[rows] + inputs[rows] @ change[0] + change[1]))
            error[np.arange(len(rows)), labels[rows]] -= 1
            error *= weights[rows, None] / weights.mean()
            slopes = (inputs[rows].T @ error / len(rows) + pull * change[0], error.mean(axis=0))
            taken += 1
            for number, slope in enumerate(slopes):  # Adam
                first[number] = 0.9 * first[number] + 0.1 * slope
                second[number] = 0.999 * second[number] + 0.001 * slope**2
                scaled = first[number] / (1 - 0.9**taken) / (np.sqrt(second[number] / (1 - 0.999**taken)) + 1e-8)
                change[number] -= STEP * (1 - (taken - 1) / steps) * scaled
    weight = change[0] / spread[:, None]
    return Linear(head.weight + weight, head.bias + change[1] - mean @ weight)


def _texts(data: Path, corpus: Path) -> Iterator[tuple[float, GoldDocument]]:
    """What the layer learns from, and how much a token of it counts."""
    for path in sorted((corpus / "names").glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            yield 0.05, marked(f"{path.stem}-{number}", line)
    for file, (weight, each) in ANNOTATED.items():
        learned = [document for document in read(_file(data, file)) if not held_out(document)]
        yield from ((weight, document) for document in learned[::each])
    sources = (
        ("wikinews.jsonl.gz", "quotes/train.jsonl.gz", 3.0, 130),
        ("smartdata.jsonl.gz", "ner/smartdata-v1-de.jsonl.gz", 1.0, 150),
        ("web.jsonl.gz", "cleaning/snippets.jsonl.gz", 1.0, None),
    )
    for standoff, texts, weight, most in sources:
        for article in list(found_articles(corpus, standoff, data / texts, "train"))[:most]:
            yield weight, _document(entities_row(article))
    for number, article in enumerate(articles_of(corpus, "train")):
        if article.id.startswith(NEW_WRITERS):
            yield 4.0, _document(entities_row(article))
        elif number % 15 == 0:
            yield 1.0, _document(entities_row(article))


def _document(row: dict[str, object]) -> GoldDocument:
    mentions: list[LabelledSpan] = [tuple(mention) for mention in row["entities"]]  # type: ignore[attr-defined]
    return GoldDocument(str(row["name"]), str(row["text"]), mentions)


def _file(data: Path, name: str) -> Path:
    return data / "ner" / f"{name}.jsonl.gz"


def train(data: Path, corpus: Path, reader: Path, output: Path, note: Callable[[str], object]) -> None:
    """Write the reader in the folder `reader` into `output`, with the layer for names fitted on `data` and `corpus`.

    `note` is told how well names are found before and after, in texts that are held out.

    Raises:
        ConfigurationError: `output` is there already, or there is no reader in `reader`, or a file cannot be read.
        GoldError: data that cannot be used.
    """
    if output.exists():
        raise ConfigurationError(f"{output} is there already")
    model = Reader(reader)
    texts = list(_texts(data, corpus))  # what is missing is told before minutes of work, not after
    vectors, labels, weights = [], [], []
    for weight, document in texts:
        layout = Layout(document.text)
        label, counts = labels_of(layout, document.mentions)
        vectors.append(model.states(layout)[counts])
        labels.append(label[counts])
        weights.append(np.full(int(counts.sum()), weight, dtype=np.float32))
    head = fit(model.scorers.heads["names"], np.concatenate(vectors), np.concatenate(labels), np.concatenate(weights))
    shutil.copytree(reader, output)
    with np.load(reader / SCORERS) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["heads.names.weight"] = head.weight.astype(np.float16)
    arrays["heads.names.bias"] = head.bias.astype(np.float16)
    np.savez_compressed(output / SCORERS, **arrays)
    for file in ANNOTATED:
        kept = [document for document in read(_file(data, file)) if held_out(document)]
        before, after = (
            report(kept, predict(kept, load_pipeline(folder))).scores["all"].f1 for folder in (reader, output)
        )
        note(f"{file}, held out: F1 of the network's names {after:.3f}, before {before:.3f}")
