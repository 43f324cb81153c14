"""The settings of a training run of the entity recogniser, read from TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


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
    swapped: float
    fine_rounding: bool
    guidelines: dict[str, float]
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
    def numbered_guidelines(self) -> dict[int, float]:
        """The weights of guidelines by the numbers of their corpora."""
        files = [corpus.file for corpus in self.corpora]
        return {files.index(file): weight for file, weight in self.guidelines.items()}

    @property
    def epochs(self) -> int:
        return max(len(corpus.shares) for corpus in self.corpora)
