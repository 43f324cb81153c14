"""The settings of a training run of the quote model."""

from pipeline.training.recipe import Recipe


class QuoteRecipe(Recipe):
    """All that decides what comes out of a training run."""

    held_out: int
    head_dropout: float
    width: int
    role_width: int
    role_depth: int
    epochs: int
    quote_free: float
    noise: float
    noise_from: int
    frozen_layers: int
    frozen_from: int
