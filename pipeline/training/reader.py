"""The recipe behind `redefluss train quotes`: the reader, from the corpus and texts with annotated names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor

from pipeline.corpus.files import articles_of, found_articles
from pipeline.corpus.model import AnnotatedArticle
from pipeline.corpus.swaps import swap
from pipeline.encoder.pieces import PieceTokenizer
from pipeline.errors import ConfigurationError
from pipeline.evaluation.entity_scores import LabelledSpan
from pipeline.models.catalogue import DATA
from pipeline.models.sentences import sentence_starts
from pipeline.spans import CharOffset
from pipeline.training import e5
from pipeline.training.annotated_names import held_out, read
from pipeline.training.encoder import Encoder
from pipeline.training.loop import Loop
from pipeline.training.reader_calibration import calibrate
from pipeline.training.reader_data import ReaderExample, ReaderExamples
from pipeline.training.reader_export import export
from pipeline.training.reader_loss import WEIGHTS, loss_of
from pipeline.training.reader_network import ReaderNetwork
from pipeline.training.reader_recipe import Names, ReaderRecipe
from pipeline.training.teacher import Teacher

_CHUNK = 900
"""Code points after which a text in which only names are known is cut at a sentence's end."""
_LONGEST = 3000
"""Pieces of the longest article that is learned from."""


@dataclass(frozen=True)
class Turn:
    """One reading of a text: as it stands, or of `article` with the names that the seed `swapped` gives it."""

    example: ReaderExample
    article: AnnotatedArticle | None = None
    swapped: int | None = None


class ReaderTraining:
    """A training run: data, network and loop, from a recipe, folders with the data, and one for what comes out."""

    def __init__(self, recipe: ReaderRecipe, data: Path, corpus: Path, output: Path) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.output = output
        self._examples = ReaderExamples(PieceTokenizer(DATA / "encoder" / "pieces.json"))
        self._names = [example for names in recipe.names for example in self._of_names(data, names)]
        self._articles = list(self._turns(articles_of(corpus, "train")))
        self._found = [
            turn
            for found in recipe.found
            for turn in self._turns(found_articles(corpus, found.standoff, data / found.texts, "train"))
        ]
        if not self._articles:
            raise ConfigurationError(f"{corpus}: no article to learn from")
        self.plan = list(self._plan())
        encoder = Encoder(e5.read(), recipe.layers, recipe.dropout, recipe.inner)
        self.network = ReaderNetwork(encoder, recipe.dropout, half=recipe.half)
        self._teacher = None if recipe.teacher is None else Teacher(recipe.teacher.model)
        if self._teacher is not None:
            self._teacher.hand_down(self.network)
        self.loop = Loop(self.network, self.network.encoder, recipe, steps=len(self.plan), folder=output)

    def _of_names(self, data: Path, names: Names) -> Iterator[ReaderExample]:
        documents = [d for d in read(data / names.file) if names.all or not held_out(d)]
        for document in documents[: names.limit]:
            for text, mentions in _chunks(document.text, document.mentions):
                example = self._examples.of_names(document.name, text, mentions, names.source)
                if example is not None:
                    yield example

    def _turns(self, articles: Iterable[AnnotatedArticle]) -> Iterator[Turn]:
        for article in articles:
            example = self._examples.of_article(article)
            if example is not None and len(example) <= _LONGEST:
                yield Turn(example, article)

    def _plan(self) -> Iterator[list[Turn]]:
        """The batches: names alone, then in every epoch all articles, some of the found texts twice, and some names."""
        recipe = self.recipe
        chance = random.Random(recipe.seed)

        def names(number: int) -> list[list[Turn]]:
            drawn = [Turn(chance.choice(self._names)) for _ in range(number)] if self._names else []
            return batches(drawn, recipe.batch_pieces)

        def varied(turn: Turn) -> Turn:
            other = chance.random() < recipe.swapped
            return replace(turn, swapped=chance.randrange(recipe.variants)) if other else turn

        yield from _shuffled(names(recipe.names_first), chance)
        for _ in range(recipe.epochs):
            again = [turn for turn in self._found if chance.random() < recipe.found_again]
            turns = [varied(turn) for turn in (*self._articles, *self._found, *again)]
            yield from _shuffled(batches(turns, recipe.batch_pieces) + names(recipe.names_an_epoch), chance)

    def run(self, *, resume: bool, console: Console) -> None:
        """Train to the end."""
        self.loop.run(self.plan, self._loss, resume=resume, console=console)

    def _example(self, turn: Turn) -> ReaderExample:
        if turn.article is None or turn.swapped is None:
            return turn.example
        try:
            return self._examples.of_article(swap(turn.article, turn.swapped)) or turn.example
        except LookupError:  # there are not names enough for it
            return turn.example

    def _loss(self, batch: Sequence[Turn]) -> Tensor:
        examples = [self._example(turn) for turn in batch]
        tokens = sum(len(example.layout) for example in examples)
        total = torch.zeros(())
        for turn, example, states in zip(batch, examples, self.network.states(examples), strict=True):
            losses = loss_of(self.network, example, states)
            loss = sum((WEIGHTS[part] * loss for part, loss in losses.items()), torch.zeros(()))
            total = total + len(example.layout) / tokens * (loss + self._taught(turn, example, states))
        return total

    def _taught(self, turn: Turn, example: ReaderExample, states: Tensor) -> Tensor:
        """How far the network is from its teacher; zero without one."""
        if self._teacher is None or self.recipe.teacher is None:
            return torch.zeros(())
        seen = self._teacher.states((id(turn.example), turn.swapped), example)
        far = self.recipe.teacher.states * self._teacher.distance(states, seen)
        return far + self.recipe.teacher.labels * self._teacher.disagreement(self.network, states, seen)

    def export(self) -> None:
        """Write the averaged weights as the run time reads them, the names' guideline by the recipe's share."""
        network: ReaderNetwork = self.loop.averaged.module
        network.fold_guideline(self.recipe.guideline)
        export(network, self.output)

    def calibrate(self, data: Path, corpus: Path) -> None:
        """Fit the confidence of what was exported on the development part, which nothing was learned from."""
        articles = list(articles_of(corpus, "dev"))
        for found in self.recipe.found:
            articles += found_articles(corpus, found.standoff, data / found.texts, "dev")
        calibrate(self.output, articles)


def _shuffled(made: list[list[Turn]], chance: random.Random) -> list[list[Turn]]:
    chance.shuffle(made)
    return made


def _chunks(text: str, mentions: Sequence[LabelledSpan]) -> Iterator[tuple[str, list[LabelledSpan]]]:
    """The text and its mentions, cut at sentences into parts of about `_CHUNK` code points."""
    begin = last = CharOffset(0)
    for start in [*sentence_starts(text)[1:], CharOffset(len(text))]:
        if start - begin > _CHUNK and last > begin:
            yield text[begin:last], [(b - begin, e - begin, k) for b, e, k in mentions if begin <= b and e <= last]
            begin = last
        last = start
    if begin < len(text):
        yield text[begin:], [(b - begin, e - begin, k) for b, e, k in mentions if b >= begin]


def batches(turns: Sequence[Turn], size: int) -> list[list[Turn]]:
    """Texts with windows of similar length together, at most `size` pieces a batch unless one alone has more."""
    made: list[list[Turn]] = [[]]
    load = 0
    for turn in sorted(turns, key=lambda t: max(w.end - w.begin for w in t.example.windows)):
        pieces = len(turn.example) + 2 * len(turn.example.windows)
        if made[-1] and load + pieces > size:
            made.append([])
            load = 0
        made[-1].append(turn)
        load += pieces
    return [batch for batch in made if batch]


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
    training.calibrate(data, corpus)
