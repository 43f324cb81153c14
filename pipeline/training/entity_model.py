"""The entity recogniser in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.training.encoder import Encoder


class EntityTagger(nn.Module):
    """Scores for the labels of words, from a weighted mean of the encoder's upper layers at each word's first piece.

    Corpora differ in what they call a name. Each has an output layer of its own beside the one they share, and labels
    that it never uses (`unused`, true where corpus and label do not go together) are left out of its probabilities.
    """

    def __init__(self, encoder: Encoder, labels: int, unused: Tensor, mixed: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.mixed = min(mixed, len(encoder.layers))
        self.mix = nn.Parameter(torch.zeros(self.mixed))
        self.dropout = nn.Dropout(0.1)
        self.shared = nn.Linear(encoder.hidden, labels)
        self.own = nn.Parameter(torch.zeros(len(unused), labels, encoder.hidden + 1))
        self.register_buffer("unused", unused)

    def states(self, embedded: Tensor, mask: Tensor, words: Tensor) -> Tensor:
        """Hidden states of words, (batch, words, hidden)."""
        layers = torch.stack(self.encoder(embedded, mask)[-self.mixed :])
        mixed = (layers * self.mix.softmax(0)[:, None, None, None]).sum(0)
        return mixed.gather(1, words[:, :, None].expand(-1, -1, mixed.shape[2]))

    def forward(self, embedded: Tensor, mask: Tensor, words: Tensor, corpus: Tensor) -> Tensor:
        """Log probabilities of labels, (batch, words, labels), by the guidelines of `corpus` (one number a row)."""
        states = self.dropout(self.states(embedded, mask, words)).float()
        own = self.own[corpus].float()
        scores = self.shared(states) + states @ own[:, :, :-1].transpose(1, 2) + own[:, None, :, -1]
        scores = scores.masked_fill(self.unused[corpus][:, None, :], -1e4)
        return scores.log_softmax(-1)


def loss(scores: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """Cross entropy over the words, with a little of the probability left to the other labels in use."""
    known = targets.sum(-1) > 0
    scores, targets = scores[known], targets[known]
    used = scores > -1e3
    wanted = (1 - smoothing) * targets + smoothing * used / used.sum(1, keepdim=True)
    return -(wanted * scores).sum(1).mean()
