"""The recipe behind `redefluss train quotes`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.evaluation.quote_scores import Score
from pipeline.evaluation.quotes import QuoteReport, predict, read_gold, report
from pipeline.models.catalogue import DATA
from pipeline.quotes.learned.decode import DecodeSettings, Floats, RoleBatch, RoleScores, decode
from pipeline.quotes.learned.files import LearnedSettings
from pipeline.quotes.learned.model import LearnedQuotes
from pipeline.training import e5
from pipeline.training.encoder import Encoder, piece_embeddings
from pipeline.training.loop import Loop
from pipeline.training.quotes_data import Example, prepare
from pipeline.training.quotes_export import export
from pipeline.training.quotes_loss import QuoteNetwork, loss
from pipeline.training.quotes_recipe import QuoteRecipe
from pipeline.training.quotes_tuning import TUNED_FOR, Found, calibrate, scores, tune


def is_held_out(record: dict[str, Any], every: int) -> bool:
    """Whether a document is kept for tuning; decided by its name, whatever else is in the data."""
    return int(sha256(record["name"].encode()).hexdigest()[:8], 16) % every == 0


@dataclass(frozen=True)
class Scored:
    """What the network makes of a document: its words' vectors (words, width) and emissions (LAYERS, words, TAGS)."""

    example: Example
    vectors: Tensor
    emissions: Floats


class QuoteTraining:
    """A training run: data, network and loop, from a recipe, the file with the data and a folder for what comes out."""

    def __init__(self, recipe: QuoteRecipe, data: Path, output: Path) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        tokenizer = PieceTokenizer(DATA / "encoder" / "pieces.json")
        records = read_gold(data)
        self.learned = prepare([r for r in records if not is_held_out(r, recipe.held_out)], tokenizer)
        self.held_out = prepare([r for r in records if is_held_out(r, recipe.held_out)], tokenizer)
        self.plan = [self._epoch(number) for number in range(recipe.epochs)]
        encoder = Encoder(e5.read(), recipe.layers, recipe.dropout)
        self.network = QuoteNetwork(
            encoder,
            piece_embeddings(),
            width=recipe.width,
            role_width=recipe.role_width,
            role_depth=recipe.role_depth,
            dropout=recipe.head_dropout,
        )
        self.loop = Loop(self.network, encoder, recipe, steps=sum(map(len, self.plan)), folder=output)

    def _epoch(self, number: int) -> list[list[Example]]:
        """Batches of documents of like length, in random order."""
        chance = random.Random(f"{self.recipe.seed} {number}")
        picked = [example for example in self.learned if example.quotes or chance.random() < self.recipe.quote_free]
        order = sorted(picked, key=lambda example: len(example.pieces.ids) * chance.uniform(0.85, 1.15))
        batches: list[list[Example]] = [[]]
        for example in order:
            longest = max(len(one.pieces.ids) for one in [*batches[-1], example])
            if batches[-1] and longest * (len(batches[-1]) + 1) > self.recipe.batch_pieces:
                batches.append([])
            batches[-1].append(example)
        chance.shuffle(batches)
        return batches

    def run(self, *, resume: bool, console: Console) -> None:
        """Train to the end."""
        batches = [(number, batch) for number, epoch in enumerate(self.plan) for batch in epoch]
        self.loop.run(batches, self._loss, resume=resume, console=console)

    def _loss(self, numbered: tuple[int, list[Example]]) -> Tensor:
        """The loss of a batch, given with the number of its epoch."""
        number, batch = numbered
        recipe = self.recipe
        if number >= recipe.frozen_from:
            self.network.freeze(recipe.frozen_layers)
        noise = recipe.noise if number >= recipe.noise_from else 0.0
        return loss(self.network, batch, noise, np.random.default_rng((recipe.seed, self.loop.step)))

    def finish(self) -> tuple[LearnedSettings, dict[str, Score]]:
        """Tune and calibrate on the held-out documents; returns the settings and the scores there."""
        scored = self.score(self.held_out)
        settings = tune(self.held_out, lambda option: self.decode(scored, option))
        found = self.decode(scored, settings)
        calibration = calibrate(self.held_out, found)
        with torch.inference_mode():
            transitions = self.averaged.crf.scores().numpy()
        return LearnedSettings(transitions, settings, calibration), scores(self.held_out, found)

    @property
    def averaged(self) -> QuoteNetwork:
        """The network with averaged weights, which is the one that is kept."""
        network = self.loop.averaged.module
        assert isinstance(network, QuoteNetwork)
        return network

    def score(self, examples: Sequence[Example]) -> list[Scored]:
        """The averaged network's scores of documents."""
        network = self.averaged.eval()
        found = []
        with torch.inference_mode():
            for example in examples:
                vectors, emissions = network.tag([example])
                found.append(Scored(example, vectors[0], emissions[0].numpy()))
        return found

    def decode(self, scored: Sequence[Scored], settings: DecodeSettings) -> Found:
        """Quotes by document."""
        network = self.averaged.eval()
        found: Found = {}
        with torch.inference_mode():
            transitions = network.crf.scores().numpy()
            for one in scored:

                def decode_roles(inputs: RoleBatch, vectors: Tensor = one.vectors) -> RoleScores:
                    members, pointers, whole = network.decode_roles(vectors, inputs)
                    return members.numpy(), pointers.numpy(), whole.numpy()

                words = one.example.words
                found[one.example.name] = decode(one.emissions, transitions, words, decode_roles, settings)
        return found


@dataclass(frozen=True)
class Outcome:
    """How the model does on the held-out documents, which it was tuned on: in float, and as written, in 8 bits."""

    in_float: dict[str, Score]
    written: QuoteReport


def train(recipe_path: Path, data: Path, output: Path, *, resume: bool, console: Console) -> Outcome:
    """Train by the recipe at `recipe_path` on the file `data`, and write the model into `output`.

    A run that was broken off goes on from its checkpoint in `output` with `resume`.

    Raises:
        ConfigurationError: a recipe or a checkpoint that cannot be used.
        GoldError: data that cannot be used.
    """
    recipe = QuoteRecipe.read(recipe_path)
    console.print(f"Reading {data}")
    training = QuoteTraining(recipe, data, output)
    training.run(resume=resume, console=console)
    console.print("Tuning and calibration on the held-out documents, and the model in 8 bits")
    settings, in_float = training.finish()
    export(training.averaged, settings, output, eight_bit=True)
    held_out = [example.record for example in training.held_out]
    outcome = Outcome(in_float, report(held_out, predict(held_out, LearnedQuotes(output))))
    for row in TUNED_FOR:
        low, high = outcome.written.intervals[row]
        console.print(
            f"held out, {row}: F1 {outcome.written.scores[row].f1:.3f} ({low:.3f}–{high:.3f}) as written, "
            f"{in_float[row].f1:.3f} in float"
        )
    return outcome
