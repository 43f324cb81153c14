"""The encoder as a PyTorch module, its weights taken from the packed pretrained model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.encoder.table import EmbeddingTable
from pipeline.models.catalogue import DATA
from pipeline.training.e5 import Floats, PackedModel

POSITIONS = 512


def piece_embeddings() -> Tensor:
    """The embeddings of the pieces, (pieces, hidden), which every model shares."""
    table = EmbeddingTable(DATA / "encoder" / "pieces.npy")
    return torch.from_numpy(table.lookup(np.arange(len(table))))


def heaviest(inner: Floats, outer: Floats, kept: int) -> npt.NDArray[np.int64]:
    """The `kept` units with the largest weights between (units, hidden) and (hidden, units) matrices, in order."""
    weight = np.linalg.norm(inner, axis=1) * np.linalg.norm(outer, axis=0)
    return np.sort(np.argsort(-weight, kind="stable")[:kept])


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, hidden: int, heads: int, intermediate: int, eps: float, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.attended = nn.Linear(hidden, hidden)
        self.attended_norm = nn.LayerNorm(hidden, eps)
        self.inner = nn.Linear(hidden, intermediate)
        self.outer = nn.Linear(intermediate, hidden)
        self.outer_norm = nn.LayerNorm(hidden, eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, bias: Tensor | None) -> Tensor:
        batch, length, hidden = states.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, length, self.heads, hidden // self.heads).transpose(1, 2)

        # Spelt out: on CPUs the fused attention has a slow backward pass.
        scale = (hidden // self.heads) ** -0.5
        scores = (split(self.query(states)) * scale) @ split(self.key(states)).transpose(2, 3)
        if bias is not None:
            scores = scores + bias.to(scores.dtype)
        with torch.autocast("cpu", enabled=False):  # it would make 32 bits of them, which takes twice the time
            weights = scores.softmax(-1)
        context = weights @ split(self.value(states))
        context = context.transpose(1, 2).reshape(batch, length, hidden)
        states = self.attended_norm(states + self.attended(context))
        return self.outer_norm(states + self.dropout(self.outer(functional.gelu(self.inner(states)))))


class Encoder(nn.Module):
    """Word-piece embeddings in, hidden states out.

    The embeddings of the pieces are looked up outside and are never trained, so that all models share one table. What
    is trained here: positions, layers and norms. `layers` picks the pretrained layers to build on, in order; of the
    units in the middle of each, the `inner` heaviest are kept, or all.
    """

    def __init__(
        self, pretrained: PackedModel, layers: Sequence[int], dropout: float, inner: int | None = None
    ) -> None:
        super().__init__()
        hidden = pretrained.hidden
        kept = pretrained.intermediate if inner is None else inner
        self.hidden = hidden
        self.positions = nn.Parameter(torch.zeros(POSITIONS, hidden))
        self.norm = nn.LayerNorm(hidden, pretrained.eps)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(hidden, pretrained.heads, kept, pretrained.eps, dropout) for _ in layers)
        self._load(pretrained, layers)

    def _load(self, pretrained: PackedModel, picked: Sequence[int]) -> None:
        hidden, floats = pretrained.hidden, pretrained.floats

        def put(parameter: Tensor, values: object) -> None:
            parameter.data.copy_(torch.as_tensor(values).view_as(parameter))

        put(self.positions, floats["emb.pos"].reshape(-1, hidden) + floats["emb.type"][:hidden])
        put(self.norm.weight, floats["emb.ln.w"].copy())
        put(self.norm.bias, floats["emb.ln.b"].copy())
        names = {"query": "q", "key": "k", "value": "v", "attended": "ao"}
        norms = {"attended_norm": "aln", "outer_norm": "oln"}
        for layer, number in zip(self.layers, picked, strict=True):
            inner = pretrained.matrix(f"l{number}.fi.w", hidden)
            outer = pretrained.matrix(f"l{number}.fo.w", pretrained.intermediate)
            units = heaviest(inner, outer, layer.inner.out_features)
            put(layer.inner.weight, inner[units])
            put(layer.inner.bias, floats[f"l{number}.fi.b"][units])
            put(layer.outer.weight, outer[:, units])
            put(layer.outer.bias, floats[f"l{number}.fo.b"].copy())
            for name, short in names.items():
                linear = getattr(layer, name)
                put(linear.weight, pretrained.matrix(f"l{number}.{short}.w", hidden))
                put(linear.bias, floats[f"l{number}.{short}.b"].copy())
            for name, short in norms.items():
                put(getattr(layer, name).weight, floats[f"l{number}.{short}.w"].copy())
                put(getattr(layer, name).bias, floats[f"l{number}.{short}.b"].copy())

    def forward(self, embedded: Tensor, mask: Tensor) -> list[Tensor]:
        """Hidden states after the embedding and after every layer, each of shape (batch, length, hidden).

        `embedded` holds the pieces' embeddings, (batch, length, hidden); `mask` is 1 for pieces, 0 for padding.
        """
        states = self.dropout(self.norm(embedded + self.positions[: embedded.shape[1]]))
        bias = None if bool(mask.all()) else ((1.0 - mask.to(states.dtype)) * -1e4)[:, None, None, :]
        outputs = [states]
        for layer in self.layers:
            states = layer(states, bias)
            outputs.append(states)
        return outputs
