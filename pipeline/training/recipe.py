"""The settings of a training run, read from TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError

PRETRAINED_LAYERS = 12


class Recipe(BaseModel):
    """What every recipe decides; the files in `recipes` explain each setting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    seed: int
    layers: tuple[Annotated[int, Field(ge=0, lt=PRETRAINED_LAYERS)], ...]
    inner: int | None = Field(default=None, ge=1)
    dropout: float
    rate: float
    head_rate: float
    layer_decay: float
    weight_decay: float
    warmup: float
    average: float
    batch_pieces: int

    @classmethod
    def read(cls, path: Path) -> Self:
        """The recipe in the file `path`.

        Raises:
            ConfigurationError: it is no TOML, or settings are missing, unknown or wrong: one line that names them.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            raise ConfigurationError(f"{path}: {'; '.join(problems)}") from error
        except ValueError as error:
            raise ConfigurationError(f"{path}: {error}") from error
