"""Annotated sentences for the entity recogniser: read, split, and cut into examples of word pieces."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
from spacy.language import Language

from pipeline.encoder.pieces import FIRST, LAST, PieceTokenizer
from pipeline.encoder.words import first_pieces
from pipeline.evaluation.entities import GoldDocument, read_gold
from pipeline.evaluation.entity_scores import LabelledSpan
from pipeline.models.labels import Labels
from pipeline.spans import CharOffset, CharRange, TokenIndex, numbered_tokens

TYPES = ("PER", "LOC", "ORG", "MISC")
SWAPPED = ("PER", "LOC", "ORG")
DERIVED, PART = "DERIV", "PART"
"""Types of words that are no names themselves: "deutschen", "FIFA-Schiedsrichter". Learned, but never given out."""


@dataclass(frozen=True)
class EntityExample:
    """Word pieces between the first and the last sign, where in them each word begins, and what the words are.

    `targets` gives the probabilities of labels, (words, labels).
    """

    corpus: int
    pieces: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    targets: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.pieces)


def read(path: Path) -> list[GoldDocument]:
    """The documents of a JSON lines file, gzipped or not, with GermEval's types spelt as ours.

    Raises:
        GoldError: the file is none.
    """
    return [
        replace(document, mentions=[(begin, end, _type(kind)) for begin, end, kind in document.mentions])
        for document in read_gold(path)
    ]


def _type(kind: str) -> str:
    if kind.endswith("deriv"):
        return DERIVED
    if kind.endswith("part"):
        return PART
    return "MISC" if kind == "OTH" else kind


def held_out(document: GoldDocument) -> bool:
    """Whether a document belongs to the fifth that is never trained on: its number is divisible by five."""
    number = re.search(r"(\d+)$", document.name)
    return number is not None and int(number[1]) % 5 == 0


def name_pool(documents: Iterable[GoldDocument]) -> dict[str, list[str]]:
    """The names in `documents` by type, to swap for others. Handles, tags and the like are left out."""
    pool: dict[str, list[str]] = {kind: [] for kind in SWAPPED}
    for document in documents:
        for begin, end, kind in document.mentions:
            name = document.text[begin:end]
            if kind in pool and name[0].isalpha() and len(name) < 60:
                pool[kind].append(name)
    return pool


def swap_names(
    document: GoldDocument, pool: Mapping[str, Sequence[str]], rate: float, chance: random.Random
) -> GoldDocument:
    """The document with a share `rate` of its names replaced by others of their type, drawn from `pool`."""
    text, mentions, at = "", [], 0
    for begin, end, kind in sorted(document.mentions):
        if begin < at:
            continue
        text += document.text[at:begin]
        name = document.text[begin:end]
        if pool.get(kind) and chance.random() < rate:
            name = chance.choice(pool[kind])
        begun = CharOffset(len(text))
        mentions.append((begun, begun + len(name), kind))
        text += name
        at = end
    return GoldDocument(document.name, text + document.text[at:], mentions)


@dataclass
class EntityExamples:
    """Makes examples of documents."""

    tokenizer: PieceTokenizer
    labels: Labels
    nlp: Language = field(default_factory=lambda: spacy.blank("de"))

    def words(self, text: str) -> list[CharRange]:
        """Where the words of `text` begin and end."""
        return [
            CharRange(CharOffset(token.idx), CharOffset(token.idx + len(token)))
            for token in self.nlp.make_doc(text)
            if not token.is_space
        ]

    def make(self, document: GoldDocument, corpus: int, limit: int) -> Iterator[EntityExample]:
        """Examples of at most `limit` pieces, cut between words."""
        words = self.words(document.text)
        pieces = self.tokenizer(document.text)
        if not words or not len(pieces):
            return
        first = first_pieces(pieces, words)
        labels = self.labels.encode(list(_spans(words, document.mentions)), len(words))
        targets = np.eye(len(self.labels), dtype=np.float32)[labels]
        begin = 0
        while begin < len(words):
            start = int(first[begin])
            end = (
                int(np.searchsorted(first, start + limit, side="right")) if len(pieces) - start > limit else len(words)
            )
            end = max(end, begin + 1)
            stop = int(first[end]) if end < len(words) else len(pieces)
            stop = max(start + 1, min(stop, start + limit))
            where = np.minimum(first[begin:end] - start, stop - start - 1)
            yield EntityExample(corpus, pieces.ids[start:stop].astype(np.int64), where, targets[begin:end])
            begin = end


def _spans(
    words: Sequence[CharRange], mentions: Sequence[LabelledSpan]
) -> Iterator[tuple[TokenIndex, TokenIndex, str]]:
    """Mentions in words. A name that is but a part of one word marks it as PART; a full stop at its end is taken in."""
    begins = {begin: index for index, (begin, _) in numbered_tokens(words)}
    ends = {end: index for index, (_, end) in numbered_tokens(words)}
    covered = -1
    for begin, end, kind in sorted(mentions):
        first, last, marked = begins.get(begin), ends.get(end, ends.get(end + 1)), kind
        if first is None or last is None:
            touched = [i for i, (b, e) in numbered_tokens(words) if b < end and e > begin]
            if len(touched) != 1:
                continue
            first, last, marked = touched[0], touched[0], PART
        if first > covered and last >= first:
            yield first, last + 1, marked
            covered = last


def join(examples: Sequence[EntityExample], limit: int, chance: random.Random) -> list[EntityExample]:
    """Every other example joined with those that follow it, up to a random length of at most `limit` pieces.

    Sentences alone and texts of several sentences are both met in use.
    """
    joined: list[EntityExample] = []
    waiting: list[EntityExample] = []
    room = 0
    for example in examples:
        if waiting and (room < len(example) or waiting[0].corpus != example.corpus):
            joined.append(_concatenate(waiting))
            waiting = []
        if not waiting:
            room = chance.randint(limit // 3, limit) if chance.random() < 0.5 else 0
        waiting.append(example)
        room -= len(example)
    if waiting:
        joined.append(_concatenate(waiting))
    return joined


def _concatenate(examples: Sequence[EntityExample]) -> EntityExample:
    shifts = np.cumsum([0, *map(len, examples)])
    return EntityExample(
        examples[0].corpus,
        np.concatenate([e.pieces for e in examples]),
        np.concatenate([e.words + shift for e, shift in zip(examples, shifts[:-1], strict=True)]),
        np.concatenate([e.targets for e in examples]),
    )


def batches(examples: Sequence[EntityExample], size: int, chance: random.Random) -> list[list[EntityExample]]:
    """Examples of similar length together, at most `size` pieces a batch with padding, in random order."""
    ordered = sorted(examples, key=lambda example: (len(example), chance.random()))
    made: list[list[EntityExample]] = [[]]
    for example in ordered:
        if made[-1] and (len(made[-1]) + 1) * (len(example) + 2) > size:
            made.append([])
        made[-1].append(example)
    chance.shuffle(made)
    return made


def collate(batch: Sequence[EntityExample]) -> dict[str, npt.NDArray[Any]]:
    """Padded arrays: `pieces` and `mask` (batch, length), `words` (batch, words), `targets` (batch, words, labels; zero
    for padding), `corpus` (batch)."""
    length, words = max(map(len, batch)) + 2, max(len(example.words) for example in batch)
    arrays: dict[str, npt.NDArray[Any]] = {
        "pieces": np.ones((len(batch), length), dtype=np.int64),
        "mask": np.zeros((len(batch), length), dtype=np.int64),
        "words": np.zeros((len(batch), words), dtype=np.int64),
        "targets": np.zeros((len(batch), words, batch[0].targets.shape[1]), dtype=np.float32),
        "corpus": np.array([example.corpus for example in batch], dtype=np.int64),
    }
    for row, example in enumerate(batch):
        arrays["pieces"][row, : len(example) + 2] = [FIRST, *example.pieces, LAST]
        arrays["mask"][row, : len(example) + 2] = 1
        arrays["words"][row, : len(example.words)] = example.words + 1
        arrays["targets"][row, : len(example.words)] = example.targets
    return arrays
