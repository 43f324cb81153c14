"""The settings of a training run of the entity recogniser."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.training.recipe import Recipe


class Corpus(BaseModel):
    """A file to learn from: the types it marks, and the share of it that is read in each epoch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    types: tuple[str, ...]
    shares: tuple[float, ...]


class EntityRecipe(Recipe):
    """All that decides what comes out of a training run."""

    mixed_layers: int
    smoothing: float
    joined_pieces: int
    longest: int
    swapped: float
    fine_rounding: bool
    guidelines: dict[str, float]
    corpora: tuple[Corpus, ...]

    @model_validator(mode="after")
    def _guidelines_are_those_of_corpora(self) -> Self:
        if unknown := self.guidelines.keys() - {corpus.file for corpus in self.corpora}:
            raise ValueError(f"guidelines of what is no corpus: {', '.join(sorted(unknown))}")
        return self

    @property
    def numbered_guidelines(self) -> dict[int, float]:
        """The weights of guidelines by the numbers of their corpora."""
        files = [corpus.file for corpus in self.corpora]
        return {files.index(file): weight for file, weight in self.guidelines.items()}

    @property
    def epochs(self) -> int:
        return max(len(corpus.shares) for corpus in self.corpora)
