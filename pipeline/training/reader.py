"""The recipe behind `redefluss train quotes`: the reader, from the corpus and texts with annotated names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor

from pipeline.corpus.files import articles_of
from pipeline.encoder.pieces import PieceTokenizer
from pipeline.errors import ConfigurationError
from pipeline.models.catalogue import DATA
from pipeline.models.sentences import sentence_starts
from pipeline.training import e5
from pipeline.training.encoder import Encoder
from pipeline.training.entity_data import held_out, read
from pipeline.training.loop import Loop
from pipeline.training.reader_data import Example, Examples
from pipeline.training.reader_export import export
from pipeline.training.reader_loss import WEIGHTS, loss_of
from pipeline.training.reader_network import ReaderNetwork
from pipeline.training.reader_recipe import Names, ReaderRecipe

_CHUNK = 900
"""Code points after which a text in which only names are known is cut at a sentence's end."""
_LONGEST = 3000
"""Pieces of the longest article that is learned from."""


class ReaderTraining:
    """A training run: data, network and loop, from a recipe, folders with the data, and one for what comes out."""

    def __init__(self, recipe: ReaderRecipe, data: Path, corpus: Path, output: Path) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.output = output
        self._examples = Examples(PieceTokenizer(DATA / "encoder" / "pieces.json"))
        self._names = [example for names in recipe.names for example in self._of_names(data, names)]
        made = (self._examples.of_article(article) for article in articles_of(corpus, "train"))
        self._articles = [example for example in made if example is not None and len(example) <= _LONGEST]
        if not self._articles:
            raise ConfigurationError(f"{corpus}: no article to learn from")
        self.plan = list(self._plan())
        self.network = ReaderNetwork(Encoder(e5.read(), recipe.layers, recipe.dropout), recipe.dropout)
        self.loop = Loop(self.network, self.network.encoder, recipe, steps=len(self.plan), folder=output)

    def _of_names(self, data: Path, names: Names) -> Iterator[Example]:
        documents = [d for d in read(data / names.file) if names.all or not held_out(d)]
        for document in documents[: names.limit]:
            for text, mentions in _chunks(document.text, document.mentions):
                example = self._examples.of_names(document.name, text, mentions, names.source)
                if example is not None:
                    yield example

    def _plan(self) -> Iterator[list[Example]]:
        """The batches: names alone, then in every epoch all articles and some of the names."""
        recipe = self.recipe
        chance = random.Random(recipe.seed)

        def drawn(number: int) -> list[Example]:
            return [chance.choice(self._names) for _ in range(number)] if self._names else []

        yield from _shuffled(batches(drawn(recipe.names_first), recipe.batch_pieces), chance)
        for _ in range(recipe.epochs):
            made = batches(self._articles, recipe.batch_pieces) + batches(
                drawn(recipe.names_an_epoch), recipe.batch_pieces
            )
            yield from _shuffled(made, chance)

    def run(self, *, resume: bool, console: Console) -> None:
        """Train to the end."""
        self.loop.run(self.plan, self._loss, resume=resume, console=console)

    def _loss(self, batch: Sequence[Example]) -> Tensor:
        tokens = sum(len(example.layout) for example in batch)
        total = torch.zeros(())
        for example, states in zip(batch, self.network.states(batch), strict=True):
            losses = loss_of(self.network, example, states)
            total = total + len(example.layout) / tokens * sum(WEIGHTS[part] * loss for part, loss in losses.items())
        return total

    def export(self) -> None:
        """Write the averaged weights as the run time reads them, the names' guideline by the recipe's share."""
        network: ReaderNetwork = self.loop.averaged.module
        network.fold_guideline(self.recipe.guideline)
        export(network, self.output)


def _shuffled(made: list[list[Example]], chance: random.Random) -> list[list[Example]]:
    chance.shuffle(made)
    return made


def _chunks(text: str, mentions: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """The text and its mentions, cut at sentences into parts of about `_CHUNK` code points."""
    begin = last = 0
    for start in [*sentence_starts(text)[1:], len(text)]:
        if start - begin > _CHUNK and last > begin:
            yield text[begin:last], [(b - begin, e - begin, k) for b, e, k in mentions if begin <= b and e <= last]
            begin = last
        last = start
    if begin < len(text):
        yield text[begin:], [(b - begin, e - begin, k) for b, e, k in mentions if b >= begin]


def batches(examples: Sequence[Example], size: int) -> list[list[Example]]:
    """Examples with windows of similar length together, at most `size` pieces a batch unless one alone has more."""
    made: list[list[Example]] = [[]]
    load = 0
    for example in sorted(examples, key=lambda e: max(w.end - w.begin for w in e.windows)):
        pieces = len(example) + 2 * len(example.windows)
        if made[-1] and load + pieces > size:
            made.append([])
            load = 0
        made[-1].append(example)
        load += pieces
    return made


def train(recipe_path: Path, data: Path, corpus: Path, output: Path, *, resume: bool, console: Console) -> None:
    """Train by the recipe at `recipe_path` on the names in `data` and the articles in `corpus`; write into `output`.

    A run that was broken off goes on from its checkpoint in `output` with `resume`.

    Raises:
        ConfigurationError: a recipe, a corpus or a checkpoint that cannot be used.
        GoldError: data that cannot be used.
    """
    recipe = ReaderRecipe.read(recipe_path)
    console.print(f"Reading {data} and {corpus}")
    training = ReaderTraining(recipe, data, corpus, output)
    training.run(resume=resume, console=console)
    console.print(f"The model, in 8 bits, in {output}")
    training.export()
