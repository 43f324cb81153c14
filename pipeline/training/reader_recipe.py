"""The settings of a training run of the reader."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pipeline.training.recipe import Recipe


class Names(BaseModel):
    """A file of texts in which names are annotated.

    `source` is the number of its guideline; of a file that is not read `all`, every fifth text is kept to score with;
    `limit` is how many of its texts are read at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    source: int = Field(ge=0, lt=3)
    all: bool = False
    limit: int | None = None


class Found(BaseModel):
    """Texts that were found: the corpus's annotation, a file of its folder `standoff`, and the file with the texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    standoff: str
    texts: str


class Taught(BaseModel):
    """A larger reader of the catalogue that teaches, and how much its vectors and its labels count beside the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    states: float = Field(ge=0)
    labels: float = Field(ge=0)


class ReaderRecipe(Recipe):
    """All that decides what comes out of a training run; with `half`, the encoder computes in bfloat16."""

    epochs: int = Field(ge=1)
    half: bool = False
    names_an_epoch: int = Field(ge=0)
    names_first: int = Field(ge=0)
    guideline: float = Field(ge=0, le=1)
    swapped: float = Field(ge=0, le=1)
    variants: int = Field(default=2**31, ge=1)
    found_again: float = Field(ge=0, le=1)
    found: tuple[Found, ...] = ()
    names: tuple[Names, ...]
    teacher: Taught | None = None
