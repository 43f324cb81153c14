"""What every recipe's training loop needs: learning rates by depth, averaged weights, checkpoints that resume."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from pipeline.training.encoder import Encoder


def parameter_groups(
    encoder: Encoder, heads: Iterable[nn.Parameter], *, rate: float, head_rate: float, decay: float, weight_decay: float
) -> list[dict[str, object]]:
    """Groups for AdamW: the top layer learns at `rate`, each layer below `decay` times that, heads at `head_rate`."""
    depth = len(encoder.layers)
    groups: list[dict[str, object]] = [{"params": list(heads), "lr": head_rate, "weight_decay": weight_decay}]
    bottom = [encoder.positions, *encoder.norm.parameters()]
    groups.append({"params": bottom, "lr": rate * decay**depth, "weight_decay": 0.0})
    for number, layer in enumerate(encoder.layers):
        lr = rate * decay ** (depth - 1 - number)
        matrices = [p for p in layer.parameters() if p.ndim > 1]
        others = [p for p in layer.parameters() if p.ndim <= 1]
        groups.append({"params": matrices, "lr": lr, "weight_decay": weight_decay})
        groups.append({"params": others, "lr": lr, "weight_decay": 0.0})
    return groups


class Loop:
    """Optimiser, schedule, averaged weights and checkpoint of one training run.

    `steps` is the length of the run: the rates rise over the first `warmup` share of it and fall to zero after. The
    random state is part of the checkpoint, so that a run that was broken off goes on as if it had not been.
    """

    def __init__(
        self,
        model: nn.Module,
        groups: list[dict[str, object]],
        *,
        steps: int,
        warmup: float,
        average: float,
        folder: Path,
    ) -> None:
        self.model = model
        self.steps = steps
        self.step = 0
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)
        rise = max(1, int(steps * warmup))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda n: min((n + 1) / rise, max(0.0, (steps - n) / max(1, steps - rise)))
        )
        self.averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(average))
        folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = folder / "checkpoint.pt"

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
        parts = {"model": self.model, "averaged": self.averaged, "optimizer": self.optimizer, "schedule": self.schedule}
        state = {name: part.state_dict() for name, part in parts.items()}
        unfinished = self.checkpoint.with_suffix(".part")
        torch.save({**state, "step": self.step, "random": torch.get_rng_state()}, unfinished)
        os.replace(unfinished, self.checkpoint)

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one; says whether there was."""
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step = state["step"]
        torch.set_rng_state(state["random"])
        return True
