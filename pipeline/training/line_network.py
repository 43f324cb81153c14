"""How the networks for lines without markup are trained, and their weights as the arrays of run time.

Needs PyTorch.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pipeline.cleaning.line_network import DILATIONS, MOST_DEVIATIONS
from pipeline.training.cleaning_samples import Sample

WIDTH = 64
MEMBERS = 3
PASSES = 8
BATCH = 16
"""Texts of similar length that are learnt together."""
POOLED = 8
"""Batches among whose texts those of similar length are looked for."""
DROPOUT = 0.25
RATE = 2e-3
WEIGHT_DECAY = 0.02
WARM_UP = 50
"""Steps in which the rate grows; then it falls to nothing."""
LEAST_DEVIATION = 1e-3
RAISED = 0.2
"""Added to the log-odds: a lost line costs more than one that is left in."""


class LineNetworkModule(nn.Module):
    """One network; see `pipeline.cleaning.line_network`."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.input = nn.Linear(columns, WIDTH)
        self.convolution = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in DILATIONS)
        self.whole = nn.Linear(2 * WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, 1)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        """Log-odds of shape (texts, lines).

        `rows` has the shape (texts, lines, columns); `there`, of shape (texts, lines, 1), has 1 for lines and 0 for
        what texts are filled up with.
        """
        states = self.dropout(torch.relu(self.input(self.dropout(rows)))) * there
        lines = states.shape[1]
        for step, convolution in zip(DILATIONS, self.convolution, strict=True):
            padded = nn.functional.pad(states, (0, 0, step, step))
            around = torch.cat([padded[:, :lines], states, padded[:, 2 * step :]], dim=2)
            states = (states + self.dropout(torch.relu(convolution(around)))) * there
        whole = states.sum(dim=1, keepdim=True) / there.sum(dim=1, keepdim=True)
        seen = torch.cat([states, whole.expand_as(states)], dim=2)
        answer: Tensor = self.output(self.dropout(torch.relu(self.whole(seen))))[..., 0]
        return answer


def arrays(samples: Sequence[Sample]) -> dict[str, Any]:
    """Train `MEMBERS` networks on samples without markup; gives what `LineNetwork` takes, in half precision."""
    texts = [sample for sample in samples if len(sample.labels)]
    lines = np.concatenate([sample.seen for sample in texts])
    mean, deviation = lines.mean(axis=0), lines.std(axis=0) + LEAST_DEVIATION
    learnt = [_tensors(sample, mean, deviation) for sample in texts]
    members = [_trained(learnt, seed=member).state_dict() for member in range(MEMBERS)]
    found: dict[str, Any] = {"mean": mean, "deviation": deviation}
    for name in members[0]:
        # PyTorch has the weights of each output in a row, and one bias for all rows.
        stacked = [
            member[name].numpy().T if member[name].ndim > 1 else member[name].numpy()[None] for member in members
        ]
        found[name] = np.stack(stacked).astype(np.float16)
    found["output.bias"] += np.float16(RAISED)
    return found


def _tensors(
    sample: Sample, mean: npt.NDArray[np.float32], deviation: npt.NDArray[np.float32]
) -> tuple[Tensor, Tensor, Tensor]:
    rows = np.clip((sample.seen - mean) / deviation, -MOST_DEVIATIONS, MOST_DEVIATIONS)
    labels, weights = sample.labels.astype(np.float32), sample.weights.astype(np.float32)
    return torch.from_numpy(rows), torch.from_numpy(labels), torch.from_numpy(weights)


def _trained(texts: Sequence[tuple[Tensor, Tensor, Tensor]], *, seed: int) -> LineNetworkModule:
    torch.manual_seed(seed)
    order = random.Random(seed)
    network = LineNetworkModule(texts[0][0].shape[1])
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    steps = PASSES * -(-len(texts) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / WARM_UP, (steps - step) / steps)
    )
    for _ in range(PASSES):
        for batch in _batches(texts, order):
            rows, labels, weights = (_filled_up(part) for part in zip(*batch, strict=True))
            there = _filled_up([torch.ones(len(text[0]), 1) for text in batch])
            losses = nn.functional.binary_cross_entropy_with_logits(network(rows, there), labels, reduction="none")
            loss = (losses * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    network.eval()
    return network


def _filled_up(texts: Sequence[Tensor]) -> Tensor:
    return nn.utils.rnn.pad_sequence(list(texts), batch_first=True)


def _batches(
    texts: Sequence[tuple[Tensor, Tensor, Tensor]], order: random.Random
) -> Iterator[list[tuple[Tensor, Tensor, Tensor]]]:
    """All texts in an order of their own; those of a batch have similar lengths, so that little is filled up."""
    shuffled = order.sample(list(texts), len(texts))
    batches = []
    for begin in range(0, len(shuffled), BATCH * POOLED):
        pool = sorted(shuffled[begin : begin + BATCH * POOLED], key=lambda text: len(text[0]))
        batches += [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
    order.shuffle(batches)
    yield from batches
