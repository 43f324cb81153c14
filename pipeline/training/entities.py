"""The recipe behind `redefluss train entities`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import spacy
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.table import EmbeddingTable
from pipeline.evaluation.entity_scores import Mention, Score, score
from pipeline.models.catalogue import DATA
from pipeline.models.labels import Labels
from pipeline.models.recognizer import EntityRecognizer
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
    name_pool,
    read,
    swap_names,
)
from pipeline.training.entity_export import export
from pipeline.training.entity_model import EntityTagger, loss
from pipeline.training.entity_recipe import Recipe
from pipeline.training.loop import Loop, parameter_groups

LABELS = Labels((*TYPES, DERIVED, PART))
SCORED = 1100
"""Held-out texts of a corpus that are scored after training, at most."""


def _tagger(recipe: Recipe) -> EntityTagger:
    unused = [[name != "O" and name[2:] not in corpus.types for name in LABELS.names] for corpus in recipe.corpora]
    encoder = Encoder(e5.read(), recipe.layers, recipe.dropout)
    return EntityTagger(encoder, len(LABELS), torch.tensor(unused), recipe.mixed_layers)


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
        self.learned = [[d for d in documents if not held_out(d)] for documents in self.documents]
        self.pool = name_pool(document for documents in self.learned for document in documents)
        self.plan = [self._epoch(number) for number in range(recipe.epochs)]
        self.model = _tagger(recipe)
        inner = {id(parameter) for parameter in self.model.encoder.parameters()}
        groups = parameter_groups(
            self.model.encoder,
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

    def _epoch(self, number: int) -> list[list[Example]]:
        """The batches of an epoch. A corpus of which only shares are read is read on where the last epoch stopped.

        From the second epoch on, some names are swapped, so that it is the sentence that tells what they are.
        """
        recipe = self.recipe
        chance = random.Random(f"{recipe.seed} {number}")
        picked: list[Example] = []
        for place, (corpus, documents) in enumerate(zip(recipe.corpora, self.learned, strict=True)):
            if number >= len(corpus.shares):
                continue
            before, share = sum(corpus.shares[:number]), corpus.shares[number]
            begin, end = round(before * len(documents)), round((before + share) * len(documents))
            chosen = [documents[index % len(documents)] for index in range(begin, end)]
            if share >= 1:
                chance.shuffle(chosen)
            if number:
                chosen = [swap_names(document, self.pool, recipe.swapped, chance) for document in chosen]
            made = [e for document in chosen for e in self.examples.make(document, place, recipe.longest)]
            picked += join(made, recipe.joined_pieces, chance)
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
            value = loop.learn(loss(scores, arrays["targets"], self.recipe.smoothing))
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
        rows = self._log_probabilities(self.loop.averaged.module, parts)
        found: dict[str, list[Mention]] = {}
        for document in documents:
            words = self.examples.words(document.text)
            spans = LABELS.decode(np.concatenate([rows[n] for n in places[document.name]])) if words else []
            found[document.name] = [(words[b][0], words[e - 1][1], kind) for b, e, kind, _ in spans if kind in TYPES]
        return found

    def _log_probabilities(self, model: EntityTagger, examples: Sequence[Example]) -> list[npt.NDArray[np.float32]]:
        """Log probabilities of labels, (words, labels), for every example."""
        model.eval()
        rows: dict[int, npt.NDArray[np.float32]] = {}
        order = sorted(range(len(examples)), key=lambda number: len(examples[number]))
        for begin in range(0, len(order), 16):
            numbers = order[begin : begin + 16]
            arrays = {name: torch.from_numpy(array) for name, array in collate([examples[n] for n in numbers]).items()}
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
                embedded = self.embeddings[arrays["pieces"]]
                scores = model(embedded, arrays["mask"], arrays["words"], arrays["corpus"]).float().numpy()
            rows.update((n, row[: len(examples[n].words)]) for n, row in zip(numbers, scores, strict=True))
        return [rows[number] for number in range(len(examples))]

    def scores(self) -> dict[str, dict[str, Score]]:
        """Scores on what is held out, by file, each by the guidelines of its own corpus."""
        return self._score(self.predict)

    def export(self) -> None:
        """Write the averaged weights in 8 bits, as the run-time component reads them."""
        export(
            self.loop.averaged.module,
            LABELS,
            self.recipe.numbered_guidelines,
            self.output,
            fine=self.recipe.fine_rounding,
        )

    def shipped_scores(self) -> dict[str, dict[str, Score]]:
        """Scores of what was exported, by file, all by the guidelines that the recipe chose."""
        nlp = spacy.blank("de")
        nlp.add_pipe("redefluss_sentences")
        recognizer = EntityRecognizer(self.output)

        def predict(documents: Sequence[Document], _corpus: int) -> dict[str, list[Mention]]:
            found = {}
            for document in documents:
                entities = recognizer(nlp(document.text)).ents
                found[document.name] = [(span.start_char, span.end_char, span.label_) for span in entities]
            return found

        return self._score(predict)

    def _score(
        self, predict: Callable[[Sequence[Document], int], dict[str, list[Mention]]]
    ) -> dict[str, dict[str, Score]]:
        result = {}
        for number, (corpus, documents) in enumerate(zip(self.recipe.corpora, self.documents, strict=True)):
            kept = [document for document in documents if held_out(document)][:SCORED]
            gold = {document.name: document.mentions for document in kept}
            result[corpus.file] = score(gold, predict(kept, number))
        return result


@dataclass(frozen=True)
class Outcome:
    """Scores on what was held out, by file: of the averaged weights in float, and as they are shipped, in 8 bits."""

    float_scores: dict[str, dict[str, Score]]
    shipped_scores: dict[str, dict[str, Score]]


def train(
    recipe_path: Path,
    data: Path,
    output: Path,
    *,
    resume: bool = False,
    console: Console | None = None,
) -> Outcome:
    """Train by the recipe at `recipe_path` on the files in `data`, and write the model into `output`.

    A run that was broken off goes on from its checkpoint in `output` with `resume`. With twelve layers it takes about
    half an hour on one core.
    """
    training = EntityTraining(Recipe.read(recipe_path), data, output)
    columns = (TextColumn("step {task.completed:.0f} of {task.total:.0f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("loss {task.fields[loss]:.3f}"), console=console) as bar:
        task = bar.add_task("training", total=training.loop.steps, loss=float("nan"))
        training.run(resume, lambda step, _steps, value: bar.update(task, completed=step, loss=value))
    training.export()
    outcome = Outcome(training.scores(), training.shipped_scores())
    for file, scores in outcome.shipped_scores.items():
        in_float, shipped = outcome.float_scores[file]["all"].f1, scores["all"].f1
        bar.console.print(
            f"{file}: F1 {shipped:.3f} as written to {output}, {in_float:.3f} in float by its own guidelines"
        )
    return outcome
