"""The recipe behind `redefluss train quotes`."""

from __future__ import annotations

import random
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.table import EmbeddingTable
from pipeline.evaluation.quote_scores import Score, pair_documents, total_score
from pipeline.evaluation.quotes import predict
from pipeline.models.catalogue import DATA
from pipeline.quotes.learned.decode import DecodeSettings, Floats, RoleBatch, RoleScores, decode
from pipeline.quotes.learned.files import LearnedSettings
from pipeline.quotes.learned.model import LearnedQuotes
from pipeline.training import e5
from pipeline.training.encoder import Encoder
from pipeline.training.loop import Loop, parameter_groups
from pipeline.training.quotes_data import Example, prepare, read
from pipeline.training.quotes_export import export
from pipeline.training.quotes_loss import QuoteNetwork, loss
from pipeline.training.quotes_tuning import Found, calibrate, scores, tune

_SAVE_EVERY_SECONDS = 120.0


@dataclass(frozen=True)
class QuoteRecipe:
    """All that decides what comes out of a training run; the file explains each setting."""

    name: str
    seed: int
    held_out: int
    dropout: float
    head_dropout: float
    width: int
    role_width: int
    role_depth: int
    epochs: int
    rate: float
    head_rate: float
    layer_decay: float
    weight_decay: float
    warmup: float
    average: float
    batch_pieces: int
    quote_free: float
    noise: float
    noise_from: int
    frozen_layers: int
    frozen_from: int

    @staticmethod
    def read(path: Path) -> QuoteRecipe:
        """The recipe in the TOML file `path`; raises TypeError if a setting is missing or unknown."""
        return QuoteRecipe(**tomllib.loads(path.read_text(encoding="utf-8")))


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
        records = read(data)
        self.learned = prepare([r for r in records if not is_held_out(r, recipe.held_out)], tokenizer)
        self.held_out = prepare([r for r in records if is_held_out(r, recipe.held_out)], tokenizer)
        self.plan = [self._epoch(number) for number in range(recipe.epochs)]
        table = EmbeddingTable(DATA / "encoder" / "pieces.npy")
        encoder = Encoder(e5.read(), None, recipe.dropout)
        self.network = QuoteNetwork(
            encoder,
            torch.from_numpy(table.lookup(np.arange(len(table)))),
            width=recipe.width,
            role_width=recipe.role_width,
            role_depth=recipe.role_depth,
            dropout=recipe.head_dropout,
        )
        inner = {id(parameter) for parameter in encoder.parameters()}
        groups = parameter_groups(
            encoder,
            [parameter for parameter in self.network.parameters() if id(parameter) not in inner],
            rate=recipe.rate,
            head_rate=recipe.head_rate,
            decay=recipe.layer_decay,
            weight_decay=recipe.weight_decay,
        )
        self.loop = Loop(
            self.network,
            groups,
            steps=sum(map(len, self.plan)),
            warmup=recipe.warmup,
            average=recipe.average,
            folder=output,
        )

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

    def run(self, resume: bool, progress: Callable[[int, int, dict[str, float]], None]) -> None:
        """Train to the end, calling progress(step, steps, parts of the loss); checkpoints are written on the way."""
        recipe, loop = self.recipe, self.loop
        if resume:
            loop.resume()
        todo = [(number, batch) for number, epoch in enumerate(self.plan) for batch in epoch][loop.step :]
        saved = time.monotonic()
        self.network.train()
        frozen = False
        for number, batch in todo:
            if number >= recipe.frozen_from and not frozen:
                self.network.freeze(recipe.frozen_layers)
                frozen = True
            chance = np.random.default_rng((recipe.seed, loop.step))
            noise = recipe.noise if number >= recipe.noise_from else 0.0
            value, parts = loss(self.network, batch, noise, chance)
            loop.learn(value)
            progress(loop.step, loop.steps, parts)
            if time.monotonic() - saved > _SAVE_EVERY_SECONDS:
                loop.save()
                saved = time.monotonic()
        loop.save()

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
    """Scores on the held-out documents, which decoding was tuned on: in float, and as shipped, in 8 bits."""

    float_scores: dict[str, Score]
    shipped_scores: dict[str, Score]


def train(
    recipe_path: Path,
    data: Path,
    output: Path,
    *,
    resume: bool = False,
    console: Console | None = None,
) -> Outcome:
    """Train by the recipe at `recipe_path` on the file `data`, and write the model into `output`.

    A run that was broken off goes on from its checkpoint in `output` with `resume`.
    It takes half an hour to an hour on one core.
    """
    training = QuoteTraining(QuoteRecipe.read(recipe_path), data, output)
    columns = (TextColumn("step {task.completed:.0f} of {task.total:.0f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("loss {task.fields[loss]:.3f}"), console=console) as bar:
        task = bar.add_task("training", total=training.loop.steps, loss=float("nan"))

        def show(step: int, _steps: int, parts: dict[str, float]) -> None:
            bar.update(task, completed=step, loss=sum(parts.values()))

        training.run(resume, show)
    settings, float_scores = training.finish()
    export(training.averaged, settings, output, eight_bit=True)
    find = LearnedQuotes(output)
    found = predict([example.record for example in training.held_out], find)
    pairs = pair_documents([example.record for example in training.held_out], found)
    return Outcome(float_scores, total_score(pairs))
