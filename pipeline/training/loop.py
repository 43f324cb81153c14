"""What every recipe's training has in common: learning rates by depth, averaged weights, progress, and checkpoints
that a run that was broken off goes on from."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from pipeline.errors import ConfigurationError
from pipeline.training.encoder import Encoder
from pipeline.training.recipe import Recipe

SAVE_EVERY_SECONDS = 120.0
SHOWN_LOSSES = 50
"""Steps whose mean loss is shown: that of a single batch jumps."""

BatchType = TypeVar("BatchType")


def parameter_groups(model: nn.Module, encoder: Encoder, recipe: Recipe) -> list[dict[str, object]]:
    """Groups for AdamW: the encoder's top layer learns at the recipe's `rate`, each layer below at `layer_decay` times
    that, everything of the model outside the encoder at `head_rate`."""
    depth = len(encoder.layers)
    inner = {id(parameter) for parameter in encoder.parameters()}
    heads = [parameter for parameter in model.parameters() if id(parameter) not in inner]
    groups: list[dict[str, object]] = [{"params": heads, "lr": recipe.head_rate, "weight_decay": recipe.weight_decay}]
    bottom = [encoder.positions, *encoder.norm.parameters()]
    groups.append({"params": bottom, "lr": recipe.rate * recipe.layer_decay**depth, "weight_decay": 0.0})
    for number, layer in enumerate(encoder.layers):
        lr = recipe.rate * recipe.layer_decay ** (depth - 1 - number)
        matrices = [p for p in layer.parameters() if p.ndim > 1]
        others = [p for p in layer.parameters() if p.ndim <= 1]
        groups.append({"params": matrices, "lr": lr, "weight_decay": recipe.weight_decay})
        groups.append({"params": others, "lr": lr, "weight_decay": 0.0})
    return groups


class Loop:
    """Optimiser, schedule, averaged weights and checkpoint of one training run.

    `steps` is the length of the run: the rates rise over the first `warmup` share of it and fall to zero after. The
    random state is part of the checkpoint, so that a run that was broken off goes on as if it had not been.
    """

    def __init__(self, model: nn.Module, encoder: Encoder, recipe: Recipe, *, steps: int, folder: Path) -> None:
        self.model = model
        self.steps = steps
        self.step = 0
        groups = parameter_groups(model, encoder, recipe)
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)
        rise = max(1, int(steps * recipe.warmup))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda n: min((n + 1) / rise, max(0.0, (steps - n) / max(1, steps - rise)))
        )
        self.averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(recipe.average))
        self.checkpoint = folder / "checkpoint.pt"
        self._run = {"recipe": recipe.model_dump_json(), "steps": steps}

    def run(
        self, batches: Sequence[BatchType], loss: Callable[[BatchType], Tensor], *, resume: bool, console: Console
    ) -> None:
        """Learn from `batches`, a step each, to the end; a checkpoint is written every two minutes.

        Progress is a bar on a terminal, and elsewhere a line with every checkpoint.

        Raises:
            ConfigurationError: there is a checkpoint that a new run would overwrite; or, to `resume`, there is none or
                it is that of another run.
        """
        self._start(resume, console)
        self.model.train()
        begun, first = time.monotonic(), self.step
        saved = begun
        recent: deque[float] = deque(maxlen=SHOWN_LOSSES)
        columns = (TextColumn("step {task.completed:.0f} of {task.total:.0f}"), BarColumn(), TimeRemainingColumn())
        shown = TextColumn("loss {task.fields[loss]:.3f}")
        with Progress(*columns, shown, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("training", total=self.steps, completed=self.step, loss=float("nan"))
            for batch in batches[self.step :]:
                recent.append(self.learn(loss(batch)))
                mean = sum(recent) / len(recent)
                bar.update(task, completed=self.step, loss=mean)
                if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                    self.save()
                    saved = time.monotonic()
                    if not console.is_terminal:
                        left = (saved - begun) / (self.step - first) * (self.steps - self.step)
                        console.print(f"step {self.step} of {self.steps}, loss {mean:.3f}, {left / 60:.0f} min to go")
        self.save()

    def _start(self, resume: bool, console: Console) -> None:
        there = self.checkpoint.exists()
        if there and not resume:
            raise ConfigurationError(f"{self.checkpoint} is of an earlier run: go on with --resume, or remove it")
        if resume and not there:
            raise ConfigurationError(f"{self.checkpoint}: no checkpoint to resume from")
        if resume:
            self.resume()
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        console.print(f"From step {self.step} to {self.steps}; a run that is broken off goes on with --resume")

    def learn(self, loss: Tensor) -> float:
        """One step down the gradient of `loss`; returns its value."""
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.schedule.step()
        self.averaged.update_parameters(self.model)
        self.step += 1
        return float(loss.detach())

    def save(self) -> None:
        """Write the checkpoint, replacing the one before it."""
        state = {name: part.state_dict() for name, part in self._parts.items()}
        unfinished = self.checkpoint.with_suffix(".part")
        torch.save({**state, **self._run, "step": self.step, "random": torch.get_rng_state()}, unfinished)
        os.replace(unfinished, self.checkpoint)

    def resume(self) -> None:
        """Go on from the checkpoint; raises ConfigurationError if it is that of another run."""
        state = torch.load(self.checkpoint, weights_only=True)
        if any(state[name] != value for name, value in self._run.items()):
            raise ConfigurationError(f"{self.checkpoint} is of another recipe or other data")
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        self.step = state["step"]
        torch.set_rng_state(state["random"])

    @property
    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer | torch.optim.lr_scheduler.LambdaLR]:
        return {
            "model": self.model,
            "averaged": self.averaged,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
        }
