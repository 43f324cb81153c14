"""The recipe behind `redefluss train entities`."""

from __future__ import annotations

import random
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.table import EmbeddingTable
from pipeline.evaluation.entity_scores import Mention, Score, score
from pipeline.models.catalogue import DATA
from pipeline.models.labels import Labels
from pipeline.training import e5
from pipeline.training.encoder import Encoder
from pipeline.training.entity_data import (
    DERIVED,
    PART,
    TYPES,
    Document,
    Example,
    Examples,
    batches,
    collate,
    held_out,
    join,
    read,
)
from pipeline.training.entity_model import EntityTagger, loss
from pipeline.training.loop import Loop, parameter_groups

LABELS = Labels((*TYPES, DERIVED, PART))


@dataclass(frozen=True)
class Corpus:
    """A file to learn from: the types it marks, and the share of it that is read in each epoch."""

    file: str
    types: tuple[str, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Recipe:
    """All that decides what comes out of a training run."""

    name: str
    seed: int
    layers: tuple[int, ...]
    mixed_layers: int
    dropout: float
    rate: float
    head_rate: float
    layer_decay: float
    weight_decay: float
    warmup: float
    average: float
    smoothing: float
    batch_pieces: int
    joined_pieces: int
    longest: int
    corpora: tuple[Corpus, ...]

    @staticmethod
    def read(path: Path) -> Recipe:
        """The recipe in the TOML file `path`; raises TypeError if a setting is missing or unknown."""
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        corpora = tuple(
            Corpus(row["file"], tuple(row["types"]), tuple(row["shares"])) for row in settings.pop("corpora")
        )
        settings["layers"] = tuple(settings["layers"])
        return Recipe(**settings, corpora=corpora)

    @property
    def epochs(self) -> int:
        return max(len(corpus.shares) for corpus in self.corpora)


class EntityTraining:
    """A training run: data, model and loop, from a recipe, a folder with the data and one for what comes out."""

    def __init__(self, recipe: Recipe, data: Path, output: Path) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.output = output
        self.documents = [read(data / corpus.file) for corpus in recipe.corpora]
        self.examples = Examples(PieceTokenizer(DATA / "encoder" / "pieces.json"), LABELS)
        table = EmbeddingTable(DATA / "encoder" / "pieces.npy")
        self.embeddings = torch.from_numpy(table.lookup(np.arange(len(table))))
        learned = [
            [
                example
                for document in documents
                if not held_out(document)
                for example in self.examples.make(document, number, recipe.longest)
            ]
            for number, documents in enumerate(self.documents)
        ]
        self.plan = [self._epoch(number, learned) for number in range(recipe.epochs)]
        encoder = Encoder(e5.read(), recipe.layers, recipe.dropout)
        self.model = EntityTagger(encoder, len(LABELS), self._unused(), recipe.mixed_layers)
        inner = {id(parameter) for parameter in encoder.parameters()}
        groups = parameter_groups(
            encoder,
            [parameter for parameter in self.model.parameters() if id(parameter) not in inner],
            rate=recipe.rate,
            head_rate=recipe.head_rate,
            decay=recipe.layer_decay,
            weight_decay=recipe.weight_decay,
        )
        self.loop = Loop(
            self.model,
            groups,
            steps=sum(map(len, self.plan)),
            warmup=recipe.warmup,
            average=recipe.average,
            folder=output,
        )

    def _unused(self) -> Tensor:
        rows = [
            [name != "O" and name[2:] not in corpus.types for name in LABELS.names] for corpus in self.recipe.corpora
        ]
        return torch.tensor(rows)

    def _epoch(self, number: int, learned: Sequence[Sequence[Example]]) -> list[list[Example]]:
        """The batches of an epoch. A corpus of which only shares are read is read on where the last epoch stopped."""
        recipe = self.recipe
        chance = random.Random(f"{recipe.seed} {number}")
        picked: list[Example] = []
        for corpus, examples in zip(recipe.corpora, learned, strict=True):
            if number >= len(corpus.shares):
                continue
            before, share = sum(corpus.shares[:number]), corpus.shares[number]
            begin, end = round(before * len(examples)), round((before + share) * len(examples))
            chosen = [examples[index % len(examples)] for index in range(begin, end)]
            if share >= 1:
                chance.shuffle(chosen)
            picked += join(chosen, recipe.joined_pieces, chance)
        return batches(picked, recipe.batch_pieces, chance)

    def run(self, resume: bool, progress: Callable[[int, int, float], None]) -> None:
        """Train to the end, calling progress(step, steps, loss); a checkpoint is written every two minutes."""
        loop = self.loop
        if resume:
            loop.resume()
        todo = [batch for epoch in self.plan for batch in epoch][loop.step :]
        saved = time.monotonic()
        self.model.train()
        for batch in todo:
            arrays = {name: torch.from_numpy(array) for name, array in collate(batch).items()}
            with torch.autocast("cpu", torch.bfloat16):
                scores = self.model(
                    self.embeddings[arrays["pieces"]], arrays["mask"], arrays["words"], arrays["corpus"]
                )
            value = loop.learn(loss(scores, arrays["labels"], self.recipe.smoothing))
            progress(loop.step, loop.steps, value)
            if time.monotonic() - saved > 120:
                loop.save()
                saved = time.monotonic()
        loop.save()

    def predict(self, documents: Sequence[Document], corpus: int) -> dict[str, list[Mention]]:
        """Mentions by document as the averaged weights find them, by the guidelines of a corpus."""
        parts: list[Example] = []
        places: dict[str, list[int]] = {}
        for document in documents:
            made = list(self.examples.make(Document("", document.text, []), corpus, self.recipe.longest))
            places[document.name] = list(range(len(parts), len(parts) + len(made)))
            parts += made
        rows: dict[int, npt.NDArray[np.float32]] = {}
        order = sorted(range(len(parts)), key=lambda number: len(parts[number]))
        for begin in range(0, len(order), 16):
            numbers = order[begin : begin + 16]
            for number, row in zip(numbers, self._log_probabilities([parts[n] for n in numbers]), strict=True):
                rows[number] = row
        found: dict[str, list[Mention]] = {}
        for document in documents:
            words = self.examples.words(document.text)
            spans = LABELS.decode(np.concatenate([rows[n] for n in places[document.name]])) if words else []
            found[document.name] = [(words[b][0], words[e - 1][1], kind) for b, e, kind, _ in spans if kind in TYPES]
        return found

    def _log_probabilities(self, batch: Sequence[Example]) -> list[npt.NDArray[np.float32]]:
        model: EntityTagger = self.loop.averaged.module
        model.eval()
        arrays = {name: torch.from_numpy(array) for name, array in collate(batch).items()}
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            embedded = self.embeddings[arrays["pieces"]]
            scores = model(embedded, arrays["mask"], arrays["words"], arrays["corpus"]).float().numpy()
        return [row[: len(example.words)] for row, example in zip(scores, batch, strict=True)]

    def scores(self) -> dict[str, dict[str, Score]]:
        """Scores on the held-out fifth of every corpus (its first thousand or so texts), by file."""
        result = {}
        for number, (corpus, documents) in enumerate(zip(self.recipe.corpora, self.documents, strict=True)):
            kept = [document for document in documents if held_out(document)][:1100]
            gold = {document.name: document.mentions for document in kept}
            types = [kind for kind in corpus.types if kind in TYPES and kind != "MISC"]
            result[corpus.file] = score(gold, self.predict(kept, number), types)
        return result
