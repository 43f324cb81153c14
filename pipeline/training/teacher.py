"""Distillation: what a large reader sees in a text, and how far a small one is from that."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from pipeline.errors import ConfigurationError
from pipeline.models.catalogue import reader_folder
from pipeline.reader.model import Reader
from pipeline.reader.schema import NOMINALS
from pipeline.training.reader_data import ReaderExample
from pipeline.training.reader_network import ReaderNetwork


class Teacher:
    """The reader called `name`, from which a network learns that has the same layers above a smaller encoder.

    What it sees in a text is remembered by a key, in half precision: 768 bytes a token.

    Raises:
        ConfigurationError: there is no such reader.
    """

    def __init__(self, name: str) -> None:
        folder = reader_folder(name)
        if folder is None:
            raise ConfigurationError(f"teacher: {name!r} is no reader")
        self._reader = Reader(folder)
        self._seen: dict[object, npt.NDArray[np.float16]] = {}

    def hand_down(self, network: ReaderNetwork) -> None:
        """Begin with the teacher's layers above the encoder."""
        own = network.state_dict()
        for name, values in self._reader.scorers.arrays.items():
            own[name].copy_(torch.from_numpy(values.T if name.endswith("weight") else values))

    def states(self, key: object, example: ReaderExample) -> Tensor:
        """The teacher's vectors of an example's tokens, (tokens, width)."""
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = self._reader.states(example.layout).astype(np.float16)
        return torch.from_numpy(seen.astype(np.float32))

    def distance(self, states: Tensor, taught: Tensor) -> Tensor:
        """The squared distance of a network's vectors from the teacher's, as a share of what these are long."""
        return (states - taught).square().mean() / taught.square().mean()

    def disagreement(self, network: ReaderNetwork, states: Tensor, taught: Tensor) -> Tensor:
        """How little the labels of tokens tell of the teacher's: the divergence, a sum over the heads."""
        total = torch.zeros(())
        for name, head in self._reader.scorers.heads.items():
            size = len(NOMINALS) if name == "nominals" else len(head.bias)  # a choice in each layer of nominals
            right = torch.from_numpy(head(taught.numpy())).view(-1, size).log_softmax(-1)
            found = network.heads[name](states).view(-1, size).log_softmax(-1)
            total = total + functional.kl_div(found, right, reduction="batchmean", log_target=True)
        return total
