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

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.table import EmbeddingTable
from pipeline.models.catalogue import DATA
from pipeline.quotes.learned.decode import DecodedQuote, DecodeSettings, RoleBatch, RoleScores, decode
from pipeline.training import e5
from pipeline.training.encoder import Encoder
from pipeline.training.loop import Loop, parameter_groups
from pipeline.training.quotes_data import Example, prepare, read
from pipeline.training.quotes_loss import QuoteNetwork, loss

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

    @staticmethod
    def read(path: Path) -> QuoteRecipe:
        """The recipe in the TOML file `path`; raises TypeError if a setting is missing or unknown."""
        return QuoteRecipe(**tomllib.loads(path.read_text(encoding="utf-8")))


def is_held_out(record: dict[str, Any], every: int) -> bool:
    """Whether a document is kept for tuning; decided by its name, whatever else is in the data."""
    return every > 0 and int(sha256(record["name"].encode()).hexdigest()[:8], 16) % every == 0


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
        for number, batch in todo:
            chance = np.random.default_rng((recipe.seed, loop.step))
            noise = recipe.noise if number >= recipe.noise_from else 0.0
            value, parts = loss(self.network, batch, noise, chance)
            loop.learn(value)
            progress(loop.step, loop.steps, parts)
            if time.monotonic() - saved > _SAVE_EVERY_SECONDS:
                loop.save()
                saved = time.monotonic()
        loop.save()

    def predict(
        self, examples: Sequence[Example], settings: DecodeSettings, network: QuoteNetwork | None = None
    ) -> dict[str, list[DecodedQuote]]:
        """Quotes by document, as `network` finds them, by default the one with averaged weights."""
        network = network or self.loop.averaged.module
        network.eval()
        found: dict[str, list[DecodedQuote]] = {}
        with torch.inference_mode():
            transitions = network.crf.scores().numpy()
            for example in examples:
                words, emissions = network.tag([example])

                def decode_roles(inputs: RoleBatch, words: torch.Tensor = words[0]) -> RoleScores:
                    members, pointers, whole = network.decode_roles(words, inputs)
                    return members.numpy(), pointers.numpy(), whole.numpy()

                found[example.name] = decode(emissions[0].numpy(), transitions, example.words, decode_roles, settings)
        return found
