"""The recipe behind `redefluss train entities`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from torch import Tensor

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.evaluation.entities import EntityReport, GoldDocument, predict, report
from pipeline.evaluation.entity_scores import LabelledSpan
from pipeline.models import load_pipeline
from pipeline.models.catalogue import DATA
from pipeline.models.labels import Labels
from pipeline.training import e5
from pipeline.training.encoder import Encoder, piece_embeddings
from pipeline.training.entity_data import (
    DERIVED,
    PART,
    TYPES,
    EntityExample,
    EntityExamples,
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
from pipeline.training.entity_recipe import EntityRecipe
from pipeline.training.loop import Loop

LABELS = Labels((*TYPES, DERIVED, PART))
SCORED = 1100
"""Held-out texts of a corpus that are scored after training, at most."""


def _tagger(recipe: EntityRecipe) -> EntityTagger:
    unused = [[name != "O" and name[2:] not in corpus.types for name in LABELS.names] for corpus in recipe.corpora]
    encoder = Encoder(e5.read(), recipe.layers, recipe.dropout)
    return EntityTagger(encoder, len(LABELS), torch.tensor(unused), recipe.mixed_layers)


class EntityTraining:
    """A training run: data, model and loop, from a recipe, a folder with the data and one for what comes out."""

    def __init__(self, recipe: EntityRecipe, data: Path, output: Path) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.output = output
        documents = [read(data / corpus.file) for corpus in recipe.corpora]
        self.kept = [[d for d in of_corpus if held_out(d)][:SCORED] for of_corpus in documents]
        self.examples = EntityExamples(PieceTokenizer(DATA / "encoder" / "pieces.json"), LABELS)
        self.embeddings = piece_embeddings()
        self.learned = [[d for d in of_corpus if not held_out(d)] for of_corpus in documents]
        self.pool = name_pool(document for of_corpus in self.learned for document in of_corpus)
        self.plan = [self._epoch(number) for number in range(recipe.epochs)]
        self.model = _tagger(recipe)
        self.loop = Loop(self.model, self.model.encoder, recipe, steps=sum(map(len, self.plan)), folder=output)

    def _epoch(self, number: int) -> list[list[EntityExample]]:
        """The batches of an epoch. A corpus of which only shares are read is read on where the last epoch stopped.

        From the second epoch on, some names are swapped, so that it is the sentence that tells what they are.
        """
        recipe = self.recipe
        chance = random.Random(f"{recipe.seed} {number}")
        picked: list[EntityExample] = []
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

    def run(self, *, resume: bool, console: Console) -> None:
        """Train to the end."""
        self.loop.run([batch for epoch in self.plan for batch in epoch], self._loss, resume=resume, console=console)

    def _loss(self, batch: Sequence[EntityExample]) -> Tensor:
        arrays = {name: torch.from_numpy(array) for name, array in collate(batch).items()}
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.model(self.embeddings[arrays["pieces"]], arrays["mask"], arrays["words"], arrays["corpus"])
        return loss(scores, arrays["targets"], self.recipe.smoothing)

    def predict(self, documents: Sequence[GoldDocument], corpus: int) -> dict[str, list[LabelledSpan]]:
        """Mentions by document as the averaged weights find them, by the guidelines of a corpus."""
        parts: list[EntityExample] = []
        places: dict[str, list[int]] = {}
        for document in documents:
            made = list(self.examples.make(replace(document, mentions=[]), corpus, self.recipe.longest))
            places[document.name] = list(range(len(parts), len(parts) + len(made)))
            parts += made
        rows = self._log_probabilities(self.loop.averaged.module, parts)
        found: dict[str, list[LabelledSpan]] = {}
        for document in documents:
            words = self.examples.words(document.text)
            spans = LABELS.decode(np.concatenate([rows[n] for n in places[document.name]])) if words else []
            found[document.name] = [(words[b][0], words[e - 1][1], kind) for b, e, kind, _ in spans if kind in TYPES]
        return found

    def _log_probabilities(
        self, model: EntityTagger, examples: Sequence[EntityExample]
    ) -> list[npt.NDArray[np.float32]]:
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

    def reports(self) -> dict[str, EntityReport]:
        """How the averaged weights do on what is held out, by file, each by the guidelines of its own corpus."""
        return {
            corpus.file: report(kept, self.predict(kept, number))
            for number, (corpus, kept) in enumerate(zip(self.recipe.corpora, self.kept, strict=True))
        }

    def export(self) -> None:
        """Write the averaged weights in 8 bits, as the run-time component reads them."""
        export(
            self.loop.averaged.module,
            LABELS,
            self.recipe.numbered_guidelines,
            self.output,
            fine=self.recipe.fine_rounding,
        )

    def written_reports(self) -> dict[str, EntityReport]:
        """How what was exported does there, all by the guidelines that the recipe chose."""
        nlp = load_pipeline(self.output)
        return {
            corpus.file: report(kept, predict(kept, nlp))
            for corpus, kept in zip(self.recipe.corpora, self.kept, strict=True)
        }


@dataclass(frozen=True)
class HeldOutScores:
    """How the model does on what was held out, by file: the averaged weights in float, and as written, in 8 bits."""

    in_float: dict[str, EntityReport]
    written: dict[str, EntityReport]


def train(recipe_path: Path, data: Path, output: Path, *, resume: bool, console: Console) -> HeldOutScores:
    """Train by the recipe at `recipe_path` on the files in `data`, and write the model into `output`.

    A run that was broken off goes on from its checkpoint in `output` with `resume`.

    Raises:
        ConfigurationError: a recipe or a checkpoint that cannot be used.
        GoldError: data that cannot be used.
    """
    recipe = EntityRecipe.read(recipe_path)
    console.print(f"Reading {data}")
    training = EntityTraining(recipe, data, output)
    training.run(resume=resume, console=console)
    console.print("The model in 8 bits, and its scores on what was held out")
    training.export()
    outcome = HeldOutScores(training.reports(), training.written_reports())
    for file, written in outcome.written.items():
        low, high = written.interval
        console.print(
            f"{file}, held out: F1 {written.scores['all'].f1:.3f} ({low:.3f}–{high:.3f}) as written, "
            f"{outcome.in_float[file].scores['all'].f1:.3f} in float by its own guidelines"
        )
    return outcome
